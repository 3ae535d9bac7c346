#include "tensor/edit.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static const int32_t data[6] = {0, 1, 2, 3, 4, 5};

static struct ten_record record(void)
{
    return (struct ten_record){.name = "x", .type = TEN_I32, .shape = {2, {2, 3}}, .data = data,
                               .offset = 64, .attrs = "{\"unit\":\"m\"}"};
}

/* One change to a record like record(); what it points at is in w. */
static int change(enum edit_kind kind, const char *text, struct ten_record *rec,
                  struct edit_work *w, struct ten_err *e)
{
    struct edit edit;
    int rc;

    CHECK_INT(edit_parse(&edit, kind, text, e), 0);
    rc = edit_apply(&edit, 1, rec, w, e);
    edit_free(&edit);
    return rc;
}

static void changes_follow_each_other_on_one_record(void)
{
    static const struct { enum edit_kind kind; const char *text; } steps[] = {
        {EDIT_SLICE, "1:::-1"}, {EDIT_CAST, "f64"}, {EDIT_SLICE, "0:1:"}, {EDIT_RESHAPE, "3,-1"},
        {EDIT_CAST, "u8"}, {EDIT_RENAME, "x=y"}, {EDIT_SET_ATTR, "n=[1,2]"},
        {EDIT_DROP_ATTR, "unit"}, {EDIT_SET_GROUP_ATTR, "g=1.5"},
    };
    enum { N = sizeof steps / sizeof steps[0] };
    struct edit edits[N];
    struct edit_work w = {0};
    struct ten_record rec = record();
    struct ten_err e = {0};

    for (int i = 0; i < N; i++)
        CHECK_INT(edit_parse(&edits[i], steps[i].kind, steps[i].text, &e), 0);
    CHECK_INT(edit_apply(edits, N, &rec, &w, &e), 0);
    CHECK_STR(rec.name, "y");
    CHECK_INT(rec.type, TEN_U8);
    CHECK_INT(rec.shape.rank, 2);
    CHECK_INT(rec.shape.dim[0], 3);
    CHECK_INT(rec.shape.dim[1], 1);
    CHECK_BYTES(rec.data, "\5\4\3", 3);
    CHECK_STR(rec.attrs, "{\"n\":[1,2]}");
    CHECK_STR(rec.group_attrs, "{\"g\":1.5}");
    for (int i = 0; i < N; i++)
        edit_free(&edits[i]);
    edit_work_free(&w);
}

static void only_records_of_the_name_are_changed(void)
{
    struct edit_work w = {0};
    struct ten_record rec = record();
    struct ten_err e = {0};

    CHECK_INT(change(EDIT_CAST, "y*:f32", &rec, &w, &e), 0);
    CHECK_INT(rec.type, TEN_I32);
    CHECK_INT(change(EDIT_CAST, "?:f32", &rec, &w, &e), 0);
    CHECK_INT(rec.type, TEN_F32);
    CHECK_INT(change(EDIT_SLICE, "x:0:1:", &rec, &w, &e), 0);
    CHECK_INT(rec.shape.dim[0], 1);
    edit_work_free(&w);
}

static void a_value_with_a_colon_is_not_taken_for_a_name(void)
{
    struct edit_work w = {0};
    struct ten_record rec = record();
    struct ten_err e = {0};

    CHECK_INT(change(EDIT_SET_ATTR, "at=\"12:30\"", &rec, &w, &e), 0);
    CHECK_STR(rec.attrs, "{\"unit\":\"m\",\"at\":\"12:30\"}");
    CHECK_INT(change(EDIT_SET_ATTR, "x:at=1", &rec, &w, &e), 0);
    CHECK_STR(rec.attrs, "{\"unit\":\"m\",\"at\":1}");
    edit_work_free(&w);
}

static void the_last_attribute_dropped_leaves_none(void)
{
    struct edit_work w = {0};
    struct ten_record rec = record();
    struct ten_err e = {0};

    CHECK_INT(change(EDIT_DROP_ATTR, "unit", &rec, &w, &e), 0);
    CHECK(rec.attrs == NULL);
    CHECK_INT(change(EDIT_DROP_ATTR, "unit", &rec, &w, &e), 0);
    CHECK(rec.attrs == NULL);
    edit_work_free(&w);
}

static void shapes_of_another_size_are_refused(void)
{
    static const char *const wrong[] = {"5", "4,-1", "0,-1", "",
                                        "9223372036854775807,9223372036854775807"};
    struct edit_work w = {0};
    struct ten_err e = {0};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ten_record rec = record();

        CHECK_INT(change(EDIT_RESHAPE, wrong[i], &rec, &w, &e), -1);
        CHECK_INT(e.code, TEN_E_DATA);
    }
    struct ten_record rec = record();
    change(EDIT_RESHAPE, "4,-1", &rec, &w, &e);
    CHECK_STR(e.text, "byte 64: x: [2,3] does not reshape to [4,-1]: expected as many elements");
    edit_work_free(&w);
}

static void empty_records_reshape_among_themselves(void)
{
    struct edit_work w = {0};
    struct ten_record rec = record();
    struct ten_err e = {0};

    rec.shape.dim[0] = 0;
    CHECK_INT(change(EDIT_RESHAPE, "4,0", &rec, &w, &e), 0);
    CHECK_INT(rec.shape.dim[0], 4);
    CHECK_INT(change(EDIT_RESHAPE, "2,-1", &rec, &w, &e), 0);
    CHECK_INT(rec.shape.dim[1], 0);
    CHECK_INT(change(EDIT_RESHAPE, "9223372036854775807,0,3", &rec, &w, &e), -1);
    edit_work_free(&w);
}

static void what_is_no_change_is_wrong_usage(void)
{
    static const struct { enum edit_kind kind; const char *text; } wrong[] = {
        {EDIT_SLICE, "x:1"}, {EDIT_CAST, "f31"}, {EDIT_CAST, "x:"}, {EDIT_RESHAPE, "1,,2"},
        {EDIT_RESHAPE, "2,"}, {EDIT_RESHAPE, "-2"}, {EDIT_RESHAPE, "-1,-1"},
        {EDIT_RESHAPE, "1,1,1,1,1,1,1,1,1"}, {EDIT_RENAME, "x"}, {EDIT_RENAME, "=y"},
        {EDIT_RENAME, "x="}, {EDIT_SET_ATTR, "a"}, {EDIT_SET_ATTR, "=1"}, {EDIT_SET_ATTR, "a=b"},
        {EDIT_SET_ATTR, "a="}, {EDIT_SET_GROUP_ATTR, "a={"}, {EDIT_DROP_ATTR, ""},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ten_err e = {0};
        struct edit edit;

        CHECK_INT(edit_parse(&edit, wrong[i].kind, wrong[i].text, &e), -1);
        CHECK_INT(e.code, TEN_E_USAGE);
        CHECK(e.text[0] != 0);
    }
}

int main(void)
{
    RUN(changes_follow_each_other_on_one_record);
    RUN(only_records_of_the_name_are_changed);
    RUN(a_value_with_a_colon_is_not_taken_for_a_name);
    RUN(the_last_attribute_dropped_leaves_none);
    RUN(shapes_of_another_size_are_refused);
    RUN(empty_records_reshape_among_themselves);
    RUN(what_is_no_change_is_wrong_usage);
    return check_report();
}
