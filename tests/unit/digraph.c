#include "graph/digraph.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static struct ten_err e;

static struct ten_record record(const char *name, enum ten_type type, const void *data, int64_t n)
{
    static const char attrs[] = "{\"kind\":\"csr\",\"shape\":[3,3],\"place\":\"Monaco\"}";
    return (struct ten_record){.name = name, .type = type, .shape = {1, {n}}, .data = data,
                               .group_attrs = attrs};
}

/* 0->1 (5), 0->2 (1), 2->0 (2), 2->0 (7), 2->2 (0). */
static const int64_t ptr[] = {0, 2, 2, 5};
static const int32_t col[] = {1, 2, 0, 0, 2};
static const int64_t weight[] = {5, 1, 2, 7, 0};

static int write_records(int fd, const struct ten_record *rec, int n)
{
    struct ten_writer *w = ten_create_fd(fd, "pipe", NULL, &e);
    int rc = 0;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = ten_write(w, &rec[i], &e);
    rc = rc == 0 ? ten_finish(w, &e) : rc;
    ten_discard(w);
    return rc;
}

static int read_digraph(struct digraph *g, int fd)
{
    struct ten_reader *r = ten_open_fd(fd, "", NULL, &e);
    const int rc = digraph_read(g, r, "", &e);
    ten_close(r);
    return rc;
}

/* The graph above with a weight record and more. */
static int through_pipe(struct digraph *g, struct ten_record weights, const struct ten_record *more, int n)
{
    struct ten_record rec[8] = {record("indptr", TEN_I64, ptr, 4), record("indices", TEN_I32, col, 5), weights};
    int fd[2], rc = pipe(fd);
    e = (struct ten_err){0};
    for (int i = 0; i < n; i++)
        rec[3 + i] = more[i];
    rc = rc == 0 ? write_records(fd[1], rec, 3 + n) : rc;
    close(fd[1]);
    rc = rc == 0 ? read_digraph(g, fd[0]) : rc;
    close(fd[0]);
    return rc;
}
static struct ten_record whole_weights(void) { return record("weight", TEN_I64, weight, 5); }

static void arcs_by_tail_and_by_head(void)
{
    struct digraph g;
    CHECK_INT(through_pipe(&g, whole_weights(), NULL, 0), 0);
    CHECK_INT(g.n, 3);
    CHECK_INT(g.m, 5);
    CHECK(g.whole);
    CHECK_BYTES(g.in.ptr, ((int64_t[]){0, 2, 3, 5}), 32);
    CHECK_BYTES(g.in.col, ((uint32_t[]){2, 2, 0, 0, 2}), 20);
    CHECK_BYTES(g.in.val, ((double[]){2, 7, 5, 1, 0}), 40);
    CHECK_BYTES(g.in_arc, ((int64_t[]){2, 3, 0, 1, 4}), 40);
    for (int64_t k = 0; k < 5; k++)
        CHECK_INT(digraph_tail(&g, k), k < 2 ? 0 : 2);
    CHECK(!g.sources && !g.in_h);
    digraph_free(&g);
}

static void what_came_with_it_is_written_again(void)
{
    const int32_t xy[] = {1, 2, 3, 4, 5, 6};
    struct ten_record more[] = {record("sources", TEN_I32, (int32_t[]){2, 0}, 2),
                                record("xy", TEN_I32, xy, 0),
                                record("in_h", TEN_BOOL, (uint8_t[]){1, 0, 1, 0, 0}, 5)};
    struct digraph g, again;
    int fd[2];
    more[1].shape = (struct ten_shape){2, {3, 2}};
    CHECK_INT(through_pipe(&g, whole_weights(), more, 3), 0);
    CHECK_INT(pipe(fd), 0);
    struct ten_writer *w = ten_create_fd(fd[1], "pipe", NULL, &e);
    CHECK_INT(digraph_write(w, &g, 0, &e), 0);
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    close(fd[1]);
    CHECK_INT(read_digraph(&again, fd[0]), 0);
    close(fd[0]);
    CHECK(again.whole);
    CHECK_BYTES(again.out.val, g.out.val, 40);
    CHECK_BYTES(again.sources, ((uint32_t[]){2, 0}), 8);
    CHECK_BYTES(again.in_h, ((uint8_t[]){1, 0, 1, 0, 0}), 5);
    CHECK_INT(again.nothers, 1);
    CHECK_STR(again.origin.attrs, "{\"kind\":\"csr\",\"shape\":[3,3],\"place\":\"Monaco\",\"symmetry\":\"general\"}");
    digraph_free(&g);
    digraph_free(&again);
}

static void refuses(struct ten_record weights, const struct ten_record *more, int n, const char *text)
{
    struct digraph g;
    CHECK_INT(through_pipe(&g, weights, more, n), -1);
    CHECK_STR(e.text, text);
}

static void what_is_no_digraph_is_refused(void)
{
    const int64_t negative[] = {5, 1, -2, 7, 0}, large[] = {5, 1, 2, 7, INT64_MAX};
    const double nan[] = {5, NAN, 2, 7, 0}, infinite[] = {5, 1, 2, 7, INFINITY},
                 huge[] = {5, 1, 2, 7, 1e200}, tiny[] = {5, 1, 2, 7, 0x1p-1074};
    const struct ten_record far = record("sources", TEN_I64, (int64_t[]){0, 3}, 2),
                            below = record("sources", TEN_I64, (int64_t[]){-1}, 1),
                            twice = record("sources", TEN_U32, (uint32_t[]){1, 1}, 2),
                            odd = record("sources", TEN_F32, (float[]){1}, 1),
                            mask = record("in_h", TEN_U8, "\1\1", 2);
    refuses(record("weight", TEN_I64, negative, 5), NULL, 0,
            "standard input: weight: arc 2, from 2 to 0: -2: expected a finite number, 0 or more");
    refuses(record("weight", TEN_F64, huge, 5), NULL, 0,
            "standard input: weight: arc 4, from 2 to 2: 1e+200: expected 0, or a number from 2^-500 to 2^500");
    refuses(record("weight", TEN_F64, tiny, 5), NULL, 0,
            "standard input: weight: arc 4, from 2 to 2: 4.94066e-324: expected 0, or a number from 2^-500 to 2^500");
    refuses(record("weight", TEN_F64, nan, 5), NULL, 0,
            "standard input: weight: arc 1, from 0 to 2: nan: expected a finite number, 0 or more");
    refuses(record("weight", TEN_F64, infinite, 5), NULL, 0,
            "standard input: weight: arc 4, from 2 to 2: inf: expected a finite number, 0 or more");
    refuses(record("weight", TEN_I64, large, 5), NULL, 0,
            "standard input: weight: arc 4, from 2 to 2: 9223372036854775807: expected at most 2^53");
    refuses(whole_weights(), &far, 1, "standard input: sources: element 1 is 3: expected a vertex, 0 to 2");
    refuses(whole_weights(), &below, 1, "standard input: sources: element 0 is -1: expected a vertex, from 0");
    refuses(whole_weights(), &twice, 1,
            "standard input: sources: element 1 is 1 again: expected every source once");
    refuses(whole_weights(), &odd, 1, "standard input: sources: f32 of rank 1: expected u32 of rank 1");
    refuses(whole_weights(), &mask, 1, "standard input: in_h: 2 elements: expected 5, one for every arc");
}

static void lists_of_arcs_are_sorted_and_subgraphs_know_where_their_arcs_were(void)
{
    struct digraph g, h;
    int64_t number[5], *from;
    digraph_from_arcs(&g, 3, 5, (uint32_t[]){2, 0, 2, 0, 2}, (uint32_t[]){2, 2, 0, 1, 0},
                      (double[]){0, 1, 2, 5, 7}, true, number);
    CHECK_BYTES(number, ((int64_t[]){3, 1, 2, 4, 0}), 40);
    CHECK_BYTES(g.out.val, ((double[]){5, 1, 2, 7, 0}), 40);
    digraph_subgraph(&h, &g, (uint8_t[]){0, 1, 0, 1, 0}, &from);
    CHECK_INT(h.m, 2);
    CHECK_BYTES(from, ((int64_t[]){1, 3}), 16);
    CHECK_BYTES(h.out.ptr, ((int64_t[]){0, 1, 1, 2}), 32);
    CHECK_BYTES(h.out.val, ((double[]){1, 7}), 16);
    free(from);
    digraph_free(&g);
    digraph_free(&h);
}

int main(void)
{
    RUN(arcs_by_tail_and_by_head);
    RUN(what_came_with_it_is_written_again);
    RUN(what_is_no_digraph_is_refused);
    RUN(lists_of_arcs_are_sorted_and_subgraphs_know_where_their_arcs_were);
    return check_report();
}
