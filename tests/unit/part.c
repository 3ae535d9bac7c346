/* What a digraph carries along, and what becomes of it when it is cut down. */
#include "graph/part.h"

#include "graph/carried.h"
#include "graph/choose.h"
#include "graph/vertices.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;

/* 0 -> 1 -> 2 -> 3 -> 0, 1 -> 3: the arcs in order are 01 12 13 23 30. */
static void square(struct digraph *g)
{
    digraph_from_arcs(g, 4, 5, (uint32_t[]){0, 1, 2, 3, 1}, (uint32_t[]){1, 2, 3, 0, 3},
                      (double[]){1, 2, 3, 4, 5}, true,
                      NULL);
    carried_put(g, &(struct ten_record){.name = "xy", .type = TEN_I32, .shape = {2, {4, 2}},
                                        .data = (int32_t[]){0, 1, 10, 11, 20, 21, 30, 31}});
    carried_put(g, &(struct ten_record){.name = "names", .type = TEN_UTF8, .shape = {1, {7}},
                                        .data = "abbcddd"});
    carried_put(g, &(struct ten_record){.name = "names_offsets", .type = TEN_I64, .shape = {1, {5}},
                                        .data = (int64_t[]){0, 1, 3, 4, 7}});
    carried_put(g, &(struct ten_record){.name = "lanes", .type = TEN_U8, .shape = {1, {5}},
                                        .data = (uint8_t[]){1, 2, 3, 4, 5}});
    carried_put(g, &(struct ten_record){.name = "note", .type = TEN_F32, .shape = {1, {3}},
                                        .data = (float[]){7, 8, 9}});
    g->nsources = 2;
    g->sources = malloc(2 * sizeof *g->sources);
    g->sources[0] = 3;
    g->sources[1] = 0;
    g->in_h = malloc(5);
    memcpy(g->in_h, ((uint8_t[]){1, 0, 1, 0, 1}), 5);
}

static void records_are_found_replaced_and_dropped(void)
{
    struct digraph g;
    struct ten_record rec;

    square(&g);
    CHECK_INT(g.nothers, 5);
    CHECK(carried_find(&g, "lanes", &rec) && rec.shape.dim[0] == 5);
    carried_put(&g, &(struct ten_record){.name = "lanes", .type = TEN_U8, .shape = {1, {1}},
                                         .data = "x"});
    CHECK(carried_find(&g, "lanes", &rec) && rec.shape.dim[0] == 1);
    CHECK_INT(g.nothers, 5);
    carried_drop(&g, "lanes");
    carried_drop(&g, "lanes");
    CHECK(!carried_find(&g, "lanes", &rec));
    CHECK_INT(g.nothers, 4);
    digraph_free(&g);
}

static void check_bytes(const struct digraph *g, const char *name, const void *want, int64_t bytes)
{
    struct ten_record rec;

    CHECK(carried_find(g, name, &rec));
    CHECK_INT(ten_bytes(&rec), bytes);
    CHECK_BYTES(rec.data, want, (size_t)bytes);
}

static void everything_follows_the_vertices_and_arcs_it_belongs_to(void)
{
    struct digraph g;

    square(&g);
    CHECK_INT(digraph_cut(&g, (uint8_t[]){0, 1, 1, 1}, NULL, &e), 0);
    CHECK_INT(g.n, 3);
    CHECK_INT(g.m, 3);
    CHECK_BYTES(g.out.ptr, ((int64_t[]){0, 2, 3, 3}), 32);
    CHECK_BYTES(g.out.col, ((uint32_t[]){1, 2, 2}), 12);
    CHECK_BYTES(g.in.ptr, ((int64_t[]){0, 0, 1, 3}), 32);
    CHECK_BYTES(g.in_arc, ((int64_t[]){0, 1, 2}), 24);
    CHECK_BYTES(g.in_h, ((uint8_t[]){0, 1, 0}), 3);
    CHECK_INT(g.nsources, 1);
    CHECK_INT(g.sources[0], 2);
    check_bytes(&g, "xy", ((int32_t[]){10, 11, 20, 21, 30, 31}), 24);
    check_bytes(&g, "names", "bbcddd", 6);
    check_bytes(&g, "names_offsets", ((int64_t[]){0, 2, 3, 6}), 32);
    check_bytes(&g, "lanes", ((uint8_t[]){2, 3, 4}), 3);
    check_bytes(&g, "note", ((float[]){7, 8, 9}), 12);
    check_bytes(&g, "vertex", ((uint32_t[]){1, 2, 3}), 12);
    check_bytes(&g, "arc", ((int64_t[]){1, 2, 3}), 24);
    digraph_free(&g);
}

static void numbers_are_those_of_the_first_graph_after_two_cuts(void)
{
    struct digraph g;

    square(&g);
    carried_drop(&g, "note");
    CHECK_INT(digraph_cut(&g, NULL, (uint8_t[]){0, 1, 1, 1, 1}, &e), 0);
    CHECK_INT(g.n, 4);
    /* Four arcs and four vertices now: lanes could be of either. */
    CHECK_INT(digraph_cut(&g, (uint8_t[]){1, 0, 1, 1}, NULL, &e), -1);
    CHECK_STR(e.text, "lanes: 4 elements, as many as vertices and as arcs: expected to know of "
              "which; "
              "ten-cut --drop=lanes leaves it out");
    digraph_free(&g);

    square(&g);
    carried_drop(&g, "note");
    carried_drop(&g, "lanes");
    CHECK_INT(digraph_cut(&g, NULL, (uint8_t[]){0, 1, 1, 1, 1}, &e), 0);
    CHECK_INT(digraph_cut(&g, (uint8_t[]){1, 0, 1, 1}, NULL, &e), 0);
    check_bytes(&g, "vertex", ((uint32_t[]){0, 2, 3}), 12);
    check_bytes(&g, "arc", ((int64_t[]){3, 4}), 16);
    CHECK_BYTES(digraph_weights(&g), ((double[]){3, 4}), 16);
    digraph_free(&g);
}

static void nothing_may_be_left(void)
{
    struct digraph g;

    square(&g);
    CHECK_INT(digraph_cut(&g, (uint8_t[]){0, 0, 0, 0}, NULL, &e), 0);
    CHECK_INT(g.n, 0);
    CHECK_INT(g.m, 0);
    CHECK_INT(g.nsources, 0);
    check_bytes(&g, "names", "", 0);
    digraph_free(&g);
}

static void random_choices_are_distinct_and_even(void)
{
    int64_t count[20] = {0};
    uint32_t v[5];

    for (uint64_t seed = 0; seed < 4000; seed++) {
        choose_random(v, 5, 20, seed);
        for (int i = 0; i < 5; i++) {
            CHECK(v[i] < 20 && (i == 0 || v[i - 1] < v[i]));
            count[v[i]]++;
        }
    }
    for (int i = 0; i < 20; i++)
        CHECK_NEAR((double)count[i], 1000, 5 * 27.4);       /* sqrt(4000 / 4 * 3 / 4) is 27.4 */
}

static void the_highest_degrees_are_chosen_of_equals_the_first(void)
{
    struct digraph g;
    uint32_t v[3];

    square(&g);             /* degrees 2 3 2 3 */
    choose_by_degree(v, 3, &g);
    CHECK_BYTES(v, ((uint32_t[]){0, 1, 3}), 12);
    digraph_free(&g);
}

/* The list in text, or the message in e. */
static int64_t parse(const char *text, uint32_t *v)
{
    struct source *s = source_memory("f", text, strlen(text));
    uint32_t *list;
    int64_t n;

    const int rc = vertices_read(&list, &n, s, 10, &e);
    if (rc == 0)
        memcpy(v, list, (size_t)n * sizeof *v);
    free(list);
    source_close(s);
    return rc < 0 ? -1 : n;
}

static void lists_are_numbers_or_the_format_of_dimacs(void)
{
    uint32_t v[10];

    CHECK_INT(parse("# some\n3\r\n\n 0 \n9", v), 3);
    CHECK_BYTES(v, ((uint32_t[]){3, 0, 9}), 12);
    CHECK_INT(parse("c some\np aux sp ss 2\ns 10\ns 1\n", v), 2);
    CHECK_BYTES(v, ((uint32_t[]){9, 0}), 8);
    CHECK_INT(parse("", v), 0);
    CHECK_INT(parse("# none\n", v), 0);
}

static void mistakes_in_lists_are_told_by_line(void)
{
    static const struct { const char *text, *message; } cases[] = {
        {"3\n10\n", "f: line 2: expected a vertex, 0 to 9"},
        {"-1\n", "f: line 1: expected a vertex, 0 to 9"},
        {"1 2\n", "f: line 1: expected a vertex, 0 to 9"},
        {"x\n", "f: line 1: expected a vertex, 0 to 9"},
        {"4\n4\n", "f: line 2: vertex 4 again: expected each once"},
        {"p aux sp ss 1\ns 0\n", "f: line 2: expected a vertex, 1 to 10"},
        {"p aux sp ss 1\n3\n", "f: line 2: 3: expected \"s VERTEX\""},
        {"p aux sp ss 2\ns 3\n", "f: line 2: the file ends after 1 vertices: expected 2 as the "
         "problem line says"},
        {"p aux sp ss x\n", "f: line 1: expected one \"p aux sp ss COUNT\" before all vertices"},
        {"3\np aux sp ss 1\n", "f: line 2: expected one \"p aux sp ss COUNT\" before all vertices"},
        {"p sp 3 3\n", "f: line 1: expected one \"p aux sp ss COUNT\" before all vertices"},
    };
    uint32_t v[10];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_INT(parse(cases[i].text, v), -1);
        CHECK_STR(e.text, cases[i].message);
    }
}

int main(void)
{
    RUN(records_are_found_replaced_and_dropped);
    RUN(everything_follows_the_vertices_and_arcs_it_belongs_to);
    RUN(numbers_are_those_of_the_first_graph_after_two_cuts);
    RUN(nothing_may_be_left);
    RUN(random_choices_are_distinct_and_even);
    RUN(the_highest_degrees_are_chosen_of_equals_the_first);
    RUN(lists_are_numbers_or_the_format_of_dimacs);
    RUN(mistakes_in_lists_are_told_by_line);
    return check_report();
}
