#include "text/html.h"

#include "tests/unit/check.h"

#include <stdlib.h>

static char *text;
static size_t size;

static FILE *page(void)
{
    free(text);
    text = NULL;
    return open_memstream(&text, &size);
}

static const char *escaped(const char *s, size_t n)
{
    FILE *to = page();

    html_text(to, s, n);
    fclose(to);
    return text;
}

static const char *base64(const char *s)
{
    FILE *to = page();

    html_base64(to, s, strlen(s));
    fclose(to);
    return text;
}

static void markup_cannot_come_out_of_text(void)
{
    CHECK_STR(escaped("<a href=\"x\" b='y'>&amp;", 23),
              "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
}

static void utf8_stays_and_anything_else_is_replaced(void)
{
    CHECK_STR(escaped("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9),
              "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK_STR(escaped("a\xff" "b", 3), "a\xef\xbf\xbd" "b");
    CHECK_STR(escaped("\xc0\x80", 2), "\xef\xbf\xbd\xef\xbf\xbd");            /* overlong NUL */
    CHECK_STR(escaped("\xed\xa0\x80", 3),                                    /* surrogate */
              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK_STR(escaped("\xf4\x90\x80\x80", 1), "\xef\xbf\xbd");                /* above U+10FFFF */
    CHECK_STR(escaped("\xe2\x82", 2), "\xef\xbf\xbd\xef\xbf\xbd");            /* cut */
    CHECK_STR(escaped("a\t\n\x01\x7f\0", 6), "a\t\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

/* RFC 4648, section 10. */
static void base64_agrees_with_the_rfc(void)
{
    CHECK_STR(base64(""), "");
    CHECK_STR(base64("f"), "Zg==");
    CHECK_STR(base64("fo"), "Zm8=");
    CHECK_STR(base64("foo"), "Zm9v");
    CHECK_STR(base64("foob"), "Zm9vYg==");
    CHECK_STR(base64("fooba"), "Zm9vYmE=");
    CHECK_STR(base64("foobar"), "Zm9vYmFy");
    CHECK_STR(base64("\xff\xef\xfe"), "/+/+");
}

static void tables_mark_numbers_and_verdicts_and_stop_at_the_limit(void)
{
    static const char rows[] = "a\tverdict\n<1>\tholds\n-2.5\tfails\nx\tnot tested at this scale\n";
    struct source *s = source_memory("t", rows, sizeof rows - 1);
    struct ten_err e;
    struct tsv t;
    FILE *to = page();

    CHECK_INT(tsv_read(&t, s, &e), 0);
    html_table(to, &t, 2);
    fclose(to);
    CHECK_STR(text, "<div class=scroll tabindex=0><table>\n<thead><tr><th>a<th>verdict\n<tbody>\n"
              "<tr><td>&lt;1&gt;<td class=holds>holds\n"
              "<tr><td class=num>-2.5<td class=fails>fails\n"
              "</table></div>\n<p>The first 2 of 3 rows.</p>\n");
    to = page();
    html_table(to, &t, 3);
    fclose(to);
    CHECK(strstr(text, "<td>x<td class=untested>not tested at this scale\n</table></div>\n"));
    CHECK(!strstr(text, "The first"));
    tsv_free(&t);
    source_close(s);
}

static void pictures_lose_their_prologue_and_may_not_run_scripts(void)
{
    static const char good[] = "<?xml version=\"1.0\"?><!DOCTYPE svg><svg><g/></svg>\n";
    FILE *to = page();

    CHECK(html_svg(to, good, sizeof good - 1));
    CHECK(!html_svg(to, "<svg><script>", 13));
    CHECK(!html_svg(to, "GIF89a", 6));
    fclose(to);
    CHECK_STR(text, "<svg><g/></svg>\n");
}

int main(void)
{
    RUN(markup_cannot_come_out_of_text);
    RUN(utf8_stays_and_anything_else_is_replaced);
    RUN(base64_agrees_with_the_rfc);
    RUN(tables_mark_numbers_and_verdicts_and_stop_at_the_limit);
    RUN(pictures_lose_their_prologue_and_may_not_run_scripts);
    free(text);
    return check_report();
}
