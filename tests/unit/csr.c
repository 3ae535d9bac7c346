#include "sparse/csr.h"

#include "base/random.h"
#include "base/threads.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static struct ten_err e;

/* What csr_read makes of the records rec[0..n), through a pipe. */
static int through_pipe(struct csr *m, const struct ten_record *rec, int n, const struct csr_reading *opt)
{
    int fd[2], rc = pipe(fd);
    e = (struct ten_err){0};
    struct ten_writer *w = ten_create_fd(fd[1], "pipe", NULL, &e);
    for (int i = 0; rc == 0 && i < n; i++)
        rc = ten_write(w, &rec[i], &e);
    rc = rc == 0 ? ten_finish(w, &e) : rc;
    ten_discard(w);
    close(fd[1]);
    struct ten_reader *r = ten_open_fd(fd[0], "", NULL, &e);
    rc = rc == 0 ? csr_read(m, r, "", opt, &e) : rc;
    ten_close(r);
    close(fd[0]);
    return rc;
}

static struct ten_record record(const char *name, enum ten_type type, const void *data, int64_t n, const char *attrs)
{
    return (struct ten_record){.name = name, .type = type, .shape = {1, {n}}, .data = data, .group_attrs = attrs};
}

static const int64_t want_ptr[] = {0, 2, 2, 4};
static const uint32_t want_col[] = {0, 2, 0, 1};
static const double want_val[] = {1, 2, 3, 4};

static void check_small(const struct csr *m)
{
    CHECK_INT(m->rows, 3);
    CHECK_INT(m->cols, 3);
    CHECK_INT(m->n, 4);
    CHECK_BYTES(m->ptr, want_ptr, sizeof want_ptr);
    CHECK_BYTES(m->col, want_col, sizeof want_col);
    for (int k = 0; k < CSR_AHEAD; k++)
        CHECK_INT(m->col[m->n + k], 0);
    CHECK_INT(m->type, TEN_F64);
    CHECK_BYTES(m->val, want_val, sizeof want_val);
}

/* [1 0 2; 0 0 0; 3 4 0] in every kind, with rows out of order and an entry in two parts. */
static void every_kind_becomes_sorted_rows(void)
{
    static const char csr[] = "{\"kind\":\"csr\",\"shape\":[3,3]}", csc[] = "{\"kind\":\"csc\",\"shape\":[3,3]}",
                      coo[] = "{\"kind\":\"coo\",\"shape\":[3,3]}";
    struct csr m;
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("indptr", TEN_I64, (int64_t[]){0, 2, 2, 4}, 4, csr), record("indices", TEN_I32, (int32_t[]){0, 2, 0, 1}, 4, csr),
        record("values", TEN_F64, want_val, 4, csr)}, 3, NULL), 0);
    check_small(&m);
    csr_free(&m);
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("indptr", TEN_I64, (int64_t[]){0, 2, 2, 5}, 4, csr), record("indices", TEN_I32, (int32_t[]){2, 0, 1, 0, 1}, 5, csr),
        record("values", TEN_F64, (double[]){2, 1, 1, 3, 3}, 5, csr)}, 3, NULL), 0);
    check_small(&m);
    csr_free(&m);
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("indptr", TEN_I64, (int64_t[]){0, 2, 3, 4}, 4, csc), record("indices", TEN_I64, (int64_t[]){0, 2, 2, 0}, 4, csc),
        record("values", TEN_F64, (double[]){1, 3, 4, 2}, 4, csc)}, 3, NULL), 0);
    check_small(&m);
    csr_free(&m);
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("row", TEN_I32, (int32_t[]){2, 0, 2, 0}, 4, coo), record("col", TEN_I32, (int32_t[]){1, 2, 0, 0}, 4, coo),
        record("values", TEN_F64, (double[]){4, 2, 3, 1}, 4, coo)}, 3, NULL), 0);
    check_small(&m);
    csr_free(&m);
}

static void halves_become_whole_and_skew_ones_change_their_sign(void)
{
    for (int skew = 0; skew < 2; skew++) {
        const char *attrs = skew ? "{\"kind\":\"coo\",\"shape\":[3,3],\"symmetry\":\"skew-symmetric\"}"
                                 : "{\"kind\":\"coo\",\"shape\":[3,3],\"symmetry\":\"symmetric\"}";
        const int64_t want[] = {skew ? -5 : 5, 5, skew ? -7 : 7, 7};
        struct csr m;
        CHECK_INT(through_pipe(&m, (struct ten_record[]){
            record("row", TEN_I32, (int32_t[]){1, 2}, 2, attrs), record("col", TEN_I32, (int32_t[]){0, 1}, 2, attrs),
            record("values", TEN_I32, (int32_t[]){5, 7}, 2, attrs)}, 3, NULL), 0);
        CHECK_INT(m.n, 4);
        CHECK_INT(m.type, TEN_I64);
        CHECK_BYTES(m.ptr, ((int64_t[]){0, 1, 3, 4}), 32);
        CHECK_BYTES(m.col, ((uint32_t[]){1, 0, 2, 1}), 16);
        CHECK_BYTES(m.val, want, sizeof want);
        csr_free(&m);
    }
}

static int count(void *ctx, const struct ten_record *rec, struct ten_err *err)
{
    (void)err;
    *(int *)ctx += strcmp(rec->name, "xy") == 0;
    return 0;
}

static void parallel_arcs_stay_where_they_are_asked_for_and_other_records_are_handed_on(void)
{
    static const char attrs[] = "{\"kind\":\"coo\",\"shape\":[2,2]}";
    int others = 0;
    struct csr m;
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("row", TEN_I32, (int32_t[]){1, 0, 1}, 3, attrs), record("col", TEN_I32, (int32_t[]){0, 1, 0}, 3, attrs),
        record("weight", TEN_F32, (float[]){3, 1, 2}, 3, attrs), record("xy", TEN_F32, (float[]){0, 0}, 2, attrs)}, 4,
        &(struct csr_reading){.parallel = true, .other = count, .ctx = &others}), 0);
    CHECK_INT(others, 1);
    CHECK(m.weight);
    CHECK_INT(m.n, 3);
    CHECK_BYTES(m.col, ((uint32_t[]){1, 0, 0}), 12);
    CHECK_BYTES(m.val, ((float[]){1, 3, 2}), 12);
    csr_free(&m);
}

static void what_is_no_matrix_is_refused(void)
{
    static const char attrs[] = "{\"kind\":\"csr\",\"shape\":[2,3],\"symmetry\":\"symmetric\"}",
                      wide[] = "{\"kind\":\"coo\",\"shape\":[2,4294967296]}";
    struct csr m;
    CHECK_INT(through_pipe(&m, NULL, 0, NULL), -1);
    CHECK_STR(e.text, "standard input: no record: expected a sparse matrix");
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("indptr", TEN_I64, (int64_t[]){0, 0, 0}, 3, attrs), record("indices", TEN_I32, NULL, 0, attrs)}, 2, NULL), -1);
    CHECK_STR(e.text, "standard input: symmetry symmetric of shape [2,3]: expected a square matrix");
    CHECK_INT(through_pipe(&m, (struct ten_record[]){
        record("row", TEN_I32, NULL, 0, wide), record("col", TEN_I64, NULL, 0, wide)}, 2, NULL), -1);
    CHECK_STR(e.text, "standard input: shape [2,4294967296]: expected at most 4294967295 rows and columns");
}

/* n entries of rows x cols, at most one in `gap` columns. */
static void fill(struct csr *m, int64_t rows, int64_t cols, int64_t each)
{
    const struct rng r = {.seed = 3, .stream = rng_stream("test")};
    csr_alloc(m, rows, cols, rows * each, TEN_F64);
    for (int64_t k = 0; k < m->n; k++) {
        const int64_t width = cols / each;
        m->col[k] = (uint32_t)(k % each * width + (int64_t)rng_below(&r, (uint64_t)k, (uint64_t)width));
        ((double *)m->val)[k] = (double)k;
    }
    for (int64_t i = 0; i < rows; i++)
        m->ptr[i + 1] = (i + 1) * each;
}

static void transposing_twice_gives_the_same_and_any_number_of_threads_does(void)
{
    struct csr m, t, one, back;
    fill(&m, 3000, 700, 7);
    int64_t *from = malloc((size_t)m.n * sizeof *from);
    threads_set(1);
    csr_transpose(&one, &m, NULL);
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        csr_transpose(&t, &m, from);
        CHECK(csr_same_structure(&t, &one));
        CHECK_BYTES(t.val, one.val, (size_t)m.n * 8);
        for (int64_t k = 0; k < t.n; k++)
            CHECK(((double *)t.val)[k] == (double)from[k]);
        csr_transpose(&back, &t, NULL);
        CHECK(csr_same_structure(&back, &m));
        CHECK_BYTES(back.val, m.val, (size_t)m.n * 8);
        csr_free(&back);
        csr_free(&t);
    }
    csr_free(&one);
    csr_free(&m);
    free(from);
}

static void written_and_read_again_it_is_the_same(void)
{
    struct csr m, back;
    int fd[2];
    fill(&m, 40, 60, 3);
    e = (struct ten_err){0};
    CHECK_INT(pipe(fd), 0);
    struct ten_writer *w = ten_create_fd(fd[1], "pipe", NULL, &e);
    CHECK_INT(csr_write(w, &m, 0, &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    close(fd[1]);
    struct ten_reader *r = ten_open_fd(fd[0], "", NULL, &e);
    CHECK_INT(csr_read(&back, r, "", NULL, &e), 0);
    ten_close(r);
    close(fd[0]);
    CHECK(csr_same_structure(&m, &back));
    CHECK_BYTES(back.val, m.val, (size_t)m.n * 8);
    csr_free(&m);
    csr_free(&back);
}

int main(void)
{
    RUN(every_kind_becomes_sorted_rows);
    RUN(halves_become_whole_and_skew_ones_change_their_sign);
    RUN(parallel_arcs_stay_where_they_are_asked_for_and_other_records_are_handed_on);
    RUN(what_is_no_matrix_is_refused);
    RUN(transposing_twice_gives_the_same_and_any_number_of_threads_does);
    RUN(written_and_read_again_it_is_the_same);
    return check_report();
}
