#include "base/numbers.h"

#include "check.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static double f64(const char *text, const char **after)
{
    double v = -77;

    *after = parse_f64(text, text + strlen(text), &v);
    return v;
}

static void decimals_round_to_the_nearest_double(void)
{
    static const struct { const char *text; double v; } cases[] = {
        {"0", 0}, {"1", 1}, {"-1.5e3", -1500}, {"+.5", 0.5}, {"5.", 5}, {"1.0D+03", 1000}, {"2d-1", 0.2},
        {"1E5", 1e5}, {"0.1", 0.1}, {"123456789012345678", 123456789012345678.0},
        {"9007199254740993", 9007199254740992.0},                       /* a tie, to even */
        {"9007199254740995", 9007199254740996.0},
        {"9007199254740993.00000000000000000001", 9007199254740994.0},  /* and a little more */
        {"00000000000000000000001.50000000000000000000000000", 1.5},
        {"1.7976931348623157e308", 0x1.fffffffffffffp1023}, {"4.9e-324", 0x1p-1074},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022}, {"1e-400", 0}, {"1e400", INFINITY},
        {"-1e99999999999999999999", -INFINITY}, {"0e99999999999999999999", 0},
        {"inf", INFINITY}, {"-Infinity", -INFINITY},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *after;
        const double v = f64(cases[i].text, &after);

        CHECK_STR(after ? after : "(none)", "");
        CHECK(v == cases[i].v);
    }
}

static void signs_of_zero_and_nan_are_kept(void)
{
    const char *after;

    CHECK(signbit(f64("-0.0", &after)));
    CHECK(isnan(f64("NaN", &after)));
    CHECK(after && *after == 0);
}

static void a_number_ends_where_it_can_no_more_go_on(void)
{
    const char *after;

    CHECK_NEAR(f64("1.5.2", &after), 1.5, 0);
    CHECK_STR(after, ".2");
    CHECK_NEAR(f64("7e+", &after), 7, 0);
    CHECK_STR(after, "e+");
    CHECK_NEAR(f64("3x", &after), 3, 0);
    CHECK_STR(after, "x");
}

static void what_is_no_number_is_refused(void)
{
    static const char *const none[] = {"", "-", "+", ".", "-.e5", "e5", "x", "in", " 1", "--1"};
    const char *after;

    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        f64(none[i], &after);
        CHECK(after == NULL);
    }
}

static void nothing_is_read_beyond_the_end(void)
{
    const char text[] = "123456";
    int64_t v;
    double d;

    CHECK(parse_i64(text, text + 3, &v) == text + 3);
    CHECK_INT(v, 123);
    CHECK(parse_f64(text, text + 4, &d) == text + 4);
    CHECK_NEAR(d, 1234, 0);
}

/* Digits and exponents of all lengths, beside strtod(). */
static void random_decimals_agree_with_strtod(void)
{
    uint64_t x = 88172645463325252;
    int different = 0;

    for (int i = 0; i < 300000; i++) {
        char text[80], *p = text, *stop;
        double v, want;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        p += sprintf(p, "%.*llu", 1 + (int)(x >> 59), (unsigned long long)(x >> x % 60));
        if (x & 2)
            p += sprintf(p, ".%llu", (unsigned long long)(x * 0x9e3779b97f4a7c15 >> (x >> 8) % 64));
        if (x & 4)
            p += sprintf(p, "e%d", (int)((x >> 20) % 90) - 45);
        want = strtod(text, &stop);
        if (parse_f64(text, p, &v) != stop || memcmp(&v, &want, sizeof v) != 0)
            different++;
    }
    CHECK_INT(different, 0);
}

static void whole_numbers_fit_or_are_refused(void)
{
    static const struct { const char *text; bool ok; int64_t v; } cases[] = {
        {"0", true, 0}, {"-7", true, -7}, {"+12", true, 12}, {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN}, {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0}, {"99999999999999999999", false, 0},
        {"00000000000000000000000000042", true, 42}, {"", false, 0}, {"-", false, 0}, {"x", false, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *end = cases[i].text + strlen(cases[i].text);
        int64_t v = 0;

        CHECK_INT(parse_i64(cases[i].text, end, &v) == end, cases[i].ok);
        if (cases[i].ok)
            CHECK_INT(v, cases[i].v);
    }
}

static char *text_of(char *end, char *text)
{
    *end = 0;
    return text;
}

static void formatted_numbers_are_short_and_read_back(void)
{
    char t[NUMBER_TEXT + 1];

    CHECK_STR(text_of(format_i64(t, INT64_MIN), t), "-9223372036854775808");
    CHECK_STR(text_of(format_i64(t, 0), t), "0");
    CHECK_STR(text_of(format_f64(t, 100000), t), "100000");
    CHECK_STR(text_of(format_f64(t, 0.1), t), "0.1");
    CHECK_STR(text_of(format_f64(t, -0.0), t), "-0");
    CHECK_STR(text_of(format_f64(t, 0.1 + 0.2), t), "0.30000000000000004");
    CHECK_STR(text_of(format_f64(t, -0x1p-1074), t), "-4.94065645841247e-324");
    CHECK_STR(text_of(format_f64(t, 1e300), t), "1e+300");
    CHECK_STR(text_of(format_f64(t, NAN), t), "nan");
    CHECK_STR(text_of(format_f64(t, -INFINITY), t), "-inf");
    CHECK_STR(text_of(format_f32(t, 0.1f), t), "0.1");
    CHECK_STR(text_of(format_f32(t, 16777217.0f), t), "16777216");
    CHECK_STR(text_of(format_f32(t, 1.0f / 3), t), "0.33333334");
}

int main(void)
{
    RUN(decimals_round_to_the_nearest_double);
    RUN(signs_of_zero_and_nan_are_kept);
    RUN(a_number_ends_where_it_can_no_more_go_on);
    RUN(what_is_no_number_is_refused);
    RUN(nothing_is_read_beyond_the_end);
    RUN(random_decimals_agree_with_strtod);
    RUN(whole_numbers_fit_or_are_refused);
    RUN(formatted_numbers_are_short_and_read_back);
    return check_report();
}
