#include "formats/mtx.h"

#include "base/fail.h"
#include "base/lines.h"
#include "base/mem.h"
#include "formats/number.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum field { REAL, INTEGER, PATTERN };

struct parser {
    const char *name;
    const struct mtx_options *o;
    struct mtx *m;
    enum field field;
    bool array, symmetric;                  /* as the banner says */
    int64_t stored;                         /* entries by the size line */
    struct lines lines;
};

static const char *const symmetries[] = {"general", "symmetric", "skew-symmetric", "hermitian", NULL};

const char *mtx_symmetry_name(enum mtx_symmetry s)
{
    return symmetries[s];
}

/* ---- Banner and size line ------------------------------------------------------------------ */

static int choose(const char *word, const char *const names[])
{
    int i = 0;

    while (names[i] && strcasecmp(word, names[i]) != 0)
        i++;
    return names[i] ? i : -1;
}

static int parse_banner(struct parser *p, struct line *line, struct ten_err *e)
{
    static const char *const fields[] = {"real", "integer", "pattern", "double", "complex", NULL};
    char word[5][20];

    for (int i = 0; i < 5; i++)
        line_field(line, word[i], sizeof word[i]);
    p->m->one_percent = word[0][0] == '%' && word[0][1] != '%';
    if (strcasecmp(word[0] + (p->m->one_percent ? 1 : 2) * (word[0][0] == '%'), "MatrixMarket") != 0 ||
        strcasecmp(word[1], "matrix") != 0)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": not a Matrix Market matrix: expected "
                    "%%%%MatrixMarket matrix coordinate real general", p->name, line->number);
    p->array = strcasecmp(word[2], "array") == 0;
    if (!p->array && strcasecmp(word[2], "coordinate") != 0)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": format %s: expected coordinate or array", p->name,
                    line->number, word[2]);

    const int field = choose(word[3], fields), symmetry = choose(word[4], symmetries);
    if (field < 0 || field == 4 || (field == PATTERN && p->array))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": field %s: expected real, integer%s", p->name,
                    line->number, word[3], p->array ? "" : " or pattern");
    if (symmetry < 0)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": symmetry %s: expected general, symmetric, "
                    "skew-symmetric or hermitian", p->name, line->number, word[4]);
    if (p->o->weights && symmetry == MTX_SKEW)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": symmetry skew-symmetric, which changes signs: "
                    "expected general or symmetric for weights", p->name, line->number);
    p->field = field == 3 ? REAL : (enum field)field;
    p->m->symmetry = (enum mtx_symmetry)symmetry;
    p->symmetric = symmetry != MTX_GENERAL;
    p->m->s.whole = p->field == INTEGER;
    return 0;
}

/* Entries of an array file: all, or the lower triangle with or without the diagonal. */
static bool array_count(int64_t rows, int64_t cols, enum mtx_symmetry symmetry, int64_t *n)
{
    uint64_t a = (uint64_t)rows, b = symmetry == MTX_SKEW ? a - 1 : a + 1;

    if (symmetry == MTX_GENERAL)
        return mul_i64(rows, cols, n);
    *(a % 2 == 0 ? &a : &b) /= 2;
    return !__builtin_mul_overflow(a, b, n);
}

static int parse_size(struct parser *p, struct line *line, struct ten_err *e)
{
    struct entries *s = &p->m->s;
    const bool ok = line_i64(line, &s->rows) && line_i64(line, &s->cols) &&
                    (p->array || line_i64(line, &p->stored)) && line_ended(line);

    if (!ok || s->rows < 0 || s->cols < 0 || p->stored < 0)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": not a size line: expected rows, columns%s, "
                    "up to 2^63-1", p->name, line->number, p->array ? "" : " and entries");
    if (p->m->symmetry != MTX_GENERAL && s->rows != s->cols)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s matrix of %" PRId64 " rows, %" PRId64
                    " columns: expected a square one", p->name, line->number,
                    symmetries[p->m->symmetry], s->rows, s->cols);
    if (p->array && !array_count(s->rows, s->cols, p->m->symmetry, &p->stored))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": an array of %" PRId64 " x %" PRId64
                    ": expected below 2^63 elements", p->name, line->number, s->rows, s->cols);
    if (!p->o->in_order && s->rows > p->o->max_rows)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %" PRId64 " rows: expected at most %" PRId64
                    " (--max-rows)", p->name, line->number, s->rows, p->o->max_rows);
    return 0;
}

/* Up to and with the size line; *at becomes what follows it. */
static int parse_head(struct parser *p, struct line *line, const char **at, const char *end,
                      struct ten_err *e)
{
    do {
        if (*at == end)
            return fail(e, TEN_E_DATA, "%s: is empty: expected a Matrix Market file", p->name);
        line_next(line, at, end);
    } while (line_skipped(line, ""));
    if (parse_banner(p, line, e) < 0)
        return -1;
    do {
        if (*at == end)
            return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends: expected a size line",
                        p->name, line->number + 1);
        line_next(line, at, end);
    } while (line_skipped(line, "%"));
    return parse_size(p, line, e);
}

/* ---- Entries ------------------------------------------------------------------------------- */

static int parse_value(const struct parser *p, struct line *line, struct entry *x, struct ten_err *e)
{
    char text[40];

    if (p->field == PATTERN) {
        x->v.f = 1;
        return 0;
    }
    if (p->field == INTEGER ? line_i64(line, &x->v.i) : line_f64(line, &x->v.f))
        return 0;
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": value %s: expected %s", p->name, line->number,
                line_field(line, text, sizeof text),
                p->field == INTEGER ? "a whole number within 64 bits" : "a number such as -1.5e3");
}

static int parse_index(const struct parser *p, struct line *line, const char *what, int64_t dim, int64_t *v,
                       struct ten_err *e)
{
    struct line before = *line;
    char text[40];

    if (line_i64(line, v) && *v >= 1 && *v <= dim) {
        --*v;
        return 0;
    }
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s %s: expected 1 to %" PRId64, p->name, line->number,
                what, line_field(&before, text, sizeof text), dim);
}

static int parse_end(const struct parser *p, struct line *line, struct ten_err *e)
{
    char text[40];

    if (line_ended(line))
        return 0;
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s after the entry: expected the end of the line",
                p->name, line->number, line_field(line, text, sizeof text));
}

static int check_weight(const struct parser *p, const struct line *line, const struct entry *x,
                        struct ten_err *e)
{
    if (p->m->s.whole ? x->v.i >= 0 : x->v.f >= 0 && x->v.f <= DBL_MAX)
        return 0;
    return p->m->s.whole
               ? fail(e, TEN_E_DATA, "%s: line %" PRId64 ": weight %" PRId64 ": expected a number from 0 on",
                      p->name, line->number, x->v.i)
               : fail(e, TEN_E_DATA, "%s: line %" PRId64 ": weight %g: expected a finite number from 0 on",
                      p->name, line->number, x->v.f);
}

static int parse_entry(void *arg, struct line *line, int64_t index, struct ten_err *e)
{
    const struct parser *p = arg;
    struct entry x = {0};

    if (index >= p->stored)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": entry number %" PRId64 ": expected %" PRId64
                    " as the size line says", p->name, line->number, index + 1, p->stored);
    if (!p->array && (parse_index(p, line, "row", p->m->s.rows, &x.row, e) < 0 ||
                      parse_index(p, line, "column", p->m->s.cols, &x.col, e) < 0))
        return -1;
    if (parse_value(p, line, &x, e) < 0 || parse_end(p, line, e) < 0 ||
        (p->o->weights && check_weight(p, line, &x, e) < 0))
        return -1;
    if (p->m->symmetry == MTX_SKEW && !p->array && x.row == x.col &&
        !(p->m->s.whole ? x.v.i == 0 : x.v.f == 0))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": on the diagonal of a skew-symmetric matrix: "
                    "expected nothing there, or 0", p->name, line->number);
    p->m->s.e[index] = x;
    return 0;
}

/* The elements of an array file are the columns, one after the other. */
static void place_array(struct mtx *m)
{
    int64_t k = 0;

    for (int64_t j = 0; k < m->s.n; j++) {
        const int64_t first = m->symmetry == MTX_GENERAL ? 0 : m->symmetry == MTX_SKEW ? j + 1 : j;

        for (int64_t i = first; i < m->s.rows; i++, k++) {
            m->s.e[k].row = i;
            m->s.e[k].col = j;
        }
    }
}

static int parse_entries(struct parser *p, struct ten_err *e)
{
    const int64_t n = p->lines.items < p->stored ? p->lines.items : p->stored;

    entries_alloc(&p->m->s, n);
    if (lines_each(&p->lines, parse_entry, p, e) < 0)
        return -1;
    if (n < p->stored)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends after %" PRId64 " entries: "
                    "expected %" PRId64 " as the size line says", p->name, p->lines.last, n, p->stored);
    if (p->array)
        place_array(p->m);
    return 0;
}

/* ---- What the file leaves out, or has twice ------------------------------------------------ */

/* The lines of one place and, in a symmetric file, of its mirror image: the first of each with
 * `images`, else the first two of either. */
struct search { struct entry at; bool symmetric, images; int64_t line[2]; };

static int search_line(void *arg, struct line *line, int64_t index, struct ten_err *e)
{
    struct search *s = arg;
    int64_t row = 0, col = 0, *to;

    (void)index;
    (void)e;
    line_i64(line, &row);
    line_i64(line, &col);
    const bool same = row - 1 == s->at.row && col - 1 == s->at.col;
    if (!same && (!s->symmetric || row - 1 != s->at.col || col - 1 != s->at.row))
        return 0;
    #pragma omp critical(mtx_search)
    {
        to = &s->line[s->images ? same : s->line[0] != 0 && line->number > s->line[0]];
        if (to == s->line && !s->images)
            s->line[1] = s->line[0];
        if (*to == 0 || line->number < *to)
            *to = line->number;
    }
    return 0;
}

static int fail_twice(const struct parser *p, const struct entry *at, bool images, struct ten_err *e)
{
    struct search s = {.at = *at, .symmetric = p->symmetric, .images = images};
    int64_t *l = s.line;

    lines_each(&p->lines, search_line, &s, e);
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s line %" PRId64 ": expected %s", p->name,
                l[0] > l[1] ? l[0] : l[1], images ? "the mirror image of" : "the same entry as on",
                l[0] > l[1] ? l[1] : l[0],
                images ? "one of them in a symmetric file" : "it once, or --dup=sum or last");
}

/* A symmetric file may store either of (i,j) and (j,i).  With both, is that one entry or a sum?
 * Everything below the diagonal, marked by where it came from, shows places that come from both. */
static int check_mirrors(const struct parser *p, struct ten_err *e)
{
    const struct entries *s = &p->m->s;
    struct entries folded = {.rows = s->rows, .cols = s->cols};
    bool above = false, below = false;
    int rc = 0;

    for (int64_t k = 0; k < s->n; k++) {
        above |= s->e[k].row < s->e[k].col;
        below |= s->e[k].row > s->e[k].col;
    }
    if (!above || !below)
        return 0;
    entries_alloc(&folded, s->n);
    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *x = &s->e[k];
        const bool upper = x->row < x->col;

        folded.e[k] = (struct entry){upper ? x->col : x->row, upper ? x->row : x->col, {.i = upper}};
    }
    entries_sort(&folded);
    for (int64_t k = 1; k < folded.n && rc == 0; k++) {
        const struct entry *x = &folded.e[k], *y = x - 1;

        if (x->row == y->row && x->col == y->col && x->v.i != y->v.i)
            rc = fail_twice(p, x, true, e);
    }
    entries_free(&folded);
    return rc;
}

/* Every entry off the diagonal is followed by its mirror image; in place, from the end. */
static int expand(struct mtx *m, const char *name, struct ten_err *e)
{
    struct entries *s = &m->s;
    const int64_t n = s->n;
    int64_t all = n;

    for (int64_t k = 0; k < n; k++)
        all += s->e[k].row != s->e[k].col;
    entries_resize(s, all);
    for (int64_t k = n - 1, to = all; k >= 0; k--) {
        struct entry x = s->e[k], mirror = {x.col, x.row, x.v};

        if (m->symmetry == MTX_SKEW && s->whole) {
            if (x.v.i == INT64_MIN)
                return fail(e, TEN_E_DATA, "%s: entry (%" PRId64 ",%" PRId64 "): -2^63 has no negative: "
                            "expected one within 64 bits", name, x.row + 1, x.col + 1);
            mirror.v.i = -x.v.i;
        } else if (m->symmetry == MTX_SKEW) {
            mirror.v.f = -x.v.f;
        }
        if (x.row != x.col)
            s->e[--to] = mirror;
        s->e[--to] = x;
    }
    m->symmetry = MTX_GENERAL;
    return 0;
}

static void drop_zeros(struct entries *s)
{
    int64_t n = 0;

    for (int64_t k = 0; k < s->n; k++)
        if (s->whole ? s->e[k].v.i != 0 : s->e[k].v.f != 0)
            s->e[n++] = s->e[k];
    s->n = n;
}

static int arrange(struct parser *p, struct ten_err *e)
{
    struct mtx *m = p->m;
    struct entry at;

    if (p->symmetric && (check_mirrors(p, e) < 0 ||
        (!p->o->keep_symmetric && expand(m, p->name, e) < 0)))
        return -1;
    if (!p->o->in_order) {
        entries_sort(&m->s);
        if (entries_merge(&m->s, p->o->dup, &at) < 0)
            return p->o->dup == DUP_ERROR
                       ? fail_twice(p, &at, false, e)
                       : fail(e, TEN_E_DATA, "%s: entry (%" PRId64 ",%" PRId64 "): the sum of those that "
                              "stand there: expected one within 64 bits", p->name, at.row + 1, at.col + 1);
    }
    if (p->o->drop_zeros)
        drop_zeros(&m->s);
    return 0;
}

int mtx_parse(struct mtx *m, const char *name, const char *text, int64_t size,
              const struct mtx_options *o, struct ten_err *e)
{
    struct parser p = {.name = name, .o = o, .m = m};
    const char *at = text, *end = text + size;
    struct line line = {0};
    int rc;

    *m = (struct mtx){0};
    if (parse_head(&p, &line, &at, end, e) < 0)
        return -1;
    lines_cut(&p.lines, at, end, line.number + 1, "%");
    rc = parse_entries(&p, e);
    if (rc == 0)
        rc = arrange(&p, e);
    lines_free(&p.lines);
    if (rc < 0)
        entries_free(&m->s);
    return rc;
}

/* ---- Writing ------------------------------------------------------------------------------- */

/* Change the sign of the number at p, written up to end. */
static char *negate(char *p, char *end)
{
    if (*p == '-') {
        memmove(p, p + 1, (size_t)(end - p - 1));
        return end - 1;
    }
    memmove(p + 1, p, (size_t)(end - p));
    *p = '-';
    return end + 1;
}

static bool is_float(enum ten_type type)
{
    return type == TEN_F64 || type == TEN_F32 || type == TEN_F16 || type == TEN_BF16;
}

int mtx_write(FILE *to, const struct sparse *m, bool pattern, struct ten_err *e)
{
    const int symmetry = choose(m->symmetry, symmetries);
    int64_t major = 0, row, col;

    if (symmetry < 0 || (symmetry != MTX_GENERAL && m->rows != m->cols))
        return fail(e, TEN_E_DATA, "group attributes: symmetry %s of %" PRId64 " x %" PRId64 ": expected one "
                    "that Matrix Market has, and a square matrix", m->symmetry, m->rows, m->cols);
    pattern |= !m->values;
    fprintf(to, "%%%%MatrixMarket matrix coordinate %s %s\n%" PRId64 " %" PRId64 " %" PRId64 "\n",
            pattern ? "pattern" : is_float(m->type) ? "real" : "integer", m->symmetry, m->rows, m->cols,
            m->n);
    for (int64_t k = 0; sparse_at(m, k, &major, &row, &col); k++) {
        const bool mirror = symmetry != MTX_GENERAL && row < col;
        char text[3 * NUMBER_TEXT], *p = format_i64(text, (mirror ? col : row) + 1);

        *p++ = ' ';
        p = format_i64(p, (mirror ? row : col) + 1);
        if (!pattern) {
            *p++ = ' ';
            char *value = p;
            p = put_number(p, m->values, m->type, k);
            if (mirror && symmetry == MTX_SKEW)
                p = negate(value, p);
        }
        *p++ = '\n';
        fwrite(text, 1, (size_t)(p - text), to);
    }
    return 0;
}
