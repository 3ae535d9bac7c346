#include "tensor/slice.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* Indices that a slice of an axis of length n takes, as text: "3 1 ". */
static const char *indices(const char *text, int64_t n, char out[256])
{
    const struct ten_shape shape = {1, {n}};
    struct slice_spec spec;
    struct slice s;
    struct ten_err e;
    int used = 0;

    out[0] = 0;
    if (slice_parse(&spec, text, &e) < 0 || slice_resolve(&s, &spec, &shape, &e) < 0)
        return "refused";
    for (int64_t i = 0; i < s.count; i++)
        used += snprintf(out + used, 256 - used, "%lld ", (long long)(s.start + i * s.step));
    return out;
}

/* What Python's list(range(n))[...] gives. */
static void bounds_mean_what_they_mean_in_python(void)
{
    char out[256];

    CHECK_STR(indices("0:1:3", 5, out), "1 2 ");
    CHECK_STR(indices("0::", 3, out), "0 1 2 ");
    CHECK_STR(indices("0:-2:", 5, out), "3 4 ");
    CHECK_STR(indices("0::-2", 5, out), "0 1 2 ");
    CHECK_STR(indices("0:::2", 5, out), "0 2 4 ");
    CHECK_STR(indices("0:::-2", 5, out), "4 2 0 ");
    CHECK_STR(indices("0:::-1", 3, out), "2 1 0 ");
    CHECK_STR(indices("0:3:0:-1", 5, out), "3 2 1 ");
    CHECK_STR(indices("0:1:-9:-1", 5, out), "1 0 ");
    CHECK_STR(indices("0:-1:-3:-1", 5, out), "4 3 ");
    CHECK_STR(indices("0:9:0:-3", 5, out), "4 1 ");
    CHECK_STR(indices("0:-9:9", 2, out), "0 1 ");
    CHECK_STR(indices("0:3:1", 5, out), "");
    CHECK_STR(indices("0:5:", 5, out), "");
    CHECK_STR(indices("-1:0:1", 5, out), "0 ");
    CHECK_STR(indices("0::", 0, out), "");
    CHECK_STR(indices("0:::-1", 0, out), "");
}

static void extreme_numbers_stay_inside(void)
{
    char out[256];

    CHECK_STR(indices("0:-9223372036854775808:9223372036854775807", 2, out), "0 1 ");
    CHECK_STR(indices("0:::9223372036854775807", 3, out), "0 ");
    CHECK_STR(indices("0:::-9223372036854775807", 3, out), "2 ");
}

static void what_is_no_slice_is_refused(void)
{
    static const char *const wrong[] = {
        "", "0", "0:1", ":1:2", "a:1:2", "0:1:2:0", "0:1:2:3:4", "0:x:", "0: 1:2",
        "0:99999999999999999999:", "0:::-9223372036854775808", "0:1:2x",
    };
    struct slice_spec spec;
    struct ten_err e;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK_INT(slice_parse(&spec, wrong[i], &e), -1);
    CHECK_INT(slice_parse(&spec, "0:1:2:", &e), 0);     /* as in Python */
    CHECK_INT(spec.step, 1);
}

static void an_axis_that_is_not_there_is_named(void)
{
    const struct ten_shape shape = {2, {3, 4}};
    struct slice_spec spec;
    struct slice s;
    struct ten_err e;

    CHECK_INT(slice_parse(&spec, "2::", &e), 0);
    CHECK_INT(slice_resolve(&s, &spec, &shape, &e), -1);
    CHECK_STR(e.text, "[3,4]: no axis 2: expected -2 to 1");
    CHECK_INT(slice_parse(&spec, "-9223372036854775808::", &e), 0);
    CHECK_INT(slice_resolve(&s, &spec, &shape, &e), -1);
}

static unsigned element(const unsigned char *p, int bits, int64_t i)
{
    return bits >= 8 ? p[i * bits / 8] : p[i * bits / 8] >> i * bits % 8 & ((1u << bits) - 1);
}

/* All axes, several steps, element sizes from 2 to 64 bits, against one index at a time. */
static void copies_what_index_by_index_gives(void)
{
    static const enum ten_type types[] = {TEN_U2, TEN_I4, TEN_U8, TEN_I16, TEN_F32, TEN_F64};
    static const char *const texts[] = {
        "%d::", "%d:1:3", "%d:::2", "%d:::-1", "%d:-1:0:-2", "%d:2:2",
    };
    const struct ten_shape shape = {3, {3, 4, 5}};
    unsigned char src[60 * 8], dst[60 * 8];

    for (int i = 0; i < (int)sizeof src; i++)
        src[i] = (unsigned char)(i * 73 + 11);
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (size_t x = 0; x < sizeof texts / sizeof texts[0]; x++)
            for (int axis = 0; axis < 3; axis++) {
                struct slice_spec spec;
                struct slice s;
                struct ten_err e;
                char text[32];
                int64_t n = 0, at[3];

                snprintf(text, sizeof text, texts[x], axis);
                CHECK_INT(slice_parse(&spec, text, &e), 0);
                CHECK_INT(slice_resolve(&s, &spec, &shape, &e), 0);
                memset(dst, 0xff, sizeof dst);
                slice_copy(dst, src, types[t], &shape, &s);

                int64_t dim[3] = {3, 4, 5};
                dim[axis] = s.count;
                const int bits = ten_elem_bits(types[t]);
                for (at[0] = 0; at[0] < dim[0]; at[0]++)
                    for (at[1] = 0; at[1] < dim[1]; at[1]++)
                        for (at[2] = 0; at[2] < dim[2]; at[2]++, n++) {
                            int64_t from[3] = {at[0], at[1], at[2]};

                            from[axis] = s.start + at[axis] * s.step;
                            CHECK_INT(element(dst, bits, n),
                                      element(src, bits, (from[0] * 4 + from[1]) * 5 + from[2]));
                        }
                if (n * bits % 8 != 0)                  /* unused bits */
                    CHECK_INT(dst[n * bits / 8] >> n * bits % 8, 0);
            }
}

static void empty_tensors_of_impossible_other_dims_write_nothing(void)
{
    const struct ten_shape shape = {3, {INT64_MAX / 2, 0, 2}};
    struct slice s = {.axis = 0, .step = 1, .count = 3};
    char x = 1, y = 42;

    slice_copy(&y, &x, TEN_F64, &shape, &s);
    CHECK_INT(y, 42);
}

int main(void)
{
    RUN(bounds_mean_what_they_mean_in_python);
    RUN(extreme_numbers_stay_inside);
    RUN(what_is_no_slice_is_refused);
    RUN(an_axis_that_is_not_there_is_named);
    RUN(copies_what_index_by_index_gives);
    RUN(empty_tensors_of_impossible_other_dims_write_nothing);
    return check_report();
}
