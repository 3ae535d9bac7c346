#include "formats/table.h"

#include "formats/columns.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static struct ten_err e;

/* What csv2ten and ten2csv make of a text: "TYPES: NAMES;ROW;ROW", w, n or t a column; or the error. */
struct trip { struct table_form form; bool matrix; int64_t batch; };

static int to_stream(const char *text, const struct trip *trip, int fd, char types[20])
{
    struct source *src = source_memory("x.csv", text, strlen(text));
    struct ten_writer *out = ten_create_fd(fd, "pipe", NULL, &e);
    struct table t;
    int64_t rows = 0;
    int rc = table_open(&t, src, &trip->form, &e);

    for (int64_t group = 0; rc == 0 && t.columns > 0; group++) {
        if ((rows = table_read(&t, trip->batch, &e)) < 0 || (rows == 0 && group > 0))
            break;
        rc = trip->matrix ? table_write_matrix(&t, out, group, &e) : table_write(&t, out, group, &e);
    }
    for (int64_t c = 0; c < t.columns && t.kinds && rc == 0; c++)
        *types++ = "wnt"[t.kinds[c]];
    *types = 0;
    if (rc == 0 && rows == 0)
        rc = ten_finish(out, &e);
    table_close(&t);
    ten_discard(out);
    source_close(src);
    return rows < 0 ? -1 : rc;
}

static int from_stream(int fd, const struct trip *trip, FILE *to)
{
    struct ten_reader *in = ten_open_fd(fd, "pipe", NULL, &e);
    struct columns c = {0};
    struct ten_record rec;
    int64_t group = 0;
    char *header;
    int rc = 0, more;

    do {
        more = ten_next(in, &rec, &e);
        if (c.n > 0 && (more == 0 || rec.group != group)) {
            rc = columns_check(&c, &e);
            if (rc == 0 && (header = columns_header(&c, &trip->form, &e))) {
                fputs(group == 0 ? header : "", to);
                free(header);
            }
            rc = rc == 0 ? columns_write(to, &c, &trip->form, &e) : rc;
            columns_free(&c);
        }
        group = rec.group;
        if (more > 0 && rc == 0)
            rc = columns_take(&c, &rec, &e);
    } while (more > 0 && rc == 0);
    columns_free(&c);
    ten_close(in);
    return more < 0 ? -1 : rc;
}

static const char *round_trip(const char *text, const struct trip *trip, char out[600])
{
    char *back, types[20];
    size_t size;
    FILE *to = open_memstream(&back, &size);
    int fd[2], rc;

    CHECK_INT(pipe(fd), 0);
    rc = to_stream(text, trip, fd[1], types);
    close(fd[1]);
    if (rc == 0)
        rc = from_stream(fd[0], trip, to);
    close(fd[0]);
    fclose(to);
    snprintf(out, 600, "%s:%s", types, back);
    free(back);
    return rc < 0 ? e.text : out;
}

struct example { const char *text, *want; };

static void check_examples(const struct example *x, size_t n, const struct trip *trip)
{
    char out[600];

    for (size_t i = 0; i < n; i++)
        CHECK_STR(round_trip(x[i].text, trip, out), x[i].want);
}
#define EXAMPLES(list, ...) \
    check_examples(list, sizeof (list) / sizeof *(list), &(struct trip){__VA_ARGS__})

static void columns_are_whole_numbers_numbers_or_text(void)
{
    static const struct example x[] = {
        {"a,b,c\n1,2,x\n-3,4.5,y\n", "wnt:a,b,c\n1,2,x\n-3,4.5,y\n"},
        {"a\n9223372036854775807\n", "w:a\n9223372036854775807\n"},
        {"a\n9223372036854775808\n", "n:a\n9.223372036854776e+18\n"},
        {"a,b\n1,\n2,5\n", "wn:a,b\n1,nan\n2,5\n"},
        {"a,b\n1,\n2,\n", "wt:a,b\n1,\n2,\n"},
        {"a,b\n 1 , 2.5\n", "wn:a,b\n1,2.5\n"},
        {"a\n1e3\ninf\n-nan\n", "n:a\n1000\ninf\nnan\n"},
        {"zip,phone,code,id\n007,+49,1D5,0\n", "tttw:zip,phone,code,id\n007,+49,1D5,0\n"},
        {"a\n-0\n", "n:a\n-0\n"},
        {"a,b\n", "tt:a,b\n"},
        {"", ":"},
    };

    EXAMPLES(x, .batch = 100);
}

static void quoted_cells_hold_anything(void)
{
    static const struct example x[] = {
        {"\"a,b\",c\n\"x \"\"y\"\"\",1\n", "tw:\"a,b\",c\n\"x \"\"y\"\"\",1\n"},
        {"a,b\r\n\"two\r\nlines\n\n\",\"\"\r\n", "tt:a,b\n\"two\r\nlines\n\n\",\n"},
        {"a\n\"\"\nx\n", "t:a\n\"\"\nx\n"},
        {"a\n\"12\"\n", "w:a\n12\n"},
    };
    static const struct example bad[] = {
        {"a,b\n1,\"x\n\ny\n", "x.csv: line 2: a quote is never closed: expected a closing quote"},
        {"a,b\n1,x\"y\"\n", "x.csv: line 2: a quote inside a cell: expected quotes around all of it, and \"\" "
         "inside"},
        {"a,b\n1,\"x\"y\n", "x.csv: line 2: a quote inside a cell: expected quotes around all of it, and \"\" "
         "inside"},
    };

    EXAMPLES(x, .batch = 100);
    EXAMPLES(bad, .batch = 100);
}

static void empty_lines_and_a_byte_order_mark_are_no_cells(void)
{
    static const struct example x[] = {{"\xef\xbb\xbf" "a,b\n\n1,2\r\n\r\n3,4", "ww:a,b\n1,2\n3,4\n"}};

    EXAMPLES(x, .batch = 100);
}

static void tables_with_tabs_have_no_quotes(void)
{
    static const struct example x[] = {
        {"a\tb\n\"x\t1,5\n", "tt:a\tb\n\"x\t1,5\n"},
    };

    EXAMPLES(x, .form = {.tabs = true}, .batch = 100);
}

static void columns_without_a_header_are_numbered(void)
{
    static const struct example named[] = {{"a,,b\n1,2,3\n", "www:a,column2,b\n1,2,3\n"}};
    char out[600];

    CHECK_STR(round_trip("1,x\n2,y\n", &(struct trip){.form = {.no_header = true}, .batch = 9}, out),
              "wt:column1,column2\n1,x\n2,y\n");
    EXAMPLES(named, .batch = 9);
}

static void batches_follow_each_other_and_keep_the_first_kinds(void)
{
    static const struct example x[] = {
        {"a,b\n1,x\n2,5\n3,z\n", "wt:a,b\n1,x\n2,5\n3,z\n"},
        {"a\n1\n2\n\n3.5\n", "x.csv: line 5: column a: 3.5: expected a whole number, as in the first batch (or a "
         "larger --batch)"},
    };

    EXAMPLES(x, .batch = 2);
}

static void a_matrix_is_one_record_with_names(void)
{
    static const struct example x[] = {
        {"a,b\n1,2.5\n3,\n", ":a,b\n1,2.5\n3,nan\n"},
        {"a,b\n1,x\n", "x.csv: line 2: column b: x: expected numbers only with --matrix"},
    };

    EXAMPLES(x, .matrix = true, .batch = 100);
}

static void faults_are_reported_with_their_line(void)
{
    static const struct example x[] = {
        {"a,b\n1\n", "x.csv: line 2: 1 cells: expected 2 as on the first line"},
        {"a,b\n1,2\n1,2,3\n", "x.csv: line 3: more than 2 cells: expected 2 as on the first line"},
        {"a,a\n", "x.csv: line 1: a second column a: expected another name for each"},
        {"a,b,a.offsets\n", "x.csv: line 1: a second column a.offsets: expected another name for each"},
        {"a,b\n1,\xe9\n", "x.csv: line 2: not UTF-8: expected UTF-8 (iconv makes it)"},
        {"a,b\x01\n", "x.csv: line 1: a name is too long, or holds control characters: expected at most 240 bytes"},
    };

    EXAMPLES(x, .batch = 100);
}

static struct ten_record record(const char *name, enum ten_type type, struct ten_shape shape, const void *data)
{
    return (struct ten_record){.name = name, .type = type, .shape = shape, .data = data};
}

static void records_that_make_no_table_are_refused_by_name(void)
{
    static const int64_t v[] = {0, 1, 2, 3};
    const struct ten_record a = record("a", TEN_I64, (struct ten_shape){1, {4}}, v),
        shorter = record("b", TEN_I64, (struct ten_shape){1, {3}}, v),
        cube = record("c", TEN_I64, (struct ten_shape){3, {1, 1, 4}}, v),
        matrix = record("m", TEN_I64, (struct ten_shape){2, {2, 2}}, v),
        text = record("t", TEN_UTF8, (struct ten_shape){1, {3}}, "xyz");
    struct columns c = {0};

    CHECK_INT(columns_take(&c, &a, &e), 0);
    CHECK_INT(columns_take(&c, &a, &e), -1);
    CHECK_STR(e.text, "a: a second record of this name: expected a column once");
    CHECK_INT(columns_take(&c, &cube, &e), -1);
    CHECK_STR(e.text, "c: i64 of rank 3: expected a column of rank 1, or a matrix");
    CHECK_INT(columns_take(&c, &matrix, &e), -1);
    CHECK_STR(e.text, "m: beside a matrix: expected a matrix alone, or columns of rank 1");
    CHECK_INT(columns_take(&c, &shorter, &e), 0);
    CHECK_INT(columns_check(&c, &e), -1);
    CHECK_STR(e.text, "b: 3 rows: expected 4 as in a");
    columns_free(&c);
    CHECK_INT(columns_take(&c, &text, &e), 0);
    CHECK_INT(columns_check(&c, &e), -1);
    CHECK_STR(e.text, "t: offsets are missing: expected the text and its offsets in one group");
    columns_free(&c);
}

static void cells_with_tabs_do_not_fit_a_table_with_tabs(void)
{
    static const int64_t offsets[] = {0, 3};
    const struct ten_record text = record("t", TEN_UTF8, (struct ten_shape){1, {3}}, "x\ty"),
        starts = record("t.offsets", TEN_I64, (struct ten_shape){1, {2}}, offsets);
    struct columns c = {0};

    CHECK_INT(columns_take(&c, &starts, &e), 0);
    CHECK_INT(columns_take(&c, &text, &e), 0);
    CHECK_INT(columns_check(&c, &e), 0);
    CHECK_INT(columns_write(stdout, &c, &(struct table_form){.tabs = true}, &e), -1);
    CHECK_STR(e.text, "t: x?y: expected no tab, no line break and no empty line, which a table with tabs "
              "cannot hold");
    columns_free(&c);
}

int main(void)
{
    RUN(columns_are_whole_numbers_numbers_or_text);
    RUN(quoted_cells_hold_anything);
    RUN(empty_lines_and_a_byte_order_mark_are_no_cells);
    RUN(tables_with_tabs_have_no_quotes);
    RUN(columns_without_a_header_are_numbered);
    RUN(batches_follow_each_other_and_keep_the_first_kinds);
    RUN(a_matrix_is_one_record_with_names);
    RUN(faults_are_reported_with_their_line);
    RUN(records_that_make_no_table_are_refused_by_name);
    RUN(cells_with_tabs_do_not_fit_a_table_with_tabs);
    return check_report();
}
