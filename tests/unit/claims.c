#include "metrics/claims.h"

#include "tests/unit/check.h"

#include <stdlib.h>

static struct ten_err e;

/* Work test out over one or two tables. */
static struct claim_result test_on(const char *test, const char *one, const char *two)
{
    const char *text[2] = {one, two};
    struct claim_result r = {0};
    struct tsv t[2];
    int n = two ? 2 : 1;

    e = (struct ten_err){0};
    for (int i = 0; i < n; i++) {
        struct source *s = source_memory(i ? "two.tsv" : "one.tsv", text[i], strlen(text[i]));

        CHECK_INT(tsv_read(&t[i], s, &e), 0);
        source_close(s);
    }
    CHECK_INT(claim_test(&r, test, "rules: line 1", t, n, &e), e.code ? -1 : 0);
    for (int i = 0; i < n; i++)
        tsv_free(&t[i]);
    return r;
}

/* Arms a and b over three seeds: differences 1, 2 and 3. */
static const char arms[] =
    "arm\tseed\tscore\n"
    "a\t1\t10\na\t2\t20\na\t3\t30\n"
    "b\t1\t9\nb\t2\t18\nb\t3\t27\n";

static void sides_are_averaged_over_the_seeds(void)
{
    const struct claim_result r = test_on("score[arm=a] > score[arm=b]", arms, NULL);

    CHECK(r.holds);
    CHECK_INT(r.seeds, 3);
    CHECK_NEAR(r.ours, 20, 0);
    CHECK_NEAR(r.against, 18, 0);
    CHECK_NEAR(r.spread, 10, 1e-12);
    CHECK(!r.simulated);
}

static void differences_are_taken_within_a_seed(void)
{
    const struct claim_result r = test_on("score[arm=a] - score[arm=b] > 0", arms, NULL);

    CHECK_NEAR(r.ours, 2, 0);
    CHECK_NEAR(r.spread, 1, 1e-12);
}

static void a_seed_with_a_missing_arm_does_not_count(void)
{
    static const char rows[] = "arm\tseed\tx\na\t1\t5\na\t2\t-\na\t3\t7\nb\t1\t1\nb\t2\t1\n";
    const struct claim_result r = test_on("x[arm=a] > x[arm=b]", rows, NULL);

    CHECK_INT(r.seeds, 1);
    CHECK_NEAR(r.ours, 5, 0);
    CHECK(isnan(r.spread));
}

static void tables_without_seeds_belong_to_every_seed(void)
{
    struct claim_result r = test_on("score[arm=b] = ours * 0.9", arms, "ours\n20\n");

    CHECK_INT(r.seeds, 3);
    CHECK(r.holds);
    r = test_on("max(ours) = 20", arms, "ours\n20\n");
    CHECK_INT(r.seeds, 1);
    CHECK(r.holds);
}

static void reductions_over_the_rows_of_a_seed(void)
{
    static const char rows[] = "v\tk\n1\tx\n5\tx\n3\ty y\n";

    CHECK_NEAR(test_on("v > 0", rows, NULL).ours, 3, 0);
    CHECK_NEAR(test_on("mean(v[k=x]) > 0", rows, NULL).ours, 3, 0);
    CHECK_NEAR(test_on("min(v) > 0", rows, NULL).ours, 1, 0);
    CHECK_NEAR(test_on("max(v) > 0", rows, NULL).ours, 5, 0);
    CHECK_NEAR(test_on("sum( v ) > 0", rows, NULL).ours, 9, 0);
    CHECK_NEAR(test_on("count(v[k = y y ]) > 0", rows, NULL).ours, 1, 0);
    CHECK_NEAR(test_on("count(\"v\"[\"k\"=\"y y\"]) > 0", rows, NULL).ours, 1, 0);
}

static void a_column_may_be_called_like_a_function(void)
{
    CHECK_NEAR(test_on("max + 1 > 0", "max\tmin\n2\t1\n", NULL).ours, 3, 0);
    CHECK_NEAR(test_on("max(min) > 0", "max\tmin\n2\t1\n", NULL).ours, 1, 0);
}

static void arithmetic_binds_as_usual(void)
{
    CHECK_NEAR(test_on("1 + 2 * 3 - 8 / 4 / 2 > 0", "a\n1\n", NULL).ours, 6, 0);
    CHECK_NEAR(test_on("-(1 + 2) * -3 > 0", "a\n1\n", NULL).ours, 9, 0);
    CHECK_NEAR(test_on("1e3 - .5 > 0", "a\n1\n", NULL).ours, 999.5, 0);
}

static void comparisons_include_or_exclude_their_bound(void)
{
    static const char one[] = "a\n1\n";

    CHECK(!test_on("a < 1", one, NULL).holds);
    CHECK(test_on("a <= 1", one, NULL).holds);
    CHECK(!test_on("a > 1", one, NULL).holds);
    CHECK(test_on("a >= 1", one, NULL).holds);
    CHECK(test_on("a = 1", one, NULL).holds);
    CHECK(test_on("a within 0.5 of 1.5", one, NULL).holds);
    CHECK(!test_on("a within 0.4 of 1.5", one, NULL).holds);
    CHECK(test_on("a within 50% of 2", one, NULL).holds);
    CHECK(!test_on("a within 49% of -2", one, NULL).holds);
}

static void what_was_not_measured_has_no_seeds_and_does_not_hold(void)
{
    const struct claim_result r = test_on("b > 0", "a\n1\n", NULL);

    CHECK_INT(r.seeds, 0);
    CHECK(isnan(r.ours));
    CHECK(!r.holds);
    CHECK_INT(test_on("a[k=1] > 0", "a\n1\n", NULL).seeds, 0);
    CHECK_INT(test_on("a > 0", "a\n", NULL).seeds, 0);
}

static void not_a_number_fails_every_comparison(void)
{
    const struct claim_result r = test_on("max(a) >= 0", "a\n1\nnan\n2\n", NULL);

    CHECK_INT(r.seeds, 1);
    CHECK(!r.holds);
    CHECK(!test_on("a within 9 of 1", "a\nnan\n", NULL).holds);
}

static void simulated_rows_mark_the_result(void)
{
    static const char rows[] = "a\tkind\tsimulated\n1\tx\tyes\n1\ty\tno\n1\tz\t\n";

    CHECK(test_on("a[kind=x] > 0", rows, NULL).simulated);
    CHECK(!test_on("a[kind=y] > 0", rows, NULL).simulated);
    CHECK(!test_on("a[kind=z] > 0", rows, NULL).simulated);
    CHECK(test_on("a > 0", rows, NULL).simulated);
}

static void mistakes_name_the_place(void)
{
    static const struct { const char *test, *text; } cases[] = {
        {"a >", "rules: line 1: test: character 4: `': expected a number, a column or ("},
        {"a ! 1", "rules: line 1: test: character 3: `! 1': expected <, <=, >, >=, = or within"},
        {"a[k] > 1", "rules: line 1: test: character 4: `] > 1': expected ="},
        {"a[k=1 > 1", "rules: line 1: test: character 10: `': expected , or ]"},
        {"a[k=] > 1", "rules: line 1: test: character 5: `] > 1': expected a value"},
        {"(a > 1", "rules: line 1: test: character 4: `> 1': expected )"},
        {"max(a > 1", "rules: line 1: test: character 7: `> 1': expected )"},
        {"a > 1 2", "rules: line 1: test: character 7: `2': expected the end of the test"},
        {"a > 1x", "rules: line 1: test: character 6: `x': expected a number"},
        {"a within x of 1",
         "rules: line 1: test: character 10: `x of 1': expected a number of at least 0"},
        {"a within 1 1", "rules: line 1: test: character 12: `1': expected of"},
        {"\"a > 1", "rules: line 1: test: character 1: `\"a > 1': expected a closing double quote"},
        {"txt > 1", "one.tsv: line 2: txt: `abc': expected a number"},
    };
    char deep[200];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_on(cases[i].test, "a\ttxt\n1\tabc\n", NULL);
        CHECK_STR(e.text, cases[i].text);
    }
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = 0;
    test_on(deep, "a\n1\n", NULL);
    CHECK(strstr(e.text, "expected fewer brackets"));
}

static void rules_have_four_fields_and_perhaps_needs(void)
{
    struct claim_rule rule;
    char full[] = "x\tit works\t7.1\ta > 1\tseeds=1 scale=laptop,paper", four[] = "x\ts\t-\ta > 1";

    CHECK_INT(claim_rule(&rule, full, "r: line 2", &e), 0);
    CHECK_STR(rule.id, "x");
    CHECK_STR(rule.statement, "it works");
    CHECK_STR(rule.published, "7.1");
    CHECK_STR(rule.test, "a > 1");
    CHECK_INT(rule.seeds, 1);
    CHECK(claim_wants_scale(&rule, "laptop"));
    CHECK(claim_wants_scale(&rule, "paper"));
    CHECK(!claim_wants_scale(&rule, "demo"));
    CHECK(!claim_wants_scale(&rule, "lap"));
    CHECK_INT(claim_rule(&rule, four, "r: line 2", &e), 0);
    CHECK_INT(rule.seeds, 3);
    CHECK(claim_wants_scale(&rule, "demo"));
}

static void other_rules_are_refused(void)
{
    static const struct { const char *line, *text; } cases[] = {
        {"x\ts\t-",
         "r: 3 fields between tabs: expected id, statement, published, test and perhaps needs"},
        {"x\t\t-\ta > 1", "r: field 2 is empty: expected text (- where there is none)"},
        {"x\ts\t-\ta > 1\tseeds=0", "r: seeds=0: expected seeds=N with N at least 1"},
        {"x\ts\t-\ta > 1\tfoo", "r: needs: `foo': expected seeds=N or scale=NAME,NAME"},
    };
    struct claim_rule rule;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *line = strdup(cases[i].line);

        CHECK_INT(claim_rule(&rule, line, "r", &e), -1);
        CHECK_STR(e.text, cases[i].text);
        free(line);
    }
}

int main(void)
{
    RUN(sides_are_averaged_over_the_seeds);
    RUN(differences_are_taken_within_a_seed);
    RUN(a_seed_with_a_missing_arm_does_not_count);
    RUN(tables_without_seeds_belong_to_every_seed);
    RUN(reductions_over_the_rows_of_a_seed);
    RUN(a_column_may_be_called_like_a_function);
    RUN(arithmetic_binds_as_usual);
    RUN(comparisons_include_or_exclude_their_bound);
    RUN(what_was_not_measured_has_no_seeds_and_does_not_hold);
    RUN(not_a_number_fails_every_comparison);
    RUN(simulated_rows_mark_the_result);
    RUN(mistakes_name_the_place);
    RUN(rules_have_four_fields_and_perhaps_needs);
    RUN(other_rules_are_refused);
    return check_report();
}
