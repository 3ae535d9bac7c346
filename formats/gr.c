#include "formats/gr.h"

#include "base/fail.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/numbers.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *name;
    struct entries *s;
    int64_t arcs;                           /* by the problem line */
    struct lines lines;
};

/* Up to and with the problem line "p WORD... N [M]"; *m is NULL where there is no M. */
static int parse_problem(const char *name, const char *words, struct line *line, const char **at,
                         const char *end, int64_t *n, int64_t *m, struct ten_err *e)
{
    char copy[20], *rest = copy, *want, text[20];
    bool ok = true;

    do {
        if (*at == end)
            return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends: expected %s", name,
                        line->number + 1, m ? "p sp NODES ARCS" : "p aux sp co NODES");
        line_next(line, at, end);
    } while (line_skipped(line, "c"));
    strcpy(copy, words);
    while (ok && (want = strsep(&rest, " ")))
        ok = strcmp(line_field(line, text, sizeof text), want) == 0;
    ok = ok && line_i64(line, n) && (!m || line_i64(line, m)) && line_ended(line);
    if (!ok || *n < 0 || (m && *m < 0))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": not a problem line: expected %s", name,
                    line->number, m ? "p sp NODES ARCS" : "p aux sp co NODES");
    return 0;
}

static int parse_number(const char *name, struct line *line, const char *what, int64_t lo, int64_t hi,
                        int64_t *v, struct ten_err *e)
{
    struct line before = *line;
    char text[40];

    if (line_i64(line, v) && *v >= lo && *v <= hi)
        return 0;
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s %s: expected a whole number from %" PRId64 " to %"
                PRId64, name, line->number, what, line_field(&before, text, sizeof text), lo, hi);
}

static int parse_letter(const char *name, struct line *line, const char *letter, struct ten_err *e)
{
    char text[20];

    if (strcmp(line_field(line, text, sizeof text), letter) == 0)
        return 0;
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": starts with %s: expected %s, or c for a comment", name,
                line->number, text, letter);
}

static int parse_end(const char *name, struct line *line, struct ten_err *e)
{
    char text[40];

    if (line_ended(line))
        return 0;
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s at the end: expected nothing more", name,
                line->number, line_field(line, text, sizeof text));
}

static int parse_arc(void *arg, struct line *line, int64_t index, struct ten_err *e)
{
    const struct parser *p = arg;
    struct entry x;

    if (parse_letter(p->name, line, "a", e) < 0)
        return -1;
    if (index >= p->arcs)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": arc number %" PRId64 ": expected %" PRId64
                    " as the problem line says", p->name, line->number, index + 1, p->arcs);
    if (parse_number(p->name, line, "node", 1, p->s->rows, &x.row, e) < 0 ||
        parse_number(p->name, line, "node", 1, p->s->rows, &x.col, e) < 0 ||
        parse_number(p->name, line, "weight", 0, INT64_MAX, &x.v.i, e) < 0 ||
        parse_end(p->name, line, e) < 0)
        return -1;
    x.row--;
    x.col--;
    p->s->e[index] = x;
    return 0;
}

static int parse_arcs(struct parser *p, enum dup dup, struct ten_err *e)
{
    const int64_t n = p->lines.items < p->arcs ? p->lines.items : p->arcs;
    struct entry at;

    entries_alloc(p->s, n);
    if (lines_each(&p->lines, parse_arc, p, e) < 0)
        return -1;
    if (n < p->arcs)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends after %" PRId64 " arcs: expected %"
                    PRId64 " as the problem line says", p->name, p->lines.last, n, p->arcs);
    entries_sort(p->s);
    if (entries_merge(p->s, dup, &at) < 0)
        return fail(e, TEN_E_DATA, "%s: arc %" PRId64 " %" PRId64 ": the sum of the weights: expected below "
                    "2^63", p->name, at.row + 1, at.col + 1);
    return 0;
}

int gr_parse(struct entries *s, const char *name, const char *text, int64_t size,
             const struct gr_options *o, struct ten_err *e)
{
    struct parser p = {.name = name, .s = s};
    const char *at = text, *end = text + size;
    struct line line = {0};
    int rc;

    *s = (struct entries){.whole = true};
    if (parse_problem(name, "p sp", &line, &at, end, &s->rows, &p.arcs, e) < 0)
        return -1;
    s->cols = s->rows;
    if (s->rows > o->max_nodes)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %" PRId64 " nodes: expected at most %" PRId64
                    " (--max-nodes)", name, line.number, s->rows, o->max_nodes);
    lines_cut(&p.lines, at, end, line.number + 1, "c");
    rc = parse_arcs(&p, o->dup, e);
    lines_free(&p.lines);
    if (rc < 0)
        entries_free(s);
    return rc;
}

static int parse_node(int32_t *xy, unsigned char *seen, int64_t n, const char *name, struct line *line,
                      struct ten_err *e)
{
    int64_t id, x, y;

    if (parse_letter(name, line, "v", e) < 0 ||
        parse_number(name, line, "node", 1, n, &id, e) < 0 ||
        parse_number(name, line, "x", INT32_MIN, INT32_MAX, &x, e) < 0 ||
        parse_number(name, line, "y", INT32_MIN, INT32_MAX, &y, e) < 0 || parse_end(name, line, e) < 0)
        return -1;
    if (seen[id - 1]++)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": node %" PRId64 " stands twice: expected it once",
                    name, line->number, id);
    xy[2 * (id - 1)] = (int32_t)x;
    xy[2 * (id - 1) + 1] = (int32_t)y;
    return 0;
}

int co_parse(int32_t *xy, int64_t n, const char *name, const char *text, int64_t size, struct ten_err *e)
{
    const char *at = text, *end = text + size;
    struct line line = {0};
    int64_t given;
    int rc = parse_problem(name, "p aux sp co", &line, &at, end, &given, NULL, e);

    if (rc == 0 && given != n)
        rc = fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %" PRId64 " nodes: expected %" PRId64
                  " as in the graph", name, line.number, given, n);
    if (rc < 0)
        return -1;

    unsigned char *seen = xcalloc((size_t)n, 1), *missing;
    while (rc == 0 && at < end) {
        line_next(&line, &at, end);
        if (!line_skipped(&line, "c"))
            rc = parse_node(xy, seen, n, name, &line, e);
    }
    if (rc == 0 && (missing = memchr(seen, 0, (size_t)n)))
        rc = fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends without node %td: expected every node",
                  name, line.number, missing - seen + 1);
    free(seen);
    return rc;
}

/* The weights [n] of m as whole numbers, the caller's to free, or NULL with *e set. */
static int64_t *arc_weights(const struct sparse *m, struct ten_err *e)
{
    int64_t *w = xmalloc((size_t)m->n * sizeof *w);

    for (int64_t k = 0; k < m->n; k++)
        w[k] = 1;
    if (!m->values)
        return w;
    cast(w, TEN_I64, m->values, m->type, m->n);
    for (int64_t k = 0; k < m->n; k++) {
        const double v = elem_double(m->values, m->type, k);

        /* A double beside 2^63 would not tell a fitting i64 from what cast() cut down to fit. */
        if (m->type == TEN_I64 ? w[k] >= 0 : v >= 0 && v < 0x1p63 && v == (double)w[k])
            continue;
        fail(e, TEN_E_DATA, "%s: element %" PRId64 " is %g: expected a whole number from 0 to 2^63-1",
             m->weight ? "weight" : "values", k, v);
        free(w);
        return NULL;
    }
    return w;
}

int gr_write(FILE *to, const struct sparse *m, struct ten_err *e)
{
    int64_t major = 0, row, col, *w;

    if (m->rows != m->cols)
        return fail(e, TEN_E_DATA, "group attributes: shape [%" PRId64 ",%" PRId64 "]: expected a square "
                    "matrix for a graph", m->rows, m->cols);
    if (!(w = arc_weights(m, e)))
        return -1;
    fprintf(to, "p sp %" PRId64 " %" PRId64 "\n", m->rows, m->n);
    for (int64_t k = 0; sparse_at(m, k, &major, &row, &col); k++) {
        char text[4 * NUMBER_TEXT] = "a ", *p = format_i64(text + 2, row + 1);

        *p++ = ' ';
        p = format_i64(p, col + 1);
        *p++ = ' ';
        p = format_i64(p, w[k]);
        *p++ = '\n';
        fwrite(text, 1, (size_t)(p - text), to);
    }
    free(w);
    return 0;
}

void co_write(FILE *to, const int32_t *xy, int64_t n)
{
    fprintf(to, "p aux sp co %" PRId64 "\n", n);
    for (int64_t i = 0; i < n; i++)
        fprintf(to, "v %" PRId64 " %" PRId32 " %" PRId32 "\n", i + 1, xy[2 * i], xy[2 * i + 1]);
}
