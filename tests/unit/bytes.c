#include "formats/bytes.h"

#include "check.h"

#include <stdint.h>
#include <stdlib.h>

static void swapping_turns_the_bytes_of_each_element(void)
{
    const unsigned char x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const unsigned char two[8] = {2, 1, 4, 3, 6, 5, 8, 7}, four[8] = {4, 3, 2, 1, 8, 7, 6, 5},
                        eight[8] = {8, 7, 6, 5, 4, 3, 2, 1};
    unsigned char y[8];

    swap_bytes(y, x, 1, 8);
    CHECK_BYTES(y, x, 8);
    swap_bytes(y, x, 2, 4);
    CHECK_BYTES(y, two, 8);
    swap_bytes(y, x, 4, 2);
    CHECK_BYTES(y, four, 8);
    swap_bytes(y, x, 8, 1);
    CHECK_BYTES(y, eight, 8);
}

static void swapping_in_place_twice_gives_the_same(void)
{
    unsigned char x[1001], y[1001];

    for (int i = 0; i < 1001; i++)
        x[i] = y[i] = (unsigned char)(i * 7);
    swap_bytes(y + 1, y + 1, 4, 250);           /* not aligned */
    CHECK(memcmp(x, y, 1001) != 0);
    swap_bytes(y + 1, y + 1, 4, 250);
    CHECK_BYTES(y, x, 1001);
}

/* The definition: dst[i0,i1,...] = src[...,i1,i0]. */
static void reverse_plainly(char *dst, const char *src, int elem, const struct ten_shape *s)
{
    int64_t n = 1, index[TEN_MAX_RANK] = {0};

    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    for (int64_t k = 0; k < n; k++) {
        int64_t from = 0;

        for (int i = s->rank - 1; i >= 0; i--)
            from = from * s->dim[i] + index[i];
        memcpy(dst + k * elem, src + from * elem, (size_t)elem);
        for (int i = s->rank - 1; i >= 0 && ++index[i] == s->dim[i]; i--)
            index[i] = 0;
    }
}

static void axes_are_reversed_as_defined_for_every_rank_and_size(void)
{
    static const struct ten_shape shapes[] = {
        {0, {0}}, {1, {5}}, {2, {1, 7}}, {2, {33, 65}}, {2, {100, 3}}, {3, {2, 3, 4}},
        {3, {40, 1, 33}},
        {4, {3, 4, 1, 2}}, {5, {2, 3, 2, 3, 2}}, {8, {2, 1, 2, 3, 1, 2, 2, 3}}, {3, {4, 0, 2}},
        {1, {0}},
    };

    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        for (int elem = 1; elem <= 8; elem *= 2) {
            int64_t n = elem;

            for (int k = 0; k < shapes[i].rank; k++)
                n *= shapes[i].dim[k];
            char *x = malloc((size_t)n + 1), *want = malloc((size_t)n + 1);
            char *got = malloc((size_t)n + 1);
            for (int64_t k = 0; k < n; k++)
                x[k] = (char)(k * 31 + k / 256);
            reverse_plainly(want, x, elem, &shapes[i]);
            reverse_axes(got, x, elem, &shapes[i]);
            CHECK_BYTES(got, want, (size_t)n);
            free(x);
            free(want);
            free(got);
        }
}

static void the_first_byte_that_is_no_bool_is_found(void)
{
    static unsigned char b[10000];

    memset(b, 1, sizeof b);
    CHECK_INT(find_not_bool(b, 0), -1);
    CHECK_INT(find_not_bool(b, 10000), -1);
    b[9999] = 2;
    CHECK_INT(find_not_bool(b, 9999), -1);
    CHECK_INT(find_not_bool(b, 10000), 9999);
    b[4096] = 255;
    CHECK_INT(find_not_bool(b, 10000), 4096);
    b[4095] = 3;
    CHECK_INT(find_not_bool(b, 10000), 4095);
}

int main(void)
{
    RUN(swapping_turns_the_bytes_of_each_element);
    RUN(swapping_in_place_twice_gives_the_same);
    RUN(axes_are_reversed_as_defined_for_every_rank_and_size);
    RUN(the_first_byte_that_is_no_bool_is_found);
    return check_report();
}
