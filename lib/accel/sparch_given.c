#include "accel/sparch_given.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/numbers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1 << 16, NODE = 0, KIND, PARENT, COLUMNS };

struct reading {
    struct sparch_given *g;
    struct source *s;
    int column[COLUMNS];                /* where each stands; -1: not seen */
    int64_t room;
    struct ten_err *e;
};

static int bad(const struct reading *x, const char *what)
{
    return fail(x->e, TEN_E_DATA, "%s: line %" PRId64 ": %s", source_name(x->s),
                source_line_number(x->s), what);
}

/* Field number k of a line; false when it has fewer. */
static bool field(const char *line, const char *end, int k, const char **p, const char **stop)
{
    for (*p = line; k > 0 && *p; k--)
        *p = (*p = memchr(*p, '\t', (size_t)(end - *p))) ? *p + 1 : NULL;
    if (!*p)
        return false;
    *stop = memchr(*p, '\t', (size_t)(end - *p));
    *stop = *stop ? *stop : end;
    return true;
}

static bool is_word(const char *p, const char *stop, const char *word)
{
    return (size_t)(stop - p) == strlen(word) && memcmp(p, word, strlen(word)) == 0;
}

static int take_header(struct reading *x, const char *line, const char *end)
{
    static const char *const names[COLUMNS] = {"node", "kind", "parent"};
    const char *p, *stop;
    for (int c = 0; c < COLUMNS; c++)
        x->column[c] = -1;
    for (int k = 0; field(line, end, k, &p, &stop); k++)
        for (int c = 0; c < COLUMNS; c++)
            if (is_word(p, stop, names[c]))
                x->column[c] = k;
    for (int c = 0; c < COLUMNS; c++)
        if (x->column[c] < 0)
            return bad(x, "expected columns node, kind and parent, as sparch-plan prints them");
    return 0;
}

static bool number(const struct reading *x, int c, const char *line, const char *end, int64_t *v)
{
    const char *p, *stop;
    return field(line, end, x->column[c], &p, &stop) && parse_i64(p, stop, v) == stop;
}

static int take_node(struct reading *x, const char *line, const char *end)
{
    struct sparch_given *g = x->g;
    const char *p, *stop;
    int64_t node, parent;
    if (!number(x, NODE, line, end, &node) || node != g->nodes)
        return bad(x, "expected the nodes in order from 0, as sparch-plan --leaves prints them");
    if (!number(x, PARENT, line, end, &parent) || parent < -1 ||
        (parent >= 0 && parent <= node) || parent >= INT32_MAX)
        return bad(x, "parent: expected the number of a later round, or -1");
    const bool there = field(line, end, x->column[KIND], &p, &stop);
    const bool leaf = there && is_word(p, stop, "leaf");
    if (!there || (!leaf && !is_word(p, stop, "round")))
        return bad(x, "kind: expected leaf or round");
    if (leaf && g->leaves < g->nodes)
        return bad(x, "a leaf behind a round: expected leaves first");
    g->leaves += leaf;
    if (g->nodes == x->room) {
        x->room = x->room ? 2 * x->room : 256;
        g->parent = xrealloc(g->parent, (size_t)x->room * sizeof *g->parent);
    }
    g->parent[g->nodes++] = parent;
    return 0;
}

/* -1 stands at the last node alone, and every round is somebody's parent. */
static int check_tree(const struct reading *x)
{
    const struct sparch_given *g = x->g;
    char *used = xcalloc((size_t)g->nodes + 1, 1);
    int rc = 0;
    for (int64_t n = 0; rc == 0 && n < g->nodes; n++) {
        const int64_t parent = g->parent[n];
        if ((parent < 0) != (n + 1 == g->nodes) || parent >= g->nodes ||
            (parent >= 0 && parent < g->leaves))
            rc = fail(x->e, TEN_E_DATA, "%s: node %" PRId64 ": parent %" PRId64
                      ": expected -1 for the last node, for others a later round",
                      source_name(x->s), n, parent);
        else if (n >= g->leaves && !used[n])
            rc = fail(x->e, TEN_E_DATA,
                      "%s: node %" PRId64 ": a round without inputs: expected some",
                      source_name(x->s), n);
        else if (parent >= 0)
            used[parent] = 1;
    }
    free(used);
    if (rc == 0 && g->nodes > 0 && g->leaves == g->nodes)
        rc = fail(x->e, TEN_E_DATA, "%s: no round: expected one at least", source_name(x->s));
    return rc;
}

int sparch_given_read(struct sparch_given *g, struct source *s, struct ten_err *e)
{
    struct reading x = {.g = g, .s = s, .e = e};
    const char *line;
    int64_t length;
    *g = (struct sparch_given){0};
    int rc = source_line(s, &line, &length, LINE, e);
    if (rc >= 0)
        rc = take_header(&x, rc > 0 ? line : "", rc > 0 ? line + length : "");
    while (rc == 0 && (rc = source_line(s, &line, &length, LINE, e)) > 0)
        rc = take_node(&x, line, line + length);
    return rc == 0 ? check_tree(&x) : rc;
}

void sparch_given_free(struct sparch_given *g)
{
    free(g->parent);
    *g = (struct sparch_given){0};
}

int sparch_given_check(const struct sparch_given *g, const char *name, const struct csr *a,
                       const struct csr *b, bool condense, int64_t ways, struct ten_err *e)
{
    const int64_t leaves = sparch_count_leaves(a, b, condense);
    int64_t *inputs = xcalloc((size_t)g->nodes + 1, sizeof *inputs);
    int rc = 0;
    if (leaves != g->leaves)
        rc = fail(e, TEN_E_DATA, "%s: %" PRId64 " leaves: expected %" PRId64
                  ", as this product has %s condensing", name, g->leaves, leaves,
                  condense ? "with" : "without");
    for (int64_t n = 0; rc == 0 && n + 1 < g->nodes; n++)
        if (++inputs[g->parent[n]] > ways)
            rc = fail(e, TEN_E_DATA, "%s: node %" PRId64 ": more than %" PRId64
                      " inputs: expected at most as many as the merge tree has", name,
                      g->parent[n], ways);
    free(inputs);
    return rc;
}
