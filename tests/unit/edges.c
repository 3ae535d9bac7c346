#include "formats/edges.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;
static const struct edges_options numbers = {.nodes = -1, .max_nodes = 1000};
static const struct edges_options words = {.nodes = -1, .max_nodes = 1000, .names = true};

/* "nodes: from-to=weight ... | names", or the error. */
static const char *parsed(const char *text, const struct edges_options *o, char out[400])
{
    struct entries s;
    struct ragged names;
    char *p = out;

    if (edges_parse(&s, &names, "x.txt", text, (int64_t)strlen(text), o, &e) < 0)
        return e.text;
    p += sprintf(p, "%lld:", (long long)s.rows);
    for (int64_t k = 0; k < s.n; k++)
        p += sprintf(p, " %lld-%lld=%g", (long long)s.e[k].row, (long long)s.e[k].col,
                     s.whole ? (double)s.e[k].v.i : s.e[k].v.f);
    for (int64_t i = 0; i < names.n; i++) {
        int64_t n;
        const char *name = ragged_text(&names, i, &n);

        p += sprintf(p, "%s%.*s", i == 0 ? " | " : " ", (int)n, name);
    }
    entries_free(&s);
    ragged_free(&names);
    return out;
}

static void fields_are_separated_by_blanks_or_a_comma(void)
{
    char out[400];

    CHECK_STR(parsed("# c\n2 0\n0\t1\n% d\n0,2\n1 , 2\n", &numbers, out), "3: 0-1=1 0-2=1 1-2=1 2-0=1");
    CHECK_STR(parsed("0 1 5\r\n1 0 7", &numbers, out), "2: 0-1=5 1-0=7");
    CHECK_STR(parsed("", &numbers, out), "0:");
}

static void weights_are_whole_until_one_is_not(void)
{
    struct entries s;
    struct ragged names;
    char out[400];

    CHECK_STR(parsed("0 1 9007199254740993\n1 0 2.5\n", &numbers, out), "2: 0-1=9.0072e+15 1-0=2.5");
    CHECK_INT(edges_parse(&s, &names, "x", "0 1 9007199254740993\n", 21, &numbers, &e), 0);
    CHECK(s.whole);
    CHECK_INT(s.e[0].v.i, 9007199254740993);
    entries_free(&s);
}

static void nodes_are_counted_from_the_base_and_as_many_as_asked(void)
{
    char out[400];
    struct edges_options o = numbers;

    o.base = 1;
    CHECK_STR(parsed("1 3\n", &o, out), "3: 0-2=1");
    o.nodes = 5;
    CHECK_STR(parsed("1 3\n", &o, out), "5: 0-2=1");
    CHECK_STR(parsed("1 6\n", &o, out), "x.txt: line 1: node 6: expected a number from 1 to 5, or --ids=string");
    CHECK_STR(parsed("0 3\n", &o, out), "x.txt: line 1: node 0: expected a number from 1 to 5, or --ids=string");
}

static void words_are_numbered_as_they_first_appear(void)
{
    char out[400];

    CHECK_STR(parsed("b a\nc,b\n\xc3\xa9 a\n", &words, out), "4: 0-1=1 2-0=1 3-1=1 | b a c \xc3\xa9");
    CHECK_STR(parsed("a \xff\n", &words, out), "x.txt: line 1: node \xff: expected a word of UTF-8");
    CHECK_STR(parsed("a,,b\n", &words, out), "x.txt: line 1: node (nothing): expected a word of UTF-8");
}

/* 3000 words, so that the dictionary grows: arc i goes from word i to word i/2. */
static void a_large_dictionary_keeps_every_word_apart(void)
{
    struct edges_options o = words;
    struct entries s;
    struct ragged names;
    char *text = malloc(3000 * 20), *p = text;
    int64_t wrong = 0;

    o.max_nodes = 3000;
    for (int i = 0; i < 3000; i++)
        p += sprintf(p, "w%d w%d\n", i, i / 2);
    CHECK_INT(edges_parse(&s, &names, "x", text, p - text, &o, &e), 0);
    CHECK_INT(s.rows, 3000);
    for (int64_t k = 0; k < s.n; k++)
        wrong += s.e[k].row != k || s.e[k].col != k / 2;
    CHECK_INT(wrong, 0);
    entries_free(&s);
    ragged_free(&names);
    o.max_nodes = 2999;
    CHECK_INT(edges_parse(&s, &names, "x", text, p - text, &o, &e), -1);
    CHECK_STR(e.text, "x: line 3000: node w2999: expected at most 2999 different nodes (--max-nodes)");
    free(text);
}

static void undirected_edges_are_two_arcs_and_loops_one(void)
{
    struct edges_options o = numbers;
    char out[400];

    o.undirected = true;
    CHECK_STR(parsed("0 1 5\n1 1 7\n", &o, out), "2: 0-1=5 1-0=5 1-1=7");
    CHECK_STR(parsed("0 1 5\n1 0 7\n", &o, out), "2: 0-1=5 0-1=7 1-0=7 1-0=5");
    o.dup = DUP_MIN;
    CHECK_STR(parsed("0 1 5\n1 0 7\n", &o, out), "2: 0-1=5 1-0=5");
    o.dup = DUP_SUM;
    CHECK_STR(parsed("0 1 .5\n1 0 7\n", &o, out), "2: 0-1=7.5 1-0=7.5");
}

static void faults_are_reported_with_their_line(void)
{
    static const struct { const char *text, *want; } cases[] = {
        {"0 1\nx 1\n", "x.txt: line 2: node x: expected a number from 0 to 999, or --ids=string"},
        {"0 -1\n", "x.txt: line 1: node -1: expected a number from 0 to 999, or --ids=string"},
        {"0 1000\n", "x.txt: line 1: node 1000: expected a number from 0 to 999, or --ids=string"},
        {"0\n", "x.txt: line 1: node (nothing): expected a number from 0 to 999, or --ids=string"},
        {"0 1 5\n0 1\n", "x.txt: line 2: weight (nothing): expected a finite number from 0 on"},
        {"0 1\n\n0 1 5\n", "x.txt: line 3: then 5: expected no weight, as on the first line"},
        {"0 1 5 6\n", "x.txt: line 1: then 6: expected nothing after the weight"},
        {"0 1 -0.5\n", "x.txt: line 1: weight -0.5: expected a finite number from 0 on"},
        {"0 1 nan\n", "x.txt: line 1: weight nan: expected a finite number from 0 on"},
        {"0 1 1e400\n", "x.txt: line 1: weight 1e400: expected a finite number from 0 on"},
        {"0 1 4x\n", "x.txt: line 1: weight 4x: expected a finite number from 0 on"},
    };
    char out[400];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_STR(parsed(cases[i].text, &numbers, out), cases[i].want);
        CHECK_INT(e.code, TEN_E_DATA);
    }
}

static void a_header_line_is_skipped_when_asked(void)
{
    struct edges_options o = numbers;
    char out[400];

    o.header = true;
    CHECK_STR(parsed("from to\n0 1\n", &o, out), "2: 0-1=1");
    CHECK_STR(parsed("from to\n0 x\n", &o, out), "x.txt: line 2: node x: expected a number from 0 to 999, or "
              "--ids=string");
}

static void names_that_would_not_come_back_are_refused(void)
{
    static const char *const bad[] = {"a b", "a\tb", "a,b", "#a", "%a", "", "a\nb"};
    int64_t ptr[] = {0, 1}, index[] = {0};
    const struct sparse m = {.kind = SPARSE_CSR, .rows = 1, .cols = 1, .n = 1, .ptr = ptr, .index = index};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ragged names = {0};

        ragged_add(&names, bad[i], (int64_t)strlen(bad[i]));
        CHECK_INT(edges_write(stdout, &m, &names, &(struct edges_form){'\t', 0, true}, &e), -1);
        CHECK(strstr(e.text, "names: name 0, ") == e.text);
        ragged_free(&names);
    }
}

int main(void)
{
    RUN(fields_are_separated_by_blanks_or_a_comma);
    RUN(weights_are_whole_until_one_is_not);
    RUN(nodes_are_counted_from_the_base_and_as_many_as_asked);
    RUN(words_are_numbered_as_they_first_appear);
    RUN(a_large_dictionary_keeps_every_word_apart);
    RUN(undirected_edges_are_two_arcs_and_loops_one);
    RUN(faults_are_reported_with_their_line);
    RUN(a_header_line_is_skipped_when_asked);
    RUN(names_that_would_not_come_back_are_refused);
    return check_report();
}
