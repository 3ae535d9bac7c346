/*
 * The packing is that of Welch, "A Technique for High-Performance Data Compression", Computer
 * 17(6), 1984: a code stands for a string of pixels; every code that is written makes a new string,
 * the last one and the pixel that follows.  Codes are one bit longer than the largest known needs,
 * the lowest bits first; at 4096 strings all are forgotten.
 */
#include "image/gif.h"

#include "image/palette.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { CODES = 4096, SLOTS = 16384, BLOCK = 255 };

/* ---- Bits into blocks of up to 255 bytes ----------------------------------------------------- */

struct bits { FILE *to; uint32_t held; int nheld, n; uint8_t block[BLOCK]; };

static void flush_block(struct bits *b)
{
    if (b->n == 0)
        return;
    putc(b->n, b->to);
    fwrite(b->block, 1, (size_t)b->n, b->to);
    b->n = 0;
}

static void put_byte(struct bits *b)
{
    b->block[b->n++] = (uint8_t)b->held;
    b->held >>= 8;
    b->nheld -= 8;
    if (b->n == BLOCK)
        flush_block(b);
}

static void put_code(struct bits *b, int code, int bits)
{
    b->held |= (uint32_t)code << b->nheld;
    b->nheld += bits;
    while (b->nheld >= 8)
        put_byte(b);
}

/* ---- Strings --------------------------------------------------------------------------------- */

/* Strings by (code of all but the last pixel, last pixel), in a table with open addresses. */
struct strings { int bits, next, first; uint32_t key[SLOTS]; int16_t code[SLOTS]; };

static void forget(struct strings *s, int pixel_bits)
{
    memset(s->code, -1, sizeof s->code);
    s->first = 1 << pixel_bits;
    s->next = s->first + 2; /* behind the codes of `forget` and of the end */
    s->bits = pixel_bits + 1;
}

/* The place of the string, or where it belongs. */
static int place(const struct strings *s, int prefix, int pixel)
{
    const uint32_t key = (uint32_t)prefix << 8 | (uint32_t)pixel;
    uint32_t at = key * 2654435761u >> 18;

    while (s->code[at] >= 0 && s->key[at] != key)
        at = (at + 1) % SLOTS;
    return (int)at;
}

static void learn(struct strings *s, int at, int prefix, int pixel)
{
    s->key[at] = (uint32_t)prefix << 8 | (uint32_t)pixel;
    s->code[at] = (int16_t)s->next;
    if (s->next++ == 1 << s->bits)
        s->bits++;
}

static void pack(FILE *to, const uint8_t *index, int64_t n, int pixel_bits)
{
    struct bits b = {.to = to};
    struct strings *s = xmalloc(sizeof *s);
    int prefix = index[0];

    putc(pixel_bits, to);
    forget(s, pixel_bits);
    put_code(&b, s->first, s->bits);
    for (int64_t i = 1; i < n; i++) {
        const int at = place(s, prefix, index[i]);

        if (s->code[at] >= 0) {
            prefix = s->code[at];
            continue;
        }
        put_code(&b, prefix, s->bits);
        if (s->next < CODES) {
            learn(s, at, prefix, index[i]);
        } else {
            put_code(&b, s->first, s->bits);
            forget(s, pixel_bits);
        }
        prefix = index[i];
    }
    put_code(&b, prefix, s->bits);
    if (s->next == 1 << s->bits && s->bits < 12) /* the string a reader learns from this code */
        s->bits++;
    put_code(&b, s->first + 1, s->bits);
    if (b.nheld > 0)
        put_byte(&b);
    flush_block(&b);
    putc(0, to);
    free(s);
}

/* ---- The file -------------------------------------------------------------------------------- */

static void put_u16(FILE *to, int64_t v)
{
    putc((int)(v & 255), to);
    putc((int)(v >> 8 & 255), to);
}

void gif_start(FILE *to, int64_t w, int64_t h, int64_t loops)
{
    fwrite("GIF89a", 1, 6, to);
    put_u16(to, w);
    put_u16(to, h);
    fwrite("\x70\0\0", 1, 3, to);                       /* 8 bits a colour, no palette for all */
    if (loops == 1)
        return;
    fwrite("\x21\xff\x0bNETSCAPE2.0\x03\x01", 1, 16, to);
    put_u16(to, loops == 0 ? 0 : loops - 1);            /* how often again */
    putc(0, to);
}

static void put_palette(FILE *to, const struct palette *p, int bits)
{
    fwrite(p->colour, 3, (size_t)p->n, to);
    for (int i = p->n; i < 1 << bits; i++)
        fwrite("\0\0\0", 1, 3, to);
}

void gif_frame(FILE *to, const uint8_t *pixels, int64_t w, int64_t h, int64_t delay)
{
    uint8_t *index = xmalloc((size_t)(w * h));
    struct palette p;
    int bits = 1;

    palette_cut(&p, index, pixels, w * h);
    while (1 << bits < p.n)
        bits++;
    fwrite("\x21\xf9\x04\0", 1, 4, to);
    put_u16(to, delay);
    fwrite("\0\0\x2c\0\0\0\0", 1, 7, to);
    put_u16(to, w);
    put_u16(to, h);
    putc(0x80 | (bits - 1), to);
    put_palette(to, &p, bits);
    pack(to, index, w * h, bits < 2 ? 2 : bits);
    free(index);
}

void gif_end(FILE *to) { putc(0x3b, to); }
