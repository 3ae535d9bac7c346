#include "accel/sparch_stream.h"

#include "base/mem.h"

#include <stdlib.h>

/* Counting by rounds keeps rows in order, and leaves in theirs, which is that of the inputs. */
void sparch_stream(struct sparch_stream *s, const struct sparch_plan *p, const struct csr *a)
{
    s->start = xcalloc((size_t)p->rounds + 2, sizeof *s->start);
    s->entry = xmalloc(((size_t)a->n + 1) * sizeof *s->entry);
    s->row = xmalloc(((size_t)a->n + 1) * sizeof *s->row);
    int64_t *at = s->start + 1;
    for (int64_t e = 0; e < a->n; e++)
        if (p->leaf[e] != SPARCH_NO_LEAF)
            at[p->parent[p->leaf[e]] - p->leaves + 1]++;
    for (int64_t r = 0; r < p->rounds; r++)
        at[r + 1] += at[r];
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t e = a->ptr[i]; e < a->ptr[i + 1]; e++) {
            if (p->leaf[e] == SPARCH_NO_LEAF)
                continue;
            const int64_t to = at[p->parent[p->leaf[e]] - p->leaves]++;
            s->entry[to] = e;
            s->row[to] = (uint32_t)i;
        }
    s->n = s->start[p->rounds];
}

void sparch_stream_free(struct sparch_stream *s)
{
    free(s->start);
    free(s->entry);
    free(s->row);
    *s = (struct sparch_stream){0};
}
