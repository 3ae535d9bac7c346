#include "formats/npy.h"

#include "check.h"

#include <stdlib.h>

/* A file of the given version, dict and elements. */
struct file { char b[4096]; size_t n; };

static struct file make(int version, const char *dict, const void *data, size_t bytes)
{
    const size_t n = strlen(dict);
    struct file f = {.n = version == 1 ? 10 : 12};

    memcpy(f.b, "\x93NUMPY", 6);
    f.b[6] = (char)version;
    f.b[8] = (char)n;
    f.b[9] = (char)(n >> 8);
    memcpy(f.b + f.n, dict, n);
    memcpy(f.b + f.n + n, data, bytes);
    f.n += n + bytes;
    return f;
}

static struct ten_err e;

/* The first array of f; src stays open in *src. */
static int read_one(const struct file *f, struct npy *a, struct source **src)
{
    *src = source_memory("x.npy", f->b, f->n);
    e = (struct ten_err){0};
    return npy_read(*src, a, 0, &e);
}

static void all_versions_and_spellings_of_a_header_are_read(void)
{
    static const char *const dicts[] = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }   \n",
        "{\"shape\":(2,3),\"descr\":\"<i2\",\"fortran_order\":False}",
        " { 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , 'descr' : '=i2' } \t\r\n",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 3L)}\n",
    };
    const int16_t x[6] = {1, 2, 3, 4, 5, -6};
    struct source *src;
    struct npy a;

    for (int v = 1; v <= 3; v++)
        for (int i = 0; i < 4; i++) {
            const struct file f = make(v, dicts[i], x, sizeof x);

            CHECK_INT(read_one(&f, &a, &src), 1);
            CHECK_STR(e.text, "");
            CHECK_INT(a.type, TEN_I16);
            CHECK_INT(a.shape.rank, 2);
            CHECK_INT(a.shape.dim[0], 2);
            CHECK_INT(a.shape.dim[1], 3);
            CHECK_INT(a.bytes, 12);
            CHECK(!npy_arranged(&a));
            CHECK_BYTES(a.data, x, 12);
            CHECK_INT(npy_read(src, &a, 0, &e), 0);
            source_close(src);
        }
}

static void a_scalar_and_an_empty_array_have_shapes_too(void)
{
    struct file f = make(1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "\7", 1);
    struct source *src;
    struct npy a;

    CHECK_INT(read_one(&f, &a, &src), 1);
    CHECK_INT(a.shape.rank, 0);
    CHECK_INT(*(const char *)a.data, 7);
    source_close(src);
    f = make(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 9)}", "", 0);
    CHECK_INT(read_one(&f, &a, &src), 1);
    CHECK_INT(a.bytes, 0);
    source_close(src);
}

static void big_endian_columns_become_little_endian_rows(void)
{
    const unsigned char x[12] = {0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6};
    const uint16_t want[6] = {1, 2, 3, 4, 5, 6};
    const struct file f = make(1, "{'descr': '>u2', 'fortran_order': True, 'shape': (2, 3)}", x,
                               12);
    struct source *src;
    struct npy a;
    uint16_t y[6];

    CHECK_INT(read_one(&f, &a, &src), 1);
    CHECK(npy_arranged(&a));
    npy_arrange(y, &a);
    CHECK_BYTES(y, want, 12);
    source_close(src);
}

static void bad_headers_are_refused_with_their_place(void)
{
    static const struct { const char *dict, *text; } cases[] = {
        {"{'descr': '<U5', 'fortran_order': False, 'shape': ()}",
         "x.npy: byte 20: descr: '<U5': expected a type of 1 to 8 bytes that is a number or bool, "
         "such as '<f4', '|u1' or '|b1'"},
        {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': ()}",
         "x.npy: byte 20: descr: a structured type: expected one number an element, such as '<f4'; "
         "save its fields one by one"},
        {"{'descr': '<f4', 'fortran_order': 1, 'shape': ()}",
         "x.npy: byte 44: fortran_order: expected True or False"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
         "x.npy: byte 63: shape: expected a tuple, with a comma behind its one number"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
         "x.npy: byte 61: shape: expected whole numbers"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
         "x.npy: byte 79: shape: expected numbers below 2^63"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
         "x.npy: byte 77: shape: more than 8 dims: expected at most 8; reshape it"},
        {"{'descr': '<f4', 'fortran_order': False}",
         "x.npy: byte 50: header: expected descr, fortran_order and shape, once each"},
        {"{'descr': '<f4', 'descr': '<f4'}",
         "x.npy: byte 34: header: expected descr, fortran_order and shape, once each"},
        {"{'descr': '<f4' 'shape': ()}", "x.npy: byte 26: header: expected a comma or }"},
        {"{'descr': '<f4", "x.npy: byte 20: descr: expected a string"},
        {"{'descr': '<\\x34'}", "x.npy: byte 20: descr: expected a string"},
        {"[1]", "x.npy: byte 10: header: expected a Python dict"},
        {"", "x.npy: byte 10: header: expected a Python dict"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} 1",
         "x.npy: byte 64: header: expected nothing behind the dict"},
    };

    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) {
        const struct file f = make(1, cases[i].dict, "abcdefghijkl", 12);
        struct source *src;
        struct npy a;

        CHECK_INT(read_one(&f, &a, &src), -1);
        CHECK_INT(e.code, TEN_E_DATA);
        CHECK_STR(e.text, cases[i].text);
        source_close(src);
    }
}

/* Every prefix of a file but nothing and the whole is an error. */
static void a_cut_file_is_noticed_wherever_it_is_cut(void)
{
    const struct file f = make(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
                               "abcdefghijkl", 12);
    struct source *src;
    struct npy a;

    for (size_t n = 0; n <= f.n; n++) {
        struct file cut = f;

        cut.n = n;
        CHECK_INT(read_one(&cut, &a, &src), n == 0 ? 0 : n == f.n ? 1 : -1);
        source_close(src);
    }
}

static void huge_claims_take_no_memory(void)
{
    const struct file f = make(1, "{'descr': '<f4', 'fortran_order': False, 'shape': "
                               "(1152921504606846975,)}", "abcd", 4);
    struct source *src;
    struct npy a;

    CHECK_INT(read_one(&f, &a, &src), -1);
    CHECK(strstr(e.text, "elements: ends after 4 of 4611686018427387900 bytes"));
    source_close(src);
    src = source_memory("x.npy", f.b, f.n);
    CHECK_INT(npy_read(src, &a, 1000, &e), -1);
    CHECK_STR(e.text, "x.npy: shape: [1152921504606846975]: 4611686018427387900 bytes: expected at "
              "most 1000 (--max-record)");
    source_close(src);
}

static void a_bool_that_is_neither_0_nor_1_is_refused(void)
{
    const struct file f = make(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}",
                               "\0\1\2", 3);
    struct source *src;
    struct npy a;

    CHECK_INT(read_one(&f, &a, &src), -1);
    CHECK_STR(e.text, "x.npy: byte 67: elements: 2: expected 0 or 1 as bool");
    source_close(src);
}

static void what_is_written_is_read_again(void)
{
    static const struct ten_shape shapes[] = {{0, {0}}, {1, {3}}, {2, {0, 7}},
                                              {8, {1, 2, 1, 1, 1, 1, 1, 3}},
                                              {1, {INT64_MAX / 8}}};
    char h[NPY_WRITTEN];

    for (enum ten_type t = 1; t < TEN_TYPES; t++)
        for (int i = 0; i < 5; i++) {
            struct npy a;
            const int n = npy_header(h, npy_element(t), &shapes[i]);
            struct source *src = source_memory("x", h, (size_t)n);
            const int rc = npy_read(src, &a, 1, &e);

            CHECK_INT(n % 64, 0);
            CHECK_INT(h[n - 1], '\n');
            /* The elements are missing, the header is there. */
            CHECK(rc > 0 ? a.bytes <= 1 : a.shape.rank == shapes[i].rank);
            CHECK_INT(a.type, npy_element(t));
            CHECK(memcmp(a.shape.dim, shapes[i].dim, (size_t)a.shape.rank * 8) == 0);
            CHECK(!npy_arranged(&a));
            source_close(src);
        }
}

int main(void)
{
    RUN(all_versions_and_spellings_of_a_header_are_read);
    RUN(a_scalar_and_an_empty_array_have_shapes_too);
    RUN(big_endian_columns_become_little_endian_rows);
    RUN(bad_headers_are_refused_with_their_place);
    RUN(a_cut_file_is_noticed_wherever_it_is_cut);
    RUN(huge_claims_take_no_memory);
    RUN(a_bool_that_is_neither_0_nor_1_is_refused);
    RUN(what_is_written_is_read_again);
    return check_report();
}
