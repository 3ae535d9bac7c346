#include "base/lines.h"

#include "base/fail.h"
#include "base/threads.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;

static void lines_lose_their_ends_and_the_blanks_around(void)
{
    static const char text[] = "  a b \r\n\n\tc\r\n \t \nlast";
    static const char *const want[] = {"a b", "", "c", "", "last"};
    const char *at = text, *end = text + sizeof text - 1;
    struct line line = {0};

    for (int i = 0; i < 5; i++) {
        line_next(&line, &at, end);
        CHECK_INT(line.number, i + 1);
        CHECK_INT(line.end - line.p, strlen(want[i]));
        CHECK_BYTES(line.p, want[i], strlen(want[i]));
    }
    CHECK(at == end);
}

static void fields_are_taken_one_after_the_other(void)
{
    const char text[] = "word 12 x7 1.5 2x";
    struct line line = {text, text + sizeof text - 1, 1};
    char word[12];
    int64_t i = 0;
    double f = 0;

    CHECK_STR(line_field(&line, word, sizeof word), "word");
    CHECK(line_i64(&line, &i) && i == 12);
    CHECK(!line_i64(&line, &i));
    CHECK_STR(line_field(&line, word, 2), "x");
    CHECK(line_f64(&line, &f) && f == 1.5);
    CHECK(!line_f64(&line, &f));
    CHECK(!line_ended(&line));
    CHECK_STR(line_field(&line, word, sizeof word), "2x");
    CHECK(line_ended(&line));
    CHECK_STR(line_field(&line, word, sizeof word), "(nothing)");
}

/* 200000 items, each its own number, with comments and empty lines between: several blocks. */
enum { ITEMS = 200000 };

static char *make_text(size_t *size)
{
    char *text = malloc(ITEMS * 16), *p = text;

    for (int i = 0; i < ITEMS; i++) {
        if (i % 7 == 0)
            p += sprintf(p, "# %d\n", i);
        if (i % 11 == 0)
            p += sprintf(p, "\n");
        p += sprintf(p, "%d\n", i);
    }
    *size = (size_t)(p - text);
    return text;
}

static int64_t line_of(int64_t i)
{
    return 5 + i + i / 7 + 1 + i / 11 + 1;
}

struct seen { int64_t values[ITEMS], numbers[ITEMS]; int64_t bad; };

static int take(void *arg, struct line *line, int64_t index, struct ten_err *err)
{
    struct seen *s = arg;
    int64_t v;

    if (!line_i64(line, &v))
        return -1;
    s->values[index] = v;
    s->numbers[index] = line->number;
    if (v % ITEMS >= s->bad)
        return fail(err, TEN_E_DATA, "line %lld", (long long)line->number);
    return 0;
}

static void every_item_is_seen_once_with_its_index_and_line(void)
{
    size_t size;
    char *text = make_text(&size);
    struct seen *s = malloc(sizeof *s);
    struct lines l;
    int64_t wrong = 0;

    s->bad = ITEMS;
    lines_cut(&l, text, text + size, 5, "#");
    CHECK_INT(l.items, ITEMS);
    CHECK(l.nblocks > 4);
    CHECK_INT(l.last, line_of(ITEMS - 1));
    CHECK_INT(lines_each(&l, take, s, &e), 0);
    for (int64_t i = 0; i < ITEMS; i++)
        wrong += s->values[i] != i || s->numbers[i] != line_of(i);
    CHECK_INT(wrong, 0);
    lines_free(&l);
    free(s);
    free(text);
}

static void the_first_fault_is_the_one_reported_whatever_the_threads(void)
{
    size_t size;
    char *text = make_text(&size), want[40];
    struct seen *s = malloc(sizeof *s);
    struct lines l;

    lines_cut(&l, text, text + size, 5, "#");
    for (int threads = 1; threads <= 4; threads++)
        for (s->bad = ITEMS / 5 * threads; s->bad < ITEMS; s->bad += 7001) {
            threads_set(threads);
            snprintf(want, sizeof want, "line %lld", (long long)line_of(s->bad));
            CHECK_INT(lines_each(&l, take, s, &e), -1);
            CHECK_STR(e.text, want);
        }
    lines_free(&l);
    free(s);
    free(text);
}

static void an_empty_text_has_no_items(void)
{
    struct lines l;

    lines_cut(&l, "", "", 1, "#");
    CHECK_INT(l.items, 0);
    CHECK_INT(l.last, 0);
    CHECK_INT(lines_each(&l, take, NULL, &e), 0);
    lines_free(&l);
}

int main(void)
{
    RUN(lines_lose_their_ends_and_the_blanks_around);
    RUN(fields_are_taken_one_after_the_other);
    RUN(every_item_is_seen_once_with_its_index_and_line);
    RUN(the_first_fault_is_the_one_reported_whatever_the_threads);
    RUN(an_empty_text_has_no_items);
    return check_report();
}
