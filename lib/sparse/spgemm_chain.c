#include "sparse/spgemm_chain.h"

#include "sparse/spgemm_operands.h"
#include "sparse/spgemm_plan.h"
#include "sparse/spgemm_ranks.h"

#include <string.h>

int64_t spgemm_products(const struct csr *a, const struct csr *b)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < a->rows; i++)
        sum += spgemm_work(a, b, i);
    return sum;
}

static int cheapest(const struct csr *m, int n)
{
    int best = 0;
    int64_t least = INT64_MAX;
    for (int i = 0; i + 1 < n; i++) {
        const int64_t products = spgemm_products(&m[i], &m[i + 1]);
        if (products < least) {
            least = products;
            best = i;
        }
    }
    return best;
}

void spgemm_reduce_chain(struct dist *d, struct csr *m, int *n, const struct spgemm *how)
{
    const struct spgemm inner = {.semiring = how->semiring, .method = how->method};
    while (*n > 2) {
        const int i = semiring_is_associative(how->semiring) ? cheapest(m, *n) : 0;
        struct csr c;
        spgemm_ranks(d, &c, &m[i], &m[i + 1], &inner, NULL);
        csr_free(&m[i]);
        csr_free(&m[i + 1]);
        m[i] = c;
        memmove(&m[i + 1], &m[i + 2], (size_t)(*n - i - 2) * sizeof *m);
        --*n;
    }
}
