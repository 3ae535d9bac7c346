#include "formats/ragged.h"

#include "check.h"

static struct ten_err e;

static void texts_are_added_grown_and_cleared(void)
{
    struct ragged r = {0};
    int64_t n;

    ragged_add(&r, "one", 3);
    ragged_add(&r, "", 0);
    ragged_add(&r, "thr", 3);
    ragged_append(&r, "ee", 2);
    CHECK_INT(r.n, 3);
    CHECK_BYTES(r.bytes, "onethree", 8);
    CHECK_BYTES(ragged_text(&r, 2, &n), "three", 5);
    CHECK_INT(n, 5);
    ragged_text(&r, 1, &n);
    CHECK_INT(n, 0);
    CHECK_INT(ragged_check(&r, "x", &e), 0);
    ragged_clear(&r);
    ragged_add(&r, "again", 5);
    CHECK_INT(r.n, 1);
    CHECK_BYTES(ragged_text(&r, 0, &n), "again", 5);
    ragged_free(&r);
}

static void many_texts_find_room(void)
{
    struct ragged r = {0};
    int64_t n, wrong = 0;
    char text[20];

    for (int i = 0; i < 10000; i++)
        ragged_add(&r, text, sprintf(text, "%d", i));
    for (int i = 0; i < 10000; i++) {
        const char *p = ragged_text(&r, i, &n);

        wrong += n != sprintf(text, "%d", i) || memcmp(p, text, (size_t)n) != 0;
    }
    CHECK_INT(wrong, 0);
    ragged_free(&r);
}

/* Bytes and offsets as a stream may bring them, and what is wrong with them. */
static void offsets_that_do_not_fit_the_text_are_refused(void)
{
    static const struct { const char *text; int64_t offset[4]; int n; const char *want; } cases[] = {
        {"abc", {0, 3}, 2, ""},
        {"abc", {0, 1, 1, 3}, 4, ""},
        {"", {0}, 1, ""},
        {"abc", {1, 3}, 2, "x: offsets run from 1 to 3: expected 0 to 3"},
        {"abc", {0, 2}, 2, "x: offsets run from 0 to 2: expected 0 to 3"},
        {"abc", {0, 2, 1, 3}, 4, "x: offsets fall after text 1: expected them to rise"},
        {"abc", {0, 1000, 2, 3}, 4, "x: offsets fall after text 0: expected them to rise"},
        {"abc", {0, -1, 2, 3}, 4, "x: offsets fall after text 0: expected them to rise"},
        {"a\xc3\xa9", {0, 2, 3}, 3, "x: text 0 is not UTF-8: expected UTF-8"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t size = (int64_t)strlen(cases[i].text);
        const struct ten_record bytes = {.name = "x", .type = TEN_UTF8, .shape = {1, {size}},
                                         .data = cases[i].text};
        const struct ten_record offsets = {.name = "o", .type = TEN_I64, .shape = {1, {cases[i].n}},
                                           .data = cases[i].offset};
        struct ragged r = {0};

        e = (struct ten_err){0};
        CHECK_INT(ragged_take_offsets(&r, &offsets, &e), 0);
        CHECK_INT(ragged_take_bytes(&r, &bytes, &e), 0);
        CHECK_INT(ragged_check(&r, "x", &e), cases[i].want[0] ? -1 : 0);
        CHECK_STR(e.text, cases[i].want);
        CHECK_INT(ragged_take_bytes(&r, &bytes, &e), -1);
        CHECK_STR(e.text, "x: utf8 of rank 1, again: expected utf8 of rank 1, once a group");
        ragged_free(&r);
    }
}

int main(void)
{
    RUN(texts_are_added_grown_and_cleared);
    RUN(many_texts_find_room);
    RUN(offsets_that_do_not_fit_the_text_are_refused);
    return check_report();
}
