#include "graph/path.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

void path_of(struct path *p, const struct sssp *s, uint32_t v, bool backward)
{
    *p = (struct path){0};
    if (s->label[v].dist == INFINITY)
        return;
    p->n = 1;
    for (uint32_t u = v; s->label[u].arc >= 0; u = s->label[u].from)
        p->n++;
    p->vertex = xmalloc((size_t)p->n * sizeof *p->vertex);
    p->arc = xmalloc((size_t)p->n * sizeof *p->arc);
    for (int64_t i = 0; i < p->n; i++, v = s->label[v].from) {
        p->vertex[backward ? i : p->n - 1 - i] = v;
        if (i < p->n - 1)
            p->arc[backward ? i : p->n - 2 - i] = s->label[v].arc;
    }
}

void path_free(struct path *p)
{
    free(p->vertex);
    free(p->arc);
    *p = (struct path){0};
}
