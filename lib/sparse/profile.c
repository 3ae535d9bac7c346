#include "sparse/profile.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

/* ---- One matrix ------------------------------------------------------------------------------ */

static bool mirrored(const struct csr *m)
{
    struct csr t, bare = *m;
    bare.val = NULL;
    if (m->rows != m->cols)
        return false;
    csr_transpose(&t, &bare, NULL);
    const bool same = csr_same_structure(m, &t);
    csr_free(&t);
    return same;
}

void profile(struct profile *p, const struct csr *m)
{
    int64_t empty = 0, shortest = m->rows ? INT64_MAX : 0, longest = 0, bandwidth = 0, diagonal = 0;
    #pragma omp parallel for reduction(+:empty, diagonal) reduction(min:shortest) \
        reduction(max:longest, bandwidth)
    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t n = m->ptr[i + 1] - m->ptr[i];
        empty += n == 0;
        shortest = n < shortest ? n : shortest;
        longest = n > longest ? n : longest;
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++) {
            const int64_t off = m->col[k] > i ? m->col[k] - i : i - m->col[k];
            diagonal += off == 0;
            bandwidth = off > bandwidth ? off : bandwidth;
        }
    }
    *p = (struct profile){empty, shortest, longest, bandwidth, diagonal, mirrored(m)};
}

/* ---- A product ------------------------------------------------------------------------------- */

static int64_t row_products(const struct csr *a, const struct csr *b, int64_t i)
{
    int64_t sum = 0;
    for (int64_t k = a->ptr[i]; k < a->ptr[i + 1]; k++)
        sum += b->ptr[a->col[k] + 1] - b->ptr[a->col[k]];
    return sum;
}

/* Different columns of row i of the product; seen [b->cols] holds the last row of each, plus 1. */
static int64_t row_entries(const struct csr *a, const struct csr *b, int64_t i, uint32_t *seen)
{
    int64_t n = 0;
    for (int64_t k = a->ptr[i]; k < a->ptr[i + 1]; k++)
        for (int64_t q = b->ptr[a->col[k]]; q < b->ptr[a->col[k] + 1]; q++) {
            n += seen[b->col[q]] != (uint32_t)(i + 1);
            seen[b->col[q]] = (uint32_t)(i + 1);
        }
    return n;
}

static double all_entries(const struct csr *a, const struct csr *b)
{
    int64_t entries = 0;
    #pragma omp parallel reduction(+:entries)
    {
        uint32_t *seen = xcalloc((size_t)b->cols, sizeof *seen);
        #pragma omp for schedule(dynamic, 256)
        for (int64_t i = 0; i < a->rows; i++)
            entries += row_entries(a, b, i, seen);
        free(seen);
    }
    return (double)entries;
}

/*
 * The row with multiplication number u of all, for a u in each of `strata` equal ranges: rows are
 * drawn with a probability that is their products'.  A row's entries over its products are then
 * an estimate of the entries over the products of all.
 */
static double sampled_entries(const struct csr *a, const struct csr *b, const int64_t *sum,
                              int64_t strata, uint64_t seed)
{
    const struct rng r = {seed, rng_stream("spstat.sample")};
    const int64_t all = sum[a->rows];
    uint32_t *seen = xcalloc((size_t)b->cols, sizeof *seen);
    double ratio = 0;
    int64_t last = -1;
    double last_ratio = 0;
    for (int64_t s = 0; s < strata; s++) {
        const double place = ((double)s + rng_uniform(&r, (uint64_t)s)) / (double)strata;
        const int64_t u = (int64_t)(place * (double)all);
        int64_t lo = 0, hi = a->rows;           /* the last row with sum[row] <= u */
        while (hi - lo > 1) {
            const int64_t mid = lo + (hi - lo) / 2;
            if (sum[mid] <= u)
                lo = mid;
            else
                hi = mid;
        }
        if (lo != last)
            last_ratio = (double)row_entries(a, b, lo, seen) / (double)(sum[lo + 1] - sum[lo]);
        last = lo;
        ratio += last_ratio;
    }
    free(seen);
    return ratio / (double)strata * (double)all;
}

void profile_product(struct profile_product *p, const struct csr *a, const struct csr *b,
                     int64_t sample, uint64_t seed)
{
    int64_t *sum = xmalloc(((size_t)a->rows + 1) * sizeof *sum), bound = 0;
    sum[0] = 0;
    #pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t i = 0; i < a->rows; i++)
        sum[i + 1] = row_products(a, b, i);
    for (int64_t i = 0; i < a->rows; i++) {
        bound += sum[i + 1] < b->cols ? sum[i + 1] : b->cols;
        sum[i + 1] += sum[i];
    }
    const int64_t all = sum[a->rows];
    const bool exact = sample == 0 || all <= sample;
    const int64_t strata = exact ? 0 : sample / (all / a->rows + 1) + 16;
    *p = (struct profile_product){.products = all, .bound = bound};
    p->entries = exact ? all_entries(a, b) : sampled_entries(a, b, sum, strata, seed);
    free(sum);
}

int64_t profile_first_merge(int64_t columns, int64_t ways)
{
    return columns < 2 ? columns : (columns - 2) % (ways - 1) + 2;
}
