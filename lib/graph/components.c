#include "graph/components.h"

#include "base/mem.h"
#include "graph/scc.h"

#include <stdlib.h>
#include <string.h>

/* scc_find() numbers components by the order of the arcs between them. */
static void renumber(uint32_t *part, int64_t n, int64_t parts)
{
    uint32_t *name = xmalloc((size_t)parts * sizeof *name), next = 0;

    memset(name, 0xff, (size_t)parts * sizeof *name);
    for (int64_t v = 0; v < n; v++) {
        if (name[part[v]] == UINT32_MAX)
            name[part[v]] = next++;
        part[v] = name[part[v]];
    }
    free(name);
}

int64_t components(uint32_t *part, const struct csr *g)
{
    const struct digraph view = {.n = g->rows, .m = g->n, .out = *g};
    const int64_t parts = scc_find(part, &view, NULL);

    renumber(part, g->rows, parts);
    return parts;
}

int64_t components_largest(uint8_t *keep, const uint32_t *part, int64_t n, int64_t parts)
{
    int64_t *size = xcalloc((size_t)parts, sizeof *size), best = 0;

    for (int64_t v = 0; v < n; v++)
        size[part[v]]++;
    for (int64_t p = 1; p < parts; p++)
        if (size[p] > size[best])
            best = p;
    for (int64_t v = 0; v < n; v++)
        keep[v] = part[v] == best;
    const int64_t largest = parts > 0 ? size[best] : 0;
    free(size);
    return largest;
}
