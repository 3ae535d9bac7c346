#include "base/bits.h"
#include "tests/unit/check.h"

static int bit(const unsigned char *p, int64_t i)
{
    return p[i / 8] >> i % 8 & 1;
}

/* The plain loop. */
static void copy_slowly(unsigned char *dst, int64_t to, const unsigned char *src, int64_t from,
                        int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int mask = 1 << (to + i) % 8;

        dst[(to + i) / 8] =
            (unsigned char)((dst[(to + i) / 8] & ~mask) | (bit(src, from + i) ? mask : 0));
    }
}

static void four_bits_move_across_a_byte_boundary(void)
{
    const unsigned char src[2] = {0xab, 0xcd};          /* nibbles b a d c, lowest first */
    unsigned char dst[3] = {0x11, 0x11, 0x11};

    copy_bits(dst, 4, src, 4, 12);
    CHECK_INT(dst[0], 0xa1);
    CHECK_INT(dst[1], 0xcd);
    CHECK_INT(dst[2], 0x11);
}

static void every_shift_and_length_gives_what_bit_by_bit_gives(void)
{
    unsigned char src[8], fast[10], slow[10];

    for (int i = 0; i < 8; i++)
        src[i] = (unsigned char)(i * 37 + 91);
    for (int to = 0; to < 16; to++)
        for (int from = 0; from < 16; from++)
            for (int n = 0; n + from <= 64 && n + to <= 72; n++) {
                memset(fast, 0x5a, sizeof fast);
                memset(slow, 0x5a, sizeof slow);
                copy_bits(fast, to, src, from, n);
                copy_slowly(slow, to, src, from, n);
                CHECK_BYTES(fast, slow, sizeof fast);
            }
}

int main(void)
{
    RUN(four_bits_move_across_a_byte_boundary);
    RUN(every_shift_and_length_gives_what_bit_by_bit_gives);
    return check_report();
}
