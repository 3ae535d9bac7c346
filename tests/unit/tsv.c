#include "text/tsv.h"

#include "tests/unit/check.h"

static struct ten_err e;

static int read(struct tsv *t, const char *text, size_t size)
{
    struct source *s = source_memory("m.tsv", text, size);
    const int rc = tsv_read(t, s, &e);

    source_close(s);
    return rc;
}
#define READ(t, text) read(t, text, sizeof text - 1)

static void header_then_rows_comments_and_blank_lines_are_none(void)
{
    struct tsv t;

    CHECK_INT(READ(&t, "# made by hand\na\tb\n1\t2\n\n#3\t4\n5\t\n"), 0);
    CHECK_INT(t.columns, 2);
    CHECK_INT(t.rows, 2);
    CHECK_INT(tsv_column(&t, "b"), 1);
    CHECK_INT(tsv_column(&t, "c"), -1);
    CHECK_STR(tsv_cell(&t, 0, 1), "2");
    CHECK_STR(tsv_cell(&t, 1, 0), "5");
    CHECK_STR(tsv_cell(&t, 1, 1), "");
    CHECK_INT(t.lines[2], 6);
    tsv_free(&t);
}

static void carriage_returns_and_a_missing_last_newline_do_no_harm(void)
{
    struct tsv t;

    CHECK_INT(READ(&t, "a\tb\r\n1\t2"), 0);
    CHECK_STR(tsv_cell(&t, 0, 1), "2");
    tsv_free(&t);
}

static void many_rows_are_kept(void)
{
    static char text[6 * 1000 + 3] = "k\n";
    struct tsv t;
    size_t n = 2;

    for (int i = 0; i < 1000; i++)
        n += (size_t)sprintf(text + n, "%d\n", i);
    CHECK_INT(read(&t, text, n), 0);
    CHECK_INT(t.rows, 1000);
    CHECK_STR(tsv_cell(&t, 0, 0), "0");
    CHECK_STR(tsv_cell(&t, 999, 0), "999");
    tsv_free(&t);
}

static void what_is_no_table_is_refused_with_its_line(void)
{
    struct tsv t;

    CHECK_INT(READ(&t, "a\tb\n1\n"), -1);
    CHECK_STR(e.text, "m.tsv: line 2: fewer cells than columns: expected 2");
    tsv_free(&t);
    CHECK_INT(READ(&t, "a\tb\n1\t2\t3\n"), -1);
    CHECK_STR(e.text, "m.tsv: line 2: more cells than columns: expected 2");
    tsv_free(&t);
    CHECK_INT(READ(&t, "a\tb\ta\n"), -1);
    CHECK_STR(e.text, "m.tsv: line 1: two columns `a': expected different names");
    tsv_free(&t);
    CHECK_INT(READ(&t, "a\n1\0002\n"), -1);
    CHECK_STR(e.text, "m.tsv: line 2: a zero byte: expected text");
    tsv_free(&t);
    CHECK_INT(READ(&t, "\n"), -1);
    CHECK_STR(e.text, "m.tsv: empty: expected a line that names the columns");
    tsv_free(&t);
}

static void split_tells_when_there_is_more_than_room(void)
{
    char line[] = "a\tb\tc", *cell[3];

    CHECK_INT(tsv_split(line, cell, 2), 3);
    CHECK_STR(cell[1], "b");
    CHECK_INT(tsv_split((char[]){"a\tb\tc"}, cell, 3), 3);
    CHECK_INT(tsv_split((char[]){""}, cell, 3), 1);
}

int main(void)
{
    RUN(header_then_rows_comments_and_blank_lines_are_none);
    RUN(carriage_returns_and_a_missing_last_newline_do_no_harm);
    RUN(many_rows_are_kept);
    RUN(what_is_no_table_is_refused_with_its_line);
    RUN(split_tells_when_there_is_more_than_room);
    return check_report();
}
