#include "formats/gr.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;

static const char *parsed(const char *text, enum dup dup, char out[300])
{
    const struct gr_options o = {.dup = dup, .max_nodes = 1000};
    struct entries s;
    char *p = out;

    if (gr_parse(&s, "x.gr", text, (int64_t)strlen(text), &o, &e) < 0)
        return e.text;
    p += sprintf(p, "%lld:", (long long)s.rows);
    for (int64_t k = 0; k < s.n; k++)
        p += sprintf(p, " %lld-%lld=%lld", (long long)s.e[k].row + 1, (long long)s.e[k].col + 1,
                     (long long)s.e[k].v.i);
    entries_free(&s);
    return out;
}

static void arcs_are_sorted_and_parallel_ones_kept_in_order(void)
{
    static const char text[] = "c a graph\np sp 4 5\nc between\na 3 1 9\na 1 3 0\na 1 2 5\na 1 3 7\na 2 2 1\n";
    char out[300];

    CHECK_STR(parsed(text, DUP_KEEP, out), "4: 1-2=5 1-3=0 1-3=7 2-2=1 3-1=9");
    CHECK_STR(parsed(text, DUP_MIN, out), "4: 1-2=5 1-3=0 2-2=1 3-1=9");
    CHECK_STR(parsed(text, DUP_SUM, out), "4: 1-2=5 1-3=7 2-2=1 3-1=9");
    CHECK_STR(parsed("\r\np  sp\t2 1\r\n\r\na 2 1 9223372036854775807", DUP_KEEP, out),
              "2: 2-1=9223372036854775807");
    CHECK_STR(parsed("p sp 7 0\n", DUP_KEEP, out), "7:");
}

static void faults_are_reported_with_their_line(void)
{
    static const struct { const char *text, *want; } cases[] = {
        {"", "x.gr: line 1: the file ends: expected p sp NODES ARCS"},
        {"c only\n", "x.gr: line 2: the file ends: expected p sp NODES ARCS"},
        {"a 1 2 3\n", "x.gr: line 1: not a problem line: expected p sp NODES ARCS"},
        {"p sp 3\n", "x.gr: line 1: not a problem line: expected p sp NODES ARCS"},
        {"p sp -3 1\n", "x.gr: line 1: not a problem line: expected p sp NODES ARCS"},
        {"p sp 1001 1\n", "x.gr: line 1: 1001 nodes: expected at most 1000 (--max-nodes)"},
        {"p sp 3 1\na 1 2 -4\n", "x.gr: line 2: weight -4: expected a whole number from 0 to "
         "9223372036854775807"},
        {"p sp 3 1\na 1 2 nan\n", "x.gr: line 2: weight nan: expected a whole number from 0 to "
         "9223372036854775807"},
        {"p sp 3 1\na 1 2 9223372036854775808\n", "x.gr: line 2: weight 9223372036854775808: expected a whole "
         "number from 0 to 9223372036854775807"},
        {"p sp 3 1\na 1 2 1.5\n", "x.gr: line 2: weight 1.5: expected a whole number from 0 to "
         "9223372036854775807"},
        {"p sp 3 1\na 1 2\n", "x.gr: line 2: weight (nothing): expected a whole number from 0 to "
         "9223372036854775807"},
        {"p sp 3 1\na 1 4 5\n", "x.gr: line 2: node 4: expected a whole number from 1 to 3"},
        {"p sp 3 1\na 0 1 5\n", "x.gr: line 2: node 0: expected a whole number from 1 to 3"},
        {"p sp 3 1\na 1 2 5 6\n", "x.gr: line 2: 6 at the end: expected nothing more"},
        {"p sp 3 1\nx 1 2 5\n", "x.gr: line 2: starts with x: expected a, or c for a comment"},
        {"p sp 3 2\na 1 2 5\nc\n", "x.gr: line 3: the file ends after 1 arcs: expected 2 as the problem line says"},
        {"p sp 3 1\na 1 2 5\na 2 3 5\n", "x.gr: line 3: arc number 2: expected 1 as the problem line says"},
        {"p sp 3 1000000000000000000\n", "x.gr: line 1: the file ends after 0 arcs: expected "
         "1000000000000000000 as the problem line says"},
    };
    char out[300];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(parsed(cases[i].text, DUP_KEEP, out), cases[i].want);
        CHECK_INT(e.code, TEN_E_DATA);
    }
    CHECK_STR(parsed("p sp 1 2\na 1 1 9223372036854775807\na 1 1 1\n", DUP_SUM, out),
              "x.gr: arc 1 1: the sum of the weights: expected below 2^63");
}

static void coordinates_are_read_for_every_node(void)
{
    static const char text[] = "c places\np aux sp co 3\nv 2 -5 6\nv 1 2147483647 -2147483648\r\nv 3 0 1";
    static const int32_t want[] = {2147483647, INT32_MIN, -5, 6, 0, 1};
    int32_t xy[6] = {0};

    CHECK_INT(co_parse(xy, 3, "x.co", text, (int64_t)strlen(text), &e), 0);
    CHECK_BYTES(xy, want, sizeof want);
}

static void missing_repeated_and_unknown_nodes_have_no_coordinates(void)
{
    static const struct { const char *text, *want; } cases[] = {
        {"p aux sp co 3\n", "x.co: line 1: 3 nodes: expected 2 as in the graph"},
        {"p sp 3 4\n", "x.co: line 1: not a problem line: expected p aux sp co NODES"},
        {"p aux sp co 2\nv 2 1 1\n", "x.co: line 2: the file ends without node 1: expected every node"},
        {"p aux sp co 2\nv 2 1 1\nv 2 1 1\n", "x.co: line 3: node 2 stands twice: expected it once"},
        {"p aux sp co 2\nv 3 1 1\n", "x.co: line 2: node 3: expected a whole number from 1 to 2"},
        {"p aux sp co 2\nv 1 3000000000 1\n", "x.co: line 2: x 3000000000: expected a whole number from -2147483648 "
         "to 2147483647"},
        {"p aux sp co 2\nv 1 0.5 1\n", "x.co: line 2: x 0.5: expected a whole number from -2147483648 to 2147483647"},
    };
    int32_t xy[4];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(co_parse(xy, 2, "x.co", cases[i].text, (int64_t)strlen(cases[i].text), &e), -1);
        CHECK_STR(e.text, cases[i].want);
    }
}

/* Two nodes, arcs 1-2 and 2-1 of these weights: the file, or the error. */
static char *written(enum ten_type type, const void *values, int64_t cols)
{
    int64_t ptr[] = {0, 1, 2}, index[] = {1, 0};
    struct sparse m = {.kind = SPARSE_CSR, .rows = 2, .cols = cols, .n = 2, .symmetry = "general", .ptr = ptr,
                       .index = index, .values = (void *)values, .type = type, .weight = true};
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    const int rc = gr_write(to, &m, &e);

    fclose(to);
    if (rc < 0)
        strcpy(text = realloc(text, sizeof e.text), e.text);
    return text;
}

static void whole_weights_of_any_type_are_written(void)
{
    static const double f[] = {3, 1e15}, fraction[] = {3, 0.5}, infinite[] = {INFINITY, 1}, nan[] = {1, NAN};
    static const int64_t i[] = {INT64_MAX, 0}, negative[] = {0, -1};
    static const uint8_t small[] = {255, 1};
    static const struct { enum ten_type type; const void *values; int64_t cols; const char *want; } cases[] = {
        {TEN_F64, f, 2, "p sp 2 2\na 1 2 3\na 2 1 1000000000000000\n"},
        {TEN_I64, i, 2, "p sp 2 2\na 1 2 9223372036854775807\na 2 1 0\n"},
        {TEN_U8, small, 2, "p sp 2 2\na 1 2 255\na 2 1 1\n"},
        {TEN_I64, NULL, 2, "p sp 2 2\na 1 2 1\na 2 1 1\n"},
        {TEN_F64, fraction, 2, "weight: element 1 is 0.5: expected a whole number from 0 to 2^63-1"},
        {TEN_F64, infinite, 2, "weight: element 0 is inf: expected a whole number from 0 to 2^63-1"},
        {TEN_F64, nan, 2, "weight: element 1 is nan: expected a whole number from 0 to 2^63-1"},
        {TEN_I64, negative, 2, "weight: element 1 is -1: expected a whole number from 0 to 2^63-1"},
        {TEN_I64, i, 3, "group attributes: shape [2,3]: expected a square matrix for a graph"},
    };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = written(cases[k].type, cases[k].values, cases[k].cols);

        CHECK_STR(text, cases[k].want);
        free(text);
    }
}

int main(void)
{
    RUN(arcs_are_sorted_and_parallel_ones_kept_in_order);
    RUN(faults_are_reported_with_their_line);
    RUN(coordinates_are_read_for_every_node);
    RUN(missing_repeated_and_unknown_nodes_have_no_coordinates);
    RUN(whole_weights_of_any_type_are_written);
    return check_report();
}
