#include "formats/mtx.h"

#include "check.h"

#include <stdlib.h>

static struct ten_err e;
static const struct mtx_options plain = {.dup = DUP_SUM, .max_rows = 1000};

static int parse(struct mtx *m, const char *text, const struct mtx_options *o)
{
    e = (struct ten_err){0};
    return mtx_parse(m, "x.mtx", text, (int64_t)strlen(text), o, &e);
}

/* "row,col=value ..." from 1, of all entries, into text. */
static const char *entries_text(const struct mtx *m, char text[400])
{
    char *p = text;

    *p = 0;
    for (int64_t k = 0; k < m->s.n; k++)
        p += sprintf(p, "%s%lld,%lld=%g", k > 0 ? " " : "", (long long)m->s.e[k].row + 1, (long long)m->s.e[k].col + 1,
                     m->s.whole ? (double)m->s.e[k].v.i : m->s.e[k].v.f);
    return text;
}

struct example { const char *text, *want; };

static void check_examples(const struct example *x, size_t n, const struct mtx_options *o)
{
    char text[400];
    struct mtx m;

    for (size_t i = 0; i < n; i++) {
        const int rc = parse(&m, x[i].text, o);

        CHECK_STR(rc == 0 ? entries_text(&m, text) : e.text, x[i].want);
        if (rc == 0)
            entries_free(&m.s);
    }
}
#define EXAMPLES(list, o) check_examples(list, sizeof (list) / sizeof *(list), o)
#define COORDINATE "%%MatrixMarket matrix coordinate "
#define ARRAY "%%MatrixMarket matrix array "

static void entries_in_any_order_become_sorted_rows(void)
{
    static const struct example x[] = {
        {COORDINATE "real general\n3 4 4\n3 1 5\n1 4 2\n3 2 -1e-1\n1 1 0\n", "1,1=0 1,4=2 3,1=5 3,2=-0.1"},
        {COORDINATE "integer general\n1 1 1\n1 1 -9\n", "1,1=-9"},
        {COORDINATE "pattern general\n2 2 2\n2 1\n1 2\n", "1,2=1 2,1=1"},
        {COORDINATE "real general\n0 7 0\n", ""},
        {COORDINATE "real general\n1 5000000000 1\n1 5000000000 1\n", "1,5000000000=1"},
    };

    EXAMPLES(x, &plain);
}

static void what_files_in_the_wild_have_is_accepted(void)
{
    static const struct example x[] = {
        {"%%matrixmarket MATRIX Coordinate REAL General\r\n2 2 1\r\n1 2 1.0D+03\r\n", "1,2=1000"},
        {COORDINATE "double general\n% comment\n\n  \n%\n2 2 2\n\n 1\t2   +7.5 \n% more\n2 2 .5", "1,2=7.5 2,2=0.5"},
        {COORDINATE "real general\n1 3 3\n1 1 1e400\n1 2 nan\n1 3 -inf\n", "1,1=inf 1,2=nan 1,3=-inf"},
        {"%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 3\n", "1,1=3"},
    };

    EXAMPLES(x, &plain);
}

static void mirror_images_are_added_off_the_diagonal_only(void)
{
    static const struct example x[] = {
        {COORDINATE "real symmetric\n3 3 3\n1 1 4\n3 1 5\n2 3 6\n", "1,1=4 1,3=5 2,3=6 3,1=5 3,2=6"},
        {COORDINATE "integer skew-symmetric\n2 2 1\n2 1 3\n", "1,2=-3 2,1=3"},
        {COORDINATE "real skew-symmetric\n2 2 2\n2 1 3\n1 1 0\n", "1,1=0 1,2=-3 2,1=3"},
        {COORDINATE "real hermitian\n2 2 1\n2 1 3\n", "1,2=3 2,1=3"},
        {COORDINATE "pattern symmetric\n2 2 2\n2 2\n2 1\n", "1,2=1 2,1=1 2,2=1"},
        {COORDINATE "real symmetric\n2 2 2\n2 1 3\n2 1 4\n", "1,2=7 2,1=7"},
    };
    static const struct mtx_options keep = {.dup = DUP_SUM, .max_rows = 1000, .keep_symmetric = true};
    struct mtx m;

    EXAMPLES(x, &plain);
    CHECK_INT(parse(&m, x[1].text, &keep), 0);
    CHECK_INT(m.s.n, 1);
    CHECK_STR(mtx_symmetry_name(m.symmetry), "skew-symmetric");
    entries_free(&m.s);
}

static void arrays_are_columns_and_symmetric_ones_their_lower_part(void)
{
    static const struct example x[] = {
        {ARRAY "real general\n2 3\n1\n2\n3\n4\n0\n6\n", "1,1=1 1,2=3 1,3=0 2,1=2 2,2=4 2,3=6"},
        {ARRAY "integer symmetric\n2 2\n1\n2\n3\n", "1,1=1 1,2=2 2,1=2 2,2=3"},
        {ARRAY "integer skew-symmetric\n3 3\n1\n2\n3\n", "1,2=-1 1,3=-2 2,1=1 2,3=-3 3,1=2 3,2=3"},
        {ARRAY "real skew-symmetric\n1 1\n", ""},
        {ARRAY "real general\n0 5\n", ""},
        {ARRAY "real symmetric\n0 0\n", ""},
        {ARRAY "pattern general\n1 1\n1\n", "x.mtx: line 1: field pattern: expected real, integer"},
        {ARRAY "real general\n2 2\n1\n2\n3\n",
         "x.mtx: line 5: the file ends after 3 entries: expected 4 as the size line says"},
        {ARRAY "real symmetric\n9000000000000000000 9000000000000000000\n1\n",
         "x.mtx: line 2: an array of 9000000000000000000 x 9000000000000000000: expected below 2^63 elements"},
    };

    EXAMPLES(x, &plain);
}

static void repeated_entries_are_summed_or_the_last_taken_or_refused(void)
{
    static const char text[] = COORDINATE "real general\n2 2 4\n2 2 1\n1 2 7\n2 2 2\n2 1 4\n";
    static const struct example sum[] = {{text, "1,2=7 2,1=4 2,2=3"}}, last[] = {{text, "1,2=7 2,1=4 2,2=2"}};
    static const struct example error[] = {
        {text, "x.mtx: line 5: the same entry as on line 3: expected it once, or --dup=sum or last"},
        {COORDINATE "real symmetric\n2 2 2\n\n2 1 1\n2 1 1\n",
         "x.mtx: line 5: the same entry as on line 4: expected it once, or --dup=sum or last"},
    };
    static const struct example overflow[] = {
        {COORDINATE "integer general\n1 1 2\n1 1 9223372036854775807\n1 1 1\n",
         "x.mtx: entry (1,1): the sum of those that stand there: expected one within 64 bits"},
        {COORDINATE "integer skew-symmetric\n2 2 1\n2 1 -9223372036854775808\n",
         "x.mtx: entry (2,1): -2^63 has no negative: expected one within 64 bits"},
    };

    EXAMPLES(sum, &plain);
    EXAMPLES(last, &((struct mtx_options){.dup = DUP_LAST, .max_rows = 9}));
    EXAMPLES(error, &((struct mtx_options){.dup = DUP_ERROR, .max_rows = 9}));
    EXAMPLES(overflow, &plain);
}

static void order_and_repeated_entries_can_be_kept(void)
{
    static const struct mtx_options o = {.in_order = true, .max_rows = 1};
    static const struct example x[] = {
        {COORDINATE "real general\n2 2 3\n2 2 1\n1 2 7\n2 2 2\n", "2,2=1 1,2=7 2,2=2"},
        {COORDINATE "real symmetric\n3 3 2\n3 1 1\n2 2 2\n", "3,1=1 1,3=1 2,2=2"},
    };

    EXAMPLES(x, &o);
}

static void zeros_are_dropped_when_asked_after_summing(void)
{
    static const struct mtx_options o = {.dup = DUP_SUM, .drop_zeros = true, .max_rows = 9};
    static const struct example x[] = {
        {COORDINATE "real general\n2 2 4\n1 1 0\n1 2 3\n1 2 -3\n2 2 nan\n", "2,2=nan"},
    };

    EXAMPLES(x, &o);
}

static void faults_are_reported_with_their_line(void)
{
    static const struct example x[] = {
        {"", "x.mtx: is empty: expected a Matrix Market file"},
        {"hello\n", "x.mtx: line 1: not a Matrix Market matrix: expected %%MatrixMarket matrix coordinate real "
         "general"},
        {"%%MatrixMarket matrix graph real general\n", "x.mtx: line 1: format graph: expected coordinate or array"},
        {COORDINATE "complex general\n", "x.mtx: line 1: field complex: expected real, integer or pattern"},
        {COORDINATE "real odd\n", "x.mtx: line 1: symmetry odd: expected general, symmetric, skew-symmetric or "
         "hermitian"},
        {COORDINATE "real general\n% only\n", "x.mtx: line 3: the file ends: expected a size line"},
        {COORDINATE "real general\n3 3\n", "x.mtx: line 2: not a size line: expected rows, columns and entries, "
         "up to 2^63-1"},
        {COORDINATE "real general\n3 3 99999999999999999999\n", "x.mtx: line 2: not a size line: expected rows, "
         "columns and entries, up to 2^63-1"},
        {COORDINATE "real symmetric\n3 4 0\n", "x.mtx: line 2: symmetric matrix of 3 rows, 4 columns: expected a "
         "square one"},
        {COORDINATE "real general\n1001 4 0\n", "x.mtx: line 2: 1001 rows: expected at most 1000 (--max-rows)"},
        {COORDINATE "real general\n3 3 1\n4 1 1\n", "x.mtx: line 3: row 4: expected 1 to 3"},
        {COORDINATE "real general\n3 3 1\n0 1 1\n", "x.mtx: line 3: row 0: expected 1 to 3"},
        {COORDINATE "real general\n3 3 1\n1 x 1\n", "x.mtx: line 3: column x: expected 1 to 3"},
        {COORDINATE "real general\n3 3 1\n1\n", "x.mtx: line 3: column (nothing): expected 1 to 3"},
        {COORDINATE "real general\n3 3 1\n1 1\n", "x.mtx: line 3: value (nothing): expected a number such as "
         "-1.5e3"},
        {COORDINATE "integer general\n3 3 1\n1 1 1.5\n", "x.mtx: line 3: value 1.5: expected a whole number within "
         "64 bits"},
        {COORDINATE "pattern general\n3 3 1\n1 1 1\n", "x.mtx: line 3: 1 after the entry: expected the end of the "
         "line"},
        {COORDINATE "real general\n3 3 1\n1 1 1\n\n1 2 1\n", "x.mtx: line 5: entry number 2: expected 1 as the size "
         "line says"},
        {COORDINATE "real general\n3 3 1000000000000000000\n1 1 1\n", "x.mtx: line 3: the file ends after 1 "
         "entries: expected 1000000000000000000 as the size line says"},
        {COORDINATE "real skew-symmetric\n3 3 1\n2 2 1\n", "x.mtx: line 3: on the diagonal of a skew-symmetric "
         "matrix: expected nothing there, or 0"},
        {COORDINATE "real symmetric\n3 3 3\n1 2 1\n3 3 1\n2 1 1\n", "x.mtx: line 5: the mirror image of line 3: "
         "expected one of them in a symmetric file"},
    };

    EXAMPLES(x, &plain);
}

static char *written(const struct sparse *m, bool pattern)
{
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    CHECK_INT(mtx_write(to, m, pattern, &e), 0);
    fclose(to);
    return text;
}

static void matrices_by_rows_columns_and_entries_are_written(void)
{
    int64_t ptr[] = {0, 1, 1, 3}, index[] = {1, 0, 1}, row[] = {0, 2, 2};
    double f[] = {0.5, 1e5, -3};
    int16_t i[] = {1, 2, -3};
    struct sparse m = {.kind = SPARSE_CSR, .rows = 3, .cols = 2, .n = 3, .symmetry = "general", .ptr = ptr,
                       .index = index, .values = f, .type = TEN_F64};
    char *text = written(&m, false);

    CHECK_STR(text, COORDINATE "real general\n3 2 3\n1 2 0.5\n3 1 100000\n3 2 -3\n");
    free(text);
    m = (struct sparse){.kind = SPARSE_CSC, .rows = 2, .cols = 3, .n = 3, .symmetry = "general", .ptr = ptr,
                        .index = index, .values = i, .type = TEN_I16};
    text = written(&m, false);
    CHECK_STR(text, COORDINATE "integer general\n2 3 3\n2 1 1\n1 3 2\n2 3 -3\n");
    free(text);
    m = (struct sparse){.kind = SPARSE_COO, .rows = 3, .cols = 2, .n = 3, .symmetry = "general", .row = row,
                        .index = index, .values = f, .type = TEN_F64};
    text = written(&m, true);
    CHECK_STR(text, COORDINATE "pattern general\n3 2 3\n1 2\n3 1\n3 2\n");
    free(text);
}

static void the_upper_part_of_a_symmetric_matrix_is_written_as_its_lower(void)
{
    int64_t row[] = {0, 0, 1}, col[] = {1, 2, 0};
    double f[] = {0.5, -2, 7};
    struct sparse m = {.kind = SPARSE_COO, .rows = 3, .cols = 3, .n = 3, .symmetry = "skew-symmetric",
                       .row = row, .index = col, .values = f, .type = TEN_F64};
    char *text = written(&m, false);

    CHECK_STR(text, COORDINATE "real skew-symmetric\n3 3 3\n2 1 -0.5\n3 1 2\n2 1 7\n");
    free(text);
    strcpy(m.symmetry, "odd");
    CHECK_INT(mtx_write(stdout, &m, false, &e), -1);
}

int main(void)
{
    RUN(entries_in_any_order_become_sorted_rows);
    RUN(what_files_in_the_wild_have_is_accepted);
    RUN(mirror_images_are_added_off_the_diagonal_only);
    RUN(arrays_are_columns_and_symmetric_ones_their_lower_part);
    RUN(repeated_entries_are_summed_or_the_last_taken_or_refused);
    RUN(order_and_repeated_entries_can_be_kept);
    RUN(zeros_are_dropped_when_asked_after_summing);
    RUN(faults_are_reported_with_their_line);
    RUN(matrices_by_rows_columns_and_entries_are_written);
    RUN(the_upper_part_of_a_symmetric_matrix_is_written_as_its_lower);
    return check_report();
}
