#include "base/utf8.h"

#include "check.h"

#include <stddef.h>

static ptrdiff_t good(const char *text)
{
    return utf8_end(text, text + strlen(text)) - text;
}

static void well_formed_text_is_good_to_its_end(void)
{
    static const char *const texts[] = {
        "", "plain text of more than eight bytes", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "eight by\xc3\xa9tes and more",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_INT(good(texts[i]), strlen(texts[i]));
}

/* After "ab": overlong, surrogates, beyond U+10FFFF, lone and missing continuation, Latin-1. */
static void the_first_bad_byte_is_found(void)
{
    static const char *const texts[] = {
        "ab\xc0\xaf", "ab\xc1\xbf", "ab\xe0\x9f\xbf", "ab\xed\xa0\x80", "ab\xf0\x8f\xbf\xbf",
        "ab\xf4\x90\x80\x80", "ab\xf5\x80\x80\x80", "ab\x80", "ab\xc3", "ab\xe2\x82", "ab\xe2\x28\xa1",
        "ab\xff", "ab\xe9t\xe9 d'automne",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_INT(good(texts[i]), 2);
}

static void a_character_is_not_looked_for_beyond_the_end(void)
{
    const char text[] = "abc\xe2\x82\xac";

    CHECK(utf8_end(text, text + 5) == text + 3);
    CHECK(utf8_end(text, text + 6) == text + 6);
}

int main(void)
{
    RUN(well_formed_text_is_good_to_its_end);
    RUN(the_first_bad_byte_is_found);
    RUN(a_character_is_not_looked_for_beyond_the_end);
    return check_report();
}
