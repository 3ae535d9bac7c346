/* Histories as commands, and the contents of records that readers leave to others. */
#include "stream/history.h"

#include "check.h"
#include "stream/verify.h"

#include <stdlib.h>

/* ---- Commands ------------------------------------------------------------------------------- */

#define STDIN_STREAM "{\"name\":\"-\",\"records\":3,\"digest\":\"00000000000000aa\"}"

static void check_commands(const char *history, const char *want)
{
    struct ten_err e = {0};
    char *commands = NULL, *notes = NULL;

    CHECK_INT(history_commands(history, &commands, &notes, &e), 0);
    CHECK_STR(commands ? commands : e.text, want);
    free(commands);
    free(notes);
}

static void no_history_no_commands(void)
{
    check_commands(NULL, "");
    check_commands("", "");
}

static void a_linear_history_is_one_pipeline(void)
{
    check_commands("{\"tool\":\"a\",\"version\":\"1\",\"args\":[\"-x\",\"2\"],\"in\":[]}\n"
                   "{\"tool\":\"b\",\"version\":\"1\",\"args\":[],\"in\":[" STDIN_STREAM "]}\n"
                   "{\"tool\":\"c\",\"version\":\"1\",\"args\":[\"y\"],\"seed\":1,\"in\":[" STDIN_STREAM "]}\n",
                   "a -x 2 |\n    b |\n    c y\n");
}

static void other_standard_input_has_a_placeholder(void)
{
    check_commands("{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":"
                   "[{\"name\":\"-\",\"bytes\":7,\"digest\":\"aa\"}]}\n", "a <INPUT\n");
    check_commands("{\"tool\":\"b\",\"version\":\"1\",\"args\":[],\"in\":[" STDIN_STREAM "]}\n", "b <INPUT\n");
}

static void a_named_stream_is_written_by_the_pipeline_before(void)
{
    check_commands("{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":[]}\n"
                   "{\"tool\":\"b\",\"version\":\"1\",\"args\":[\"x y\"],\"in\":"
                   "[{\"name\":\"x y\",\"records\":1,\"digest\":\"aa\"}]}\n", "a >'x y'\nb 'x y'\n");
}

static void a_named_stream_beside_standard_input_is_no_origin(void)
{
    check_commands("{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":[]}\n"
                   "{\"tool\":\"b\",\"version\":\"1\",\"args\":[\"m\"],\"in\":[" STDIN_STREAM ","
                   "{\"name\":\"m\",\"records\":1,\"digest\":\"aa\"}]}\n", "a |\n    b m\n");
}

static void words_are_quoted_for_a_shell(void)
{
    check_commands("{\"tool\":\"a\",\"version\":\"1\",\"in\":[],\"args\":[\"\",\"it's\",\"$(x)\",\"--k=v\",\"k=v\","
                   "\"a\\nb'\\\\\",\"*.png\",\"~\"]}\n",
                   "a '' 'it'\\''s' '$(x)' --k=v 'k=v' $'a\\012b\\'\\\\' '*.png' '~'\n");
}

static void notes_are_comments_whatever_the_names(void)
{
    struct ten_err e = {0};
    char *commands = NULL, *notes = NULL;

    CHECK_INT(history_commands("{\"tool\":\"a\\nrm\",\"version\":\"1\\n2\",\"args\":[],\"in\":"
                               "[{\"name\":\"x\\ny\",\"bytes\":2,\"digest\":\"a\\nb\"}]}\n",
                               &commands, &notes, &e), 0);
    CHECK_STR(notes, "# $'a\\012rm' $'1\\0122'\n#   read $'x\\012y': 2 bytes, digest $'a\\012b'\n");
    CHECK_STR(commands, "$'a\\012rm'\n");
    free(commands);
    free(notes);
}

static void what_is_no_history_is_named(void)
{
    static const struct { const char *history, *text; } cases[] = {
        {"x\n", "history line 0: byte "},
        {"{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":[]}\n[]\n", "history line 1: not an object"},
        {"{\"tool\":1,\"version\":\"1\",\"args\":[],\"in\":[]}\n", "history line 0: expected tool"},
        {"{\"tool\":\"a\",\"version\":\"1\",\"args\":[\"b\",2],\"in\":[]}\n", "history line 0: args: number 1"},
        {"{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":[{\"name\":\"x\"}]}\n", "history line 0: in: number 0"},
        {"{\"tool\":\"a\",\"version\":\"1\",\"args\":[],\"in\":[]}\n\n", "history line 1: byte "},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ten_err e = {0};
        char *commands, *notes;

        CHECK_INT(history_commands(cases[i].history, &commands, &notes, &e), -1);
        CHECK_INT(e.code, TEN_E_DATA);
        if (strncmp(e.text, cases[i].text, strlen(cases[i].text)) != 0)
            CHECK_STR(e.text, cases[i].text);
    }
}

/* ---- Contents ------------------------------------------------------------------------------- */

static void utf8_ends_where_it_is_broken(void)
{
    static const struct { const char *s; int n, good; } cases[] = {
        {"", 0, 0}, {"abc", 3, 3}, {"twelve bytes", 12, 12}, {"a\0b", 3, 3},
        {"\xc3\xa9t\xc3\xa9", 5, 5}, {"\xe2\x82\xac", 3, 3}, {"\xf0\x9f\x98\x80", 4, 4},
        {"ab\xff", 3, 2}, {"\x80", 1, 0}, {"a\xc3", 2, 1}, {"\xe2\x82", 2, 0}, {"\xf0\x9f\x98", 3, 0},
        {"\xc0\x80", 2, 0}, {"\xe0\x80\x80", 3, 0}, {"\xed\xa0\x80", 3, 0}, {"\xf4\x90\x80\x80", 4, 0},
        {"\xf5\x80\x80\x80", 4, 0}, {"eight by\xc3\xa9 eight\xc3", 17, 16}, {"1234567\xff", 8, 7},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(verify_utf8(cases[i].s, cases[i].n), cases[i].good);
}

static void bools_are_0_and_1(void)
{
    char s[20] = {1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1};

    for (int n = 0; n <= 20; n++)
        CHECK_INT(verify_bool(s, n), n);
    for (int bad = 0; bad < 20; bad++) {
        const char was = s[bad];

        s[bad] = bad % 2 ? 2 : (char)0x80;
        CHECK_INT(verify_bool(s, 20), bad);
        s[bad] = was;
    }
}

static void a_bad_record_is_named(void)
{
    const struct ten_record good = {.name = "x", .type = TEN_BOOL, .shape = {1, {2}}, .data = "\1\2",
                                    .attrs = "{\"a\":1}", .offset = 640};
    struct ten_record rec = good;
    struct ten_err e = {0};

    CHECK_INT(verify_texts(&rec, 3, true, &e), 0);
    CHECK_INT(verify_payload(&rec, 3, &e), -1);
    CHECK_STR(e.text, "record 3 x: byte 640: payload: its byte 1 is 2: expected 0 or 1");
    rec.type = TEN_UTF8;
    rec.data = "a\xe9";
    CHECK_INT(verify_payload(&rec, 3, &e), -1);
    CHECK_STR(e.text, "record 3 x: byte 640: payload: its byte 1 is not UTF-8: expected the bytes of a text");
    rec.attrs = "[]";
    CHECK_INT(verify_texts(&rec, 3, true, &e), -1);
    CHECK_STR(e.text, "record 3 x: byte 640: attributes: not an object: expected a JSON object");
    rec = good;
    rec.group_attrs = "[]";
    CHECK_INT(verify_texts(&rec, 3, true, &e), -1);
    CHECK_STR(e.text, "record 3 x: byte 640: group attributes: not an object: expected a JSON object");
    CHECK_INT(verify_texts(&rec, 3, false, &e), 0);
    rec = good;
    rec.history = "{}\n[]\n";
    CHECK_INT(verify_texts(&rec, 3, true, &e), -1);
    CHECK_STR(e.text, "record 3 x: byte 640: history line 1: not an object: expected a JSON object");
}

int main(void)
{
    RUN(no_history_no_commands);
    RUN(a_linear_history_is_one_pipeline);
    RUN(other_standard_input_has_a_placeholder);
    RUN(a_named_stream_is_written_by_the_pipeline_before);
    RUN(a_named_stream_beside_standard_input_is_no_origin);
    RUN(words_are_quoted_for_a_shell);
    RUN(notes_are_comments_whatever_the_names);
    RUN(what_is_no_history_is_named);
    RUN(utf8_ends_where_it_is_broken);
    RUN(bools_are_0_and_1);
    RUN(a_bad_record_is_named);
    return check_report();
}
