#include "formats/edges.h"

#include "base/fail.h"
#include "base/lines.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "formats/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char comments[] = "#%";

/* Numbers of words: an open hash table of their positions in the list, at most half full. */
struct dictionary { struct ragged *words; int64_t *slot, slots; };

struct parser {
    const char *name;
    const struct edges_options *o;
    struct entries *s;
    struct dictionary *dictionary;
    struct lines lines;
    bool weighted;                          /* the first arc has a weight, so all must */
    bool fraction;                          /* some weight is not whole */
};

static bool separator(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

/* Take the next field and what separates it from the one after: its length, 0 at the end of the
 * line or between two commas. */
static int64_t take_field(struct line *l, const char **field)
{
    bool comma = false;

    *field = l->p;
    while (l->p < l->end && !separator(*l->p))
        l->p++;
    const int64_t n = l->p - *field;
    while (l->p < l->end && separator(*l->p) && !(comma && *l->p == ','))
        comma |= *l->p++ == ',';
    return n;
}

static int fail_field(const struct parser *p, const struct line *line, const char *what, const char *field,
                      int64_t n, const char *expected, struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s %.*s: expected %s", p->name, line->number, what,
                n > 40 ? 40 : n > 0 ? (int)n : 9, n > 0 ? field : "(nothing)", expected);
}

/* ---- Nodes that are words ------------------------------------------------------------------ */

static int64_t *find(const struct dictionary *d, const char *word, int64_t n)
{
    int64_t i = (int64_t)(XXH3_64bits(word, (size_t)n) & (uint64_t)(d->slots - 1)), length;

    while (d->slot[i] >= 0) {
        const char *other = ragged_text(d->words, d->slot[i], &length);

        if (length == n && memcmp(other, word, (size_t)n) == 0)
            break;
        i = (i + 1) & (d->slots - 1);
    }
    return &d->slot[i];
}

static void grow(struct dictionary *d)
{
    d->slots = d->slots ? 2 * d->slots : 1024;
    d->slot = xrealloc(d->slot, (size_t)d->slots * sizeof *d->slot);
    memset(d->slot, 0xff, (size_t)d->slots * sizeof *d->slot);
    for (int64_t k = 0; k < d->words->n; k++) {
        int64_t n;
        const char *word = ragged_text(d->words, k, &n);

        *find(d, word, n) = k;
    }
}

static int64_t number_of(struct dictionary *d, const char *word, int64_t n)
{
    if (2 * d->words->n >= d->slots)
        grow(d);
    int64_t *slot = find(d, word, n);
    if (*slot < 0) {
        *slot = d->words->n;
        ragged_add(d->words, word, n);
    }
    return *slot;
}

/* ---- One line ------------------------------------------------------------------------------ */

static int parse_node(const struct parser *p, struct line *line, int64_t *v, struct ten_err *e)
{
    const int64_t limit = p->o->nodes >= 0 ? p->o->nodes : p->o->max_nodes, base = p->o->base;
    const char *field;
    const int64_t n = take_field(line, &field);
    char expected[80];

    if (p->dictionary) {
        if (n == 0 || utf8_end(field, field + n) != field + n)
            return fail_field(p, line, "node", field, n, "a word of UTF-8", e);
        *v = number_of(p->dictionary, field, n);
        if (*v < limit)
            return 0;
        snprintf(expected, sizeof expected, "at most %" PRId64 " different nodes (--max-nodes)", limit);
        return fail_field(p, line, "node", field, n, expected, e);
    }
    if (n > 0 && parse_i64(field, field + n, v) == field + n && *v >= base && *v - base < limit) {
        *v -= base;
        return 0;
    }
    snprintf(expected, sizeof expected, "a number from %" PRId64 " to %" PRId64 ", or --ids=string", base,
             limit - 1 + base);
    return fail_field(p, line, "node", field, n, expected, e);
}

static int parse_weight(struct parser *p, struct line *line, struct entry *x, struct ten_err *e)
{
    const char *field;
    const int64_t n = take_field(line, &field);
    int64_t whole;
    double w;

    if (parse_i64(field, field + n, &whole) == field + n && n > 0 && whole >= 0) {
        if (p->s->whole)
            x->v.i = whole;
        else
            x->v.f = (double)whole;
        return 0;
    }
    if (n == 0 || parse_f64(field, field + n, &w) != field + n || !(w >= 0) || isinf(w))
        return fail_field(p, line, "weight", field, n, "a finite number from 0 on", e);
    /* Seen too late for the weights so far: the list is parsed again. */
    if (p->s->whole) {
        #pragma omp atomic write
        p->fraction = true;
    }
    x->v.f = w;
    return 0;
}

static int parse_arc(void *arg, struct line *line, int64_t index, struct ten_err *e)
{
    struct parser *p = arg;
    struct entry x = {.v.i = 1};

    if (parse_node(p, line, &x.row, e) < 0 || parse_node(p, line, &x.col, e) < 0)
        return -1;
    if (p->weighted && parse_weight(p, line, &x, e) < 0)
        return -1;
    if (!line_ended(line))
        return fail_field(p, line, "then", line->p, line->end - line->p,
                          p->weighted ? "nothing after the weight" : "no weight, as on the first line", e);
    p->s->e[index] = x;
    return 0;
}

/* Words are numbered in the order of the list, so one thread reads them. */
static int parse_in_order(struct parser *p, const char *at, const char *end, int64_t first,
                          struct ten_err *e)
{
    struct line line = {.number = first - 1};
    int64_t index = 0;

    while (at < end) {
        line_next(&line, &at, end);
        if (!line_skipped(&line, comments) && parse_arc(p, &line, index++, e) < 0)
            return -1;
    }
    return 0;
}

/* Does the first arc have three fields? */
static bool first_weighted(const char *at, const char *end)
{
    struct line line = {0};
    const char *field;

    while (at < end) {
        line_next(&line, &at, end);
        if (line_skipped(&line, comments))
            continue;
        take_field(&line, &field);
        take_field(&line, &field);
        return !line_ended(&line);
    }
    return false;
}

/* ---- The list ------------------------------------------------------------------------------ */

static int parse_all(struct parser *p, const char *at, const char *end, int64_t first, struct ten_err *e)
{
    int rc;

    p->s->whole = true;
    p->weighted = first_weighted(at, end);
    lines_cut(&p->lines, at, end, first, comments);
    entries_alloc(p->s, p->lines.items);
    do {
        p->s->whole = !p->fraction;
        rc = p->dictionary ? parse_in_order(p, at, end, first, e) : lines_each(&p->lines, parse_arc, p, e);
    } while (rc == 0 && p->fraction && p->s->whole);
    lines_free(&p->lines);
    return rc;
}

/* Both directions of every arc but loops, which are their own. */
static void double_arcs(struct entries *s)
{
    const int64_t n = s->n;
    int64_t all = n;

    for (int64_t k = 0; k < n; k++)
        all += s->e[k].row != s->e[k].col;
    entries_resize(s, all);
    for (int64_t k = 0, to = n; k < n; k++)
        if (s->e[k].row != s->e[k].col)
            s->e[to++] = (struct entry){s->e[k].col, s->e[k].row, s->e[k].v};
}

static void count_nodes(struct parser *p)
{
    struct entries *s = p->s;
    int64_t n = p->dictionary ? p->dictionary->words->n : 0;

    for (int64_t k = 0; k < s->n && !p->dictionary; k++) {
        n = s->e[k].row >= n ? s->e[k].row + 1 : n;
        n = s->e[k].col >= n ? s->e[k].col + 1 : n;
    }
    s->rows = s->cols = p->o->nodes >= 0 ? p->o->nodes : n;
}

static int arrange(struct parser *p, struct ten_err *e)
{
    struct entry at;

    count_nodes(p);
    if (p->o->undirected)
        double_arcs(p->s);
    entries_sort(p->s);
    if (entries_merge(p->s, p->o->dup, &at) == 0)
        return 0;
    return fail(e, TEN_E_DATA, "%s: arc %" PRId64 " %" PRId64 ": the sum of the weights: expected below "
                "2^63", p->name, at.row + p->o->base, at.col + p->o->base);
}

int edges_parse(struct entries *s, struct ragged *names, const char *name, const char *text, int64_t size,
                const struct edges_options *o, struct ten_err *e)
{
    struct dictionary dictionary = {.words = names};
    struct parser p = {.name = name, .o = o, .s = s, .dictionary = o->names ? &dictionary : NULL};
    const char *at = text, *end = text + size;
    struct line line = {0};
    int rc;

    *s = (struct entries){0};
    *names = (struct ragged){0};
    if (o->header && at < end)
        line_next(&line, &at, end);
    rc = parse_all(&p, at, end, line.number + 1, e);
    if (rc == 0)
        rc = arrange(&p, e);
    free(dictionary.slot);
    if (rc < 0) {
        entries_free(s);
        ragged_free(names);
    }
    return rc;
}

/* ---- Writing ------------------------------------------------------------------------------- */

static int check_names(const struct ragged *names, int64_t nodes, struct ten_err *e)
{
    if (ragged_check(names, "names", e) < 0)
        return -1;
    if (names->n != nodes)
        return fail(e, TEN_E_DATA, "names: %" PRId64 " of them: expected %" PRId64 " as in the graph",
                    names->n, nodes);
    for (int64_t i = 0; i < names->n; i++) {
        int64_t n, k = 0;
        const char *name = ragged_text(names, i, &n);

        while (k < n && !separator(name[k]) && name[k] != '\n' && name[k] != '\r')
            k++;
        if (n == 0 || k < n || strchr(comments, name[0]))
            return fail(e, TEN_E_DATA, "names: name %" PRId64 ", %.*s: expected a word without blanks or "
                        "commas that is no comment, or --ids=number", i, n > 40 ? 40 : (int)n, name);
    }
    return 0;
}

static void put_node(FILE *to, const struct ragged *names, int64_t v, int64_t base)
{
    char text[NUMBER_TEXT];
    int64_t n;

    if (names) {
        const char *name = ragged_text(names, v, &n);

        fwrite(name, 1, (size_t)n, to);
    } else {
        fwrite(text, 1, (size_t)(format_i64(text, v + base) - text), to);
    }
}

static void put_weight(FILE *to, const struct sparse *m, int64_t k)
{
    char text[NUMBER_TEXT];

    fwrite(text, 1, (size_t)(put_number(text, m->values, m->type, k) - text), to);
}

int edges_write(FILE *to, const struct sparse *m, const struct ragged *names, const struct edges_form *f,
                struct ten_err *e)
{
    int64_t major = 0, row, col;

    if (m->rows != m->cols)
        return fail(e, TEN_E_DATA, "group attributes: shape [%" PRId64 ",%" PRId64 "]: expected a square "
                    "matrix for a graph", m->rows, m->cols);
    if (names && check_names(names, m->rows, e) < 0)
        return -1;
    for (int64_t k = 0; sparse_at(m, k, &major, &row, &col); k++) {
        put_node(to, names, row, f->base);
        putc(f->separator, to);
        put_node(to, names, col, f->base);
        if (f->weight && m->values) {
            putc(f->separator, to);
            put_weight(to, m, k);
        }
        putc('\n', to);
    }
    return 0;
}
