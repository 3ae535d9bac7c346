#include "accel/sparch_traffic.h"

#include <math.h>

int64_t sparch_c_bytes(const struct sparch_job *j)
{
    return (int64_t)(j->csr_out ? j->par->csr_bytes : j->par->coo_bytes);
}

static int64_t size_of_c(const struct sparch_plan *p)
{
    return p->rounds > 0 ? p->size[p->leaves + p->rounds - 1] : 0;
}

int64_t sparch_c_pointers(const struct sparch_job *j)
{
    return j->csr_out ? (j->a->rows + 1) * (size_of_c(j->plan) > INT32_MAX ? 8 : 4) : 0;
}

bool sparch_reads_pointers(const struct sparch_job *j, int64_t k)
{
    const int64_t row = j->a->col[j->stream->entry[k]];
    return j->fetches->elems[k] > 0 || j->b->ptr[row] == j->b->ptr[row + 1];
}

int64_t sparch_pointers_of_a(const struct sparch_job *j, int64_t r)
{
    if (j->plan->condensed)
        return j->a->rows + 1;
    return 2 * j->plan->round[r].leaves;
}

void sparch_count(struct sparch_report *r, const struct sparch_job *j)
{
    const struct sparch_plan *p = j->plan;
    *r = (struct sparch_report){
        .leaves = p->leaves,
        .rounds = p->rounds,
        .products = p->products,
        .size_c = size_of_c(p),
        .requests = j->fetches->requests,
        .hits = j->fetches->hits,
        .lines = j->fetches->lines,
        .line_hits = j->fetches->line_hits,
        .fetched = j->fetches->fetched,
        .partial = sparch_partial_elements(p),
    };
    r->additions = r->products - r->size_c;
}

void sparch_finish(struct sparch_report *r, const struct sparch_job *j)
{
    const struct sparch_params *par = j->par;
    r->compulsory = (int64_t)par->csr_bytes * (j->a->n + j->b->n) + sparch_c_bytes(j) * r->size_c +
                    sparch_c_pointers(j);
    /* Rows into and out of the buffer, products and loaded elements into the tree, and what leaves
     * it. */
    r->sram = (double)r->fetched + 3.0 * (double)r->products + 3.0 * (double)r->partial +
              (double)r->size_c;
}

/* What round r reads of A and B. */
static void read_inputs(struct sparch_bytes *b, const struct sparch_job *j, int64_t r)
{
    const struct sparch_params *par = j->par;
    const int64_t first = j->stream->start[r], end = j->stream->start[r + 1];
    int64_t elems = 0, pointers = 0;
    for (int64_t k = first; k < end; k++)
        elems += j->fetches->elems[k];
    if (par->pointer_bytes > 0) {
        pointers = sparch_pointers_of_a(j, r);
        for (int64_t k = first; k < end; k++)
            pointers += 2 * sparch_reads_pointers(j, k);
    }
    b->a = (int64_t)par->csr_bytes * (end - first);
    b->b = (int64_t)par->csr_bytes * elems;
    b->pointers = (int64_t)par->pointer_bytes * pointers;
}

static void add(struct sparch_bytes *sum, const struct sparch_bytes *b)
{
    sum->a += b->a;
    sum->b += b->b;
    sum->pointers += b->pointers;
    sum->partial_read += b->partial_read;
    sum->partial_write += b->partial_write;
    sum->c += b->c;
}

static double round_cycles(const struct sparch_job *j, const struct sparch_bytes *b,
                           int64_t products, int64_t size)
{
    const struct sparch_params *par = j->par;
    const double memory = ceil((double)sparch_total(b) / sparch_bandwidth(par));
    const double multiply = ceil((double)products / (par->groups * par->group_width));
    const double merge = ceil((double)size / par->width);
    return fmax(memory, fmax(multiply, merge)) + par->levels * par->pipeline;
}

void sparch_traffic(struct sparch_report *r, const struct sparch_job *j)
{
    const struct sparch_plan *p = j->plan;
    sparch_count(r, j);
    sparch_finish(r, j);
    for (int64_t q = 0; q < p->rounds; q++) {
        struct sparch_bytes b = {0};
        read_inputs(&b, j, q);
        b.partial_read = (int64_t)j->par->coo_bytes * p->round[q].loaded;
        if (q + 1 < p->rounds)
            b.partial_write = (int64_t)j->par->coo_bytes * p->size[p->leaves + q];
        else
            b.c = sparch_c_bytes(j) * p->size[p->leaves + q] + sparch_c_pointers(j);
        r->cycles += round_cycles(j, &b, p->round[q].products, p->size[p->leaves + q]);
        add(&r->bytes, &b);
    }
}

void outerspace(struct sparch_report *r, const struct csr *a, const struct csr *b, int64_t products,
                int64_t size_c, const struct sparch_params *par)
{
    const int64_t csr = (int64_t)par->csr_bytes, coo = (int64_t)par->coo_bytes;
    *r = (struct sparch_report){.products = products,
                                .additions = products - size_c,
                                .size_c = size_c,
                                .fetched = b->n,
                                .partial = products};
    r->bytes = (struct sparch_bytes){csr * a->n,     csr * b->n,     0,
                                     coo * products, coo * products, csr * size_c};
    r->compulsory = csr * (a->n + b->n + size_c);
    r->cycles = (double)sparch_total(&r->bytes) / (par->os_use * sparch_bandwidth(par));
}
