#include "base/bits.h"

#include <string.h>

/* n <= 8 bits from bit `from` on; a second byte is touched only when the bits reach into it. */
static unsigned get_bits(const unsigned char *src, int64_t from, int n)
{
    const unsigned char *p = src + from / 8;
    const int shift = (int)(from % 8);
    unsigned v = p[0] >> shift;

    if (shift + n > 8)
        v |= (unsigned)p[1] << (8 - shift);
    return v & ((1u << n) - 1);
}

/* n bits inside one byte of dst. */
static void set_bits(unsigned char *dst, int64_t to, unsigned v, int n)
{
    unsigned char *p = dst + to / 8;
    const int shift = (int)(to % 8);
    const unsigned mask = ((1u << n) - 1) << shift;

    *p = (unsigned char)((*p & ~mask) | (v << shift & mask));
}

void copy_bits(void *restrict dst, int64_t to, const void *restrict src, int64_t from, int64_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    if ((to | from | n) % 8 == 0) {
        memcpy(d + to / 8, s + from / 8, (size_t)(n / 8));
        return;
    }
    if (to % 8 != 0 && n > 0) {                         /* up to a byte of dst */
        const int head = n < 8 - to % 8 ? (int)n : (int)(8 - to % 8);

        set_bits(d, to, get_bits(s, from, head), head);
        to += head;
        from += head;
        n -= head;
    }

    const int64_t bytes = n / 8, shift = from % 8;
    d += to / 8;
    s += from / 8;
    if (shift == 0)
        memcpy(d, s, (size_t)bytes);
    else
        for (int64_t i = 0; i < bytes; i++)
            d[i] = (unsigned char)(s[i] >> shift | s[i + 1] << (8 - shift));
    if (n % 8 != 0)
        set_bits(d, bytes * 8, get_bits(s, bytes * 8 + shift, (int)(n % 8)), (int)(n % 8));
}
