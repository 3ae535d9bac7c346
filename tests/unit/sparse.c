#include "sparse/sparse.h"

#include "sparse/entries.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static struct ten_err e;

static struct ten_record record(const char *name, enum ten_type type, const void *data, int64_t n,
                                const char *attrs)
{
    return (struct ten_record){.name = name, .type = type, .shape = {1, {n}}, .data = data,
                               .group_attrs = attrs};
}

static const int64_t ptr[] = {0, 2, 2, 3};
static const int32_t index32[] = {0, 2, 1};
static const float values[] = {1, 2, 3};

/* indptr, indices and values, with n of each and group attributes as given; then the check. */
static int take_all(struct sparse *m, int64_t nptr, int64_t nindex, int64_t nvalues, const char *attrs)
{
    const struct ten_record rec[] = {
        record("indptr", TEN_I64, ptr, nptr, attrs), record("indices", TEN_I32, index32, nindex, attrs),
        record("values", TEN_F32, values, nvalues, attrs),
    };

    *m = (struct sparse){0};
    e = (struct ten_err){0};
    for (int i = 0; i < 3; i++)
        if (sparse_take(m, &rec[i], &e) < 0)
            return -1;
    return sparse_check(m, &e);
}

static void entries_are_walked_by_row_or_by_column(void)
{
    static const int64_t want[] = {0, 0, 0, 2, 2, 1};
    struct sparse m;

    for (int by_column = 0; by_column < 2; by_column++) {
        int64_t major = 0, row = -1, col = -1, k = 0;

        CHECK_INT(take_all(&m, 4, 3, 3, by_column ? "{\"kind\":\"csc\",\"shape\":[3,3]}"
                                                  : "{\"kind\":\"csr\",\"shape\":[3,3]}"), 0);
        CHECK_STR(m.symmetry, "general");
        for (; sparse_at(&m, k, &major, &row, &col); k++) {
            CHECK_INT(row, want[2 * k + by_column]);
            CHECK_INT(col, want[2 * k + !by_column]);
        }
        CHECK_INT(k, 3);
        sparse_free(&m);
    }
}

static void records_of_other_names_are_left_to_the_caller(void)
{
    const struct ten_record rec = record("xy", TEN_F32, values, 3, "{\"kind\":\"coo\",\"shape\":[1,1]}");
    struct sparse m = {0};

    CHECK_INT(sparse_take(&m, &rec, &e), 0);
    CHECK(m.started);
    sparse_free(&m);
}

static void what_does_not_fit_together_is_refused_by_name(void)
{
    static const char csr[] = "{\"kind\":\"csr\",\"shape\":[3,3]}";
    static const struct { int64_t nptr, nindex, nvalues; const char *attrs, *want; } cases[] = {
        {4, 3, 3, NULL, "group attributes: kind is missing: expected a sparse matrix, kind csr, csc or coo"},
        {4, 3, 3, "{\"kind\":\"csr\"}", "group attributes: shape: expected [rows,columns]"},
        {4, 3, 3, "{\"kind\":\"csr\",\"shape\":[-3,3]}", "group attributes: shape [-3,3]: expected none below 0"},
        {3, 3, 3, csr, "indptr: 3 elements: expected 4 for the shape"},
        {4, 2, 2, csr, "indptr: runs from 0 to 3: expected 0 to 2"},
        {4, 3, 2, csr, "values: 2 elements: expected 3 as of the indices"},
        {4, 3, 3, "{\"kind\":\"csr\",\"shape\":[3,2]}", "indices: element 1 is 2: expected 0 to 1"},
        {4, 3, 3, "{\"kind\":\"coo\",\"shape\":[3,3]}", "row: 0 elements: expected 3 as of col"},
    };
    struct sparse m;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(take_all(&m, cases[i].nptr, cases[i].nindex, cases[i].nvalues, cases[i].attrs), -1);
        CHECK_STR(e.text, cases[i].want);
        CHECK_INT(e.code, TEN_E_DATA);
        sparse_free(&m);
    }
}

static void falling_pointers_are_refused(void)
{
    static const int64_t falling[] = {0, 3, 2, 3};
    static const char csr[] = "{\"kind\":\"csr\",\"shape\":[3,3]}";
    const struct ten_record a = record("indptr", TEN_I64, falling, 4, csr);
    const struct ten_record b = record("indices", TEN_I32, index32, 3, csr);
    struct sparse m = {0};

    CHECK_INT(sparse_take(&m, &a, &e), 1);
    CHECK_INT(sparse_take(&m, &b, &e), 1);
    CHECK_INT(sparse_check(&m, &e), -1);
    CHECK_STR(e.text, "indptr: falls at element 2: expected it to rise");
    CHECK_INT(sparse_take(&m, &a, &e), -1);
    CHECK_STR(e.text, "indptr: stands twice in a group: expected it once");
    sparse_free(&m);
}

/* entries_write() to a pipe, and what a reader makes of it. */
static void written_entries_come_back(void)
{
    struct entry list[] = {{0, 4, {.f = 0.5}}, {2, 0, {.f = 2}}, {2, 3, {.f = -1}}};
    const struct entries s = {.rows = 4, .cols = 5, .n = 3, .e = list};
    int64_t major = 0, row = 0, col = 0, k = 0;
    struct ten_record rec;
    struct sparse m = {0};
    int fd[2];

    CHECK_INT(pipe(fd), 0);
    struct ten_writer *w = ten_create_fd(fd[1], "pipe", NULL, &e);
    CHECK_INT(entries_write(w, &s, &(struct form){"weight", TEN_F32, "general", false}, 0, &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    close(fd[1]);
    struct ten_reader *r = ten_open_fd(fd[0], "pipe", NULL, &e);
    while (ten_next(r, &rec, &e) > 0)
        CHECK_INT(sparse_take(&m, &rec, &e), 1);
    CHECK_INT(sparse_check(&m, &e), 0);
    CHECK_INT(m.rows, 4);
    CHECK_INT(m.cols, 5);
    CHECK(m.weight && m.type == TEN_F32);
    for (; sparse_at(&m, k, &major, &row, &col); k++) {
        CHECK_INT(row, list[k].row);
        CHECK_INT(col, list[k].col);
        CHECK_NEAR(((float *)m.values)[k], list[k].v.f, 0);
    }
    CHECK_INT(k, 3);
    sparse_free(&m);
    ten_close(r);
    close(fd[0]);
}

int main(void)
{
    RUN(entries_are_walked_by_row_or_by_column);
    RUN(records_of_other_names_are_left_to_the_caller);
    RUN(what_does_not_fit_together_is_refused_by_name);
    RUN(falling_pointers_are_refused);
    RUN(written_entries_come_back);
    return check_report();
}
