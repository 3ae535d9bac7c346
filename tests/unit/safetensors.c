#include "formats/safetensors.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;

/* Read a file whose header is `json`; s->tensors live until safetensors_free(). */
static int read_json(const char *json, struct safetensors *s)
{
    const size_t n = strlen(json);
    char b[4096] = {(char)n, (char)(n >> 8)};
    struct source *src;
    int rc;

    memcpy(b + 8, json, n);
    src = source_memory("x", b, 8 + n);
    e = (struct ten_err){0};
    rc = safetensors_header(src, s, &e);
    source_close(src);
    return rc;
}

static void tensors_come_in_the_order_of_their_data(void)
{
    struct safetensors s;

    CHECK_INT(read_json("{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[6,14]},"
                        "\"__metadata__\":{\"format\":\"pt\"},"
                        "\"z\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[6,6]},"
                        "\"a\":{\"shape\":[1,3],\"data_offsets\":[0,6],\"dtype\":\"BF16\"}}   ",
                        &s), 0);
    CHECK_STR(e.text, "");
    CHECK_INT(s.n, 3);
    CHECK_STR(s.tensors[0].name, "a");
    CHECK_INT(s.tensors[0].type, TEN_BF16);
    CHECK_INT(s.tensors[0].shape.rank, 2);
    CHECK_INT(s.tensors[0].shape.dim[1], 3);
    CHECK_STR(s.tensors[1].name, "z");
    CHECK_STR(s.tensors[2].name, "b");
    CHECK_INT(s.tensors[2].begin, 6);
    CHECK_INT(s.tensors[2].end, 14);
    CHECK_STR(json_string_value(json_object_get(s.metadata, "format")), "pt");
    safetensors_free(&s);
}

static void bad_headers_are_refused_by_tensor_and_field(void)
{
    static const struct { const char *json, *text; } cases[] = {
        {"{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}",
         "x: tensor a: dtype: F8_E4M3: expected F64, F32, F16, BF16, I64 to I8, U64 to U8 or BOOL"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,3]}}",
         "x: tensor a: data_offsets: 0 to 3: expected 2 bytes for u8[2]"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
         "x: tensor a: data_offsets: starts at 1: expected 0, where the one before ends"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
         "x: tensor b: data_offsets: starts at 1: expected 2, where the one before ends"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[-2,0]}}",
         "x: tensor a: data_offsets: -2 to 0: expected 2 bytes for u8[2]"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-2],\"data_offsets\":[0,2]}}",
         "x: tensor a: shape: expected whole numbers from 0"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}",
         "x: tensor a: shape: expected an array of at most 8 dims"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,1]}}",
         "x: tensor a: shape: expected less than 2^62 bytes"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}",
         "x: tensor a: header: expected dtype, shape and data_offsets"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"offsets\":[0,2]}}",
         "x: tensor a: data_offsets: expected two whole numbers"},
        {"{\"__metadata__\":{\"a\":1}}", "x: __metadata__: a: expected a string"},
        {"{\"__metadata__\":3}", "x: __metadata__: expected an object of strings"},
        {"[]", "x: byte 8: header: no object: expected 2 bytes of JSON"},
        {"{\"a\":", NULL},
        {"{\"a\":{},\"a\":{}}", NULL},
    };

    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) {
        struct safetensors s;

        CHECK_INT(read_json(cases[i].json, &s), -1);
        CHECK_INT(e.code, TEN_E_DATA);
        if (cases[i].text)
            CHECK_STR(e.text, cases[i].text);
        safetensors_free(&s);
    }
}

static void a_header_longer_than_the_file_takes_no_memory(void)
{
    static const unsigned char sizes[][8] = {{0xff, 0xff, 0xff, 4}, {0, 0, 0, 0, 0, 0, 0, 0x80},
                                             {1}, {0}};

    for (int i = 0; i < 4; i++) {
        struct source *src = source_memory("x", sizes[i], 8);
        struct safetensors s;

        CHECK_INT(safetensors_header(src, &s, &e), -1);
        CHECK_STR(e.text, i == 0
                  ? "x: byte 8: header: the input ends in it: expected 83886079 bytes of JSON"
                  : "x: byte 0: header bytes: expected 2 to 100000000, as in a safetensors file");
        safetensors_free(&s);
        source_close(src);
    }
}

static void what_is_written_is_read_again_and_aligned(void)
{
    struct safetensor t[2] = {{"w\"\n", TEN_F16, {2, {3, 1}}, 0, 6},
                              {"v", TEN_BOOL, {0, {0}}, 6, 7}};
    struct safetensors out = {.tensors = t, .n = 2, .metadata = json_pack("{s:s}", "k", "v")}, in;
    char *text;
    const int64_t n = safetensors_header_text(&out, &text, &e);
    struct source *src = source_memory("x", text, (size_t)n);

    CHECK_INT(n % 8, 0);
    CHECK_INT(safetensors_header(src, &in, &e), 0);
    CHECK_INT(source_offset(src), n);
    CHECK_INT(in.n, 2);
    CHECK_STR(in.tensors[0].name, "w\"\n");
    CHECK_INT(in.tensors[0].shape.dim[0], 3);
    CHECK_INT(in.tensors[1].type, TEN_BOOL);
    CHECK_STR(json_string_value(json_object_get(in.metadata, "k")), "v");
    safetensors_free(&in);
    source_close(src);
    json_decref((json_t *)out.metadata);
    free(text);
}

int main(void)
{
    RUN(tensors_come_in_the_order_of_their_data);
    RUN(bad_headers_are_refused_by_tensor_and_field);
    RUN(a_header_longer_than_the_file_takes_no_memory);
    RUN(what_is_written_is_read_again_and_aligned);
    return check_report();
}
