/* Edge lists: refused with a message that names the file, or sorted arcs within the graph, finite
 * weights from 0 on, and as many names as nodes.  The first byte chooses the options. */
#include "formats/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct entries *s, const struct ragged *names, bool named)
{
    struct ten_err e;

    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *x = &s->e[k];

        if (x->row < 0 || x->row >= s->rows || x->col < 0 || x->col >= s->rows ||
            (k > 0 && x->row < x[-1].row) || (s->whole ? x->v.i < 0 : !(x->v.f >= 0 && x->v.f < INFINITY)))
            abort();
    }
    if (named && (names->n != s->rows || (names->n > 0 && ragged_check(names, "names", &e) < 0)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum dup dups[] = {DUP_KEEP, DUP_MIN};
    struct ten_err e = {0};
    struct ragged names;
    struct entries s;

    if (size == 0)
        return 0;
    const bool named = data[0] & 1;
    const struct edges_options o = {
        .names = named, .base = !named && (data[0] & 2), .nodes = named || data[0] & 4 ? -1 : 100,
        .header = data[0] & 8, .undirected = data[0] & 16, .dup = dups[data[0] >> 5 & 1], .max_nodes = 1 << 16,
    };
    if (edges_parse(&s, &names, "fuzz", (const char *)data + 1, (int64_t)size - 1, &o, &e) < 0) {
        if (e.code != TEN_E_DATA || strncmp(e.text, "fuzz: ", 6) != 0)
            abort();
        return 0;
    }
    check(&s, &names, named);
    entries_free(&s);
    ragged_free(&names);
    return 0;
}
