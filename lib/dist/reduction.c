#include "dist/reduction.h"

#include "base/mem.h"
#include "dist/internal.h"
#include "tensor/cast.h"

#include <stdlib.h>
#include <string.h>

struct reduction {
    struct dist *dist;
    struct reduction_options opt;
    struct exchanges plan;
    int64_t n;
    int number;
    float *v;
    float *room;                        /* [n]: what is received, or (native) sent; of bf16, both */
    int at;                             /* plan.step[at] is under way; plan.n: over */
    void *request[2];                   /* receiving, sending */
    bool left[2];                       /* of these, not over */
};

/* ---- Who is where ---------------------------------------------------------------------------- */

/* The number of the lowest rank that shares this one's memory. */
static int node_of(struct dist *d)
{
    const struct openmpi *m = &d->mpi;
    void *comm;
    int first = d->rank;
    m->Comm_split_type(d->comm, MPI_SHARES_MEMORY, d->rank, m->mpi_info_null, &comm);
    m->Bcast(&first, sizeof first, m->mpi_byte, 0, comm);
    m->Comm_free(&comm);
    return first;
}

/* Asked of all ranks once. */
static void find_nodes(struct dist *d)
{
    double *all = xcalloc((size_t)d->size, sizeof *all);
    d->node = xmalloc((size_t)d->size * sizeof *d->node);
    all[d->rank] = node_of(d);
    dist_sum(d, all, d->size);
    for (int r = 0; r < d->size; r++)
        d->node[r] = (int)all[r];
    free(all);
}

static int *nodes(struct dist *d, int per_node)
{
    int *node = xmalloc((size_t)d->size * sizeof *node);
    if (per_node == 0 && !d->node)
        find_nodes(d);
    for (int r = 0; r < d->size; r++)
        node[r] = per_node > 0 ? r / per_node : d->node[r];
    return node;
}

struct reduction *reduction_new(struct dist *d, const struct reduction_options *o, int64_t n,
                                int number)
{
    struct reduction *r = xcalloc(1, sizeof *r);
    *r = (struct reduction){.dist = d, .opt = *o, .n = n, .number = number};
    r->room = xaligned((size_t)(n + 1) * sizeof *r->room);
    if (o->algorithm == DIST_NATIVE)
        return r;
    int *node = o->algorithm == DIST_HIER ? nodes(d, o->per_node) : NULL;
    exchanges_make(&r->plan, o->algorithm, node, d->size, d->rank, n);
    free(node);
    return r;
}

void reduction_free(struct reduction *r)
{
    if (!r)
        return;
    exchanges_free(&r->plan);
    free(r->room);
    free(r);
}

/* ---- Exchanges ------------------------------------------------------------------------------- */

static int64_t length(struct span s) { return s.hi - s.lo; }

static uint16_t *received_bf16(const struct reduction *r) { return (uint16_t *)r->room + r->n; }

/* What is sent is what stays, so that a number and its copy have the same bits. */
static const void *packed(struct reduction *r, struct span s)
{
    if (!r->opt.bf16)
        return r->v + s.lo;
    cast(r->room, TEN_BF16, r->v + s.lo, TEN_F32, length(s));
    cast(r->v + s.lo, TEN_F32, r->room, TEN_BF16, length(s));
    return r->room;
}

static void post(struct reduction *r)
{
    const struct openmpi *m = &r->dist->mpi;
    const struct exchange *x = &r->plan.step[r->at];
    void *comm = r->dist->background;
    void *to = r->opt.bf16 ? (void *)received_bf16(r) : x->add ? r->room : r->v + x->receive.lo;
    const int64_t size = r->opt.bf16 ? sizeof(uint16_t) : sizeof(float);
    r->left[0] = x->from >= 0;
    r->left[1] = x->to >= 0;
    if (r->left[0])
        m->Irecv(to, (int)(length(x->receive) * size), m->mpi_byte, x->from, r->number, comm,
                 &r->request[0]);
    if (r->left[1])
        m->Isend(packed(r, x->send), (int)(length(x->send) * size), m->mpi_byte, x->to, r->number, comm,
                 &r->request[1]);
}

static void add(float *restrict to, const float *restrict from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i] += from[i];
}

static void add_bf16(float *restrict to, const uint16_t *restrict from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const uint32_t bits = (uint32_t)from[i] << 16;
        float f;
        memcpy(&f, &bits, sizeof f);
        to[i] += f;
    }
}

static void work_in(struct reduction *r)
{
    const struct exchange *x = &r->plan.step[r->at];
    const int64_t n = length(x->receive);
    float *to = r->v + x->receive.lo;
    if (x->from < 0)
        return;
    if (x->add && r->opt.bf16)
        add_bf16(to, received_bf16(r), n);
    else if (x->add)
        add(to, r->room, n);
    else if (r->opt.bf16)
        cast(to, TEN_F32, received_bf16(r), TEN_BF16, n);
}

/* ---- Going on -------------------------------------------------------------------------------- */

/* From a copy: sums in place go another way in Open MPI 4.1, which took 630 to 780 ms for 40 MB of
 * two processes where this one takes 75 to 80, the copy included. */
static void start_native(struct reduction *r)
{
    const struct openmpi *m = &r->dist->mpi;
    memcpy(r->room, r->v, (size_t)r->n * sizeof *r->v);
    m->Iallreduce(r->room, r->v, (int)r->n, m->mpi_float, m->mpi_op_sum, r->dist->background,
                  &r->request[0]);
    r->left[0] = true;
    r->left[1] = false;
}

void reduction_start(struct reduction *r, float *v)
{
    r->v = v;
    r->at = 0;
    if (r->opt.algorithm == DIST_NATIVE)
        start_native(r);
    else if (r->plan.n > 0)
        post(r);
}

/* MPI moves data when it is called, and only then. */
static bool arrived(struct reduction *r)
{
    for (int i = 0; i < 2; i++) {
        int done = 1;
        if (r->left[i])
            r->dist->mpi.Test(&r->request[i], &done, NULL);
        r->left[i] = !done;
    }
    return !r->left[0] && !r->left[1];
}

bool reduction_push(struct reduction *r)
{
    if (r->opt.algorithm == DIST_NATIVE)
        return arrived(r);
    while (r->at < r->plan.n && arrived(r)) {
        work_in(r);
        if (++r->at < r->plan.n)
            post(r);
        else if (r->opt.bf16)               /* sums that need not travel on, as those that did */
            packed(r, (struct span){0, r->n});
    }
    return r->at == r->plan.n;
}
