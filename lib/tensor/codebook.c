#include "tensor/codebook.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384 };                 /* elements whose sums are joined in order */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- Sorting: keys that order like the numbers, byte by byte ------------------------------------- */

static uint32_t key_of(float x)
{
    uint32_t bits;
    x += 0.0f;                          /* one zero */
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (bits >> 31 ? ~0u : 1u << 31);
}

static float number_of(uint32_t key)
{
    const uint32_t bits = key ^ (key >> 31 ? 1u << 31 : ~0u);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Four digits: what is sorted ends where it began.  Bytes, since runs of 256 stay within the reach of the
 * TLB. */
static void sort_keys(uint32_t *key, uint32_t *spare, int64_t n)
{
    int64_t at[4][256] = {0};
    for (int64_t i = 0; i < n; i++)
        for (int d = 0; d < 4; d++)
            at[d][key[i] >> 8 * d & 255]++;
    for (int d = 0; d < 4; d++) {
        int64_t sum = 0;
        for (int v = 0; v < 256; v++) {
            const int64_t here = at[d][v];
            at[d][v] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < n; i++)
            spare[at[d][key[i] >> 8 * d & 255]++] = key[i];
        uint32_t *other = key;
        key = spare;
        spare = other;
    }
}

/* ---- Lloyd's rounds ------------------------------------------------------------------------------ */

/* Values in rising order [n], and sum[i] of the first i [n+1]. */
struct sorted { float *x; double *sum; int64_t n; };

static struct sorted sort_values(const float *x, int64_t n, bool zeros)
{
    struct sorted s = {xmalloc(sizeof(float) * (n + 1)), xmalloc(sizeof(double) * (n + 1)), 0};
    uint32_t *key = xmalloc(sizeof *key * 2 * (n + 1));
    for (int64_t i = 0; i < n; i++)
        if (!(zeros && x[i] == 0))
            key[s.n++] = key_of(x[i]);
    sort_keys(key, key + n, s.n);
    s.sum[0] = 0;
    for (int64_t i = 0; i < s.n; i++) {
        s.x[i] = number_of(key[i]);
        s.sum[i + 1] = s.sum[i] + s.x[i];
    }
    free(key);
    return s;
}

/* How many values are not above edge. */
static int64_t not_above(const struct sorted *s, float edge)
{
    int64_t lo = 0, hi = s->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (s->x[mid] <= edge)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static float edge_of(const float *centroid, int j) { return 0.5f * centroid[j] + 0.5f * centroid[j + 1]; }

/* Whether a centroid moved. */
static bool lloyd(const struct sorted *s, float *centroid, int k)
{
    float moved[CODEBOOK_MOST];
    int64_t from = 0;
    for (int j = 0; j < k; j++) {
        const int64_t end = j + 1 < k ? not_above(s, edge_of(centroid, j)) : s->n;
        moved[j] = end > from ? (float)((s->sum[end] - s->sum[from]) / (double)(end - from)) : centroid[j];
        from = end > from ? end : from;
    }
    const bool changed = memcmp(moved, centroid, k * sizeof *moved) != 0;
    memcpy(centroid, moved, k * sizeof *moved);
    return changed;
}

/* ---- Starting points ----------------------------------------------------------------------------- */

/* All distinct values, when there are no more than k. */
static bool few_values(const struct sorted *s, float *centroid, int k)
{
    int found = 0;
    for (int64_t i = 0; i < s->n; i = not_above(s, s->x[i])) {
        if (found == k)
            return false;
        centroid[found++] = s->x[i];
    }
    for (int j = found; j < k; j++)
        centroid[j] = found ? centroid[found - 1] : 0;
    return true;
}

static void grid(const struct sorted *s, float *centroid, int k)
{
    const double lo = s->x[0], hi = s->x[s->n - 1];
    for (int j = 0; j < k; j++)
        centroid[j] = (float)(k > 1 ? lo + (hi - lo) * j / (k - 1) : (lo + hi) / 2);
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Each next one drawn by its squared distance to the nearest that is there. */
static void plus_plus(const struct sorted *s, float *centroid, int k, const struct rng *r)
{
    double *far = xmalloc(sizeof *far * s->n), total = 0;
    centroid[0] = s->x[rng_below(r, 0, s->n)];
    for (int64_t i = 0; i < s->n; i++)
        far[i] = HUGE_VAL;
    for (int j = 1; j < k; j++) {
        total = 0;
        for (int64_t i = 0; i < s->n; i++) {
            const double d = (double)s->x[i] - centroid[j - 1];
            far[i] = fmin(far[i], d * d);
            total += far[i];
        }
        double left = rng_uniform(r, j) * total;
        int64_t at = 0;
        while (at < s->n - 1 && (left -= far[at]) >= 0)
            at++;
        centroid[j] = s->x[at];
    }
    qsort(centroid, k, sizeof *centroid, rising);
    free(far);
}

int kmeans(const struct kmeans *o, float *centroid, const float *x, int64_t n)
{
    assert(o->k >= 1 && o->k <= CODEBOOK_MOST);
    struct sorted s = sort_values(x, n, o->zeros);
    int rounds = 0;
    if (!few_values(&s, centroid, o->k)) {
        if (o->plus)
            plus_plus(&s, centroid, o->k, &o->rng);
        else
            grid(&s, centroid, o->k);
        while (rounds < o->rounds && lloyd(&s, centroid, o->k))
            rounds++;
    }
    free(s.x);
    free(s.sum);
    return rounds;
}

/* ---- Codes --------------------------------------------------------------------------------------- */

void codebook_assign(int32_t *code, const float *x, int64_t n, const float *centroid, int k, bool zeros)
{
    float edge[CODEBOOK_MOST];
    for (int j = 0; j < CODEBOOK_MOST; j++)
        edge[j] = j + 1 < k ? edge_of(centroid, j) : HUGE_VALF;

    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t from = 0; from < n; from += BLOCK) {
        const int64_t end = least(n, from + BLOCK);
        ISA_PICK(codebook_kernels)->assign(code + from, x + from, end - from, edge);
        for (int64_t i = from; zeros && i < end; i++)
            code[i] = x[i] == 0 ? -1 : code[i];
    }
}

void codebook_values(float *y, const int32_t *code, int64_t n, const float *centroid, int k)
{
    float table[1 + CODEBOOK_MOST] = {0};
    memcpy(table + 1, centroid, k * sizeof *table);

    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t from = 0; from < n; from += BLOCK)
        ISA_PICK(codebook_kernels)->values(y + from, code + from, least(BLOCK, n - from), table + 1);
}

/* Sums [k+1] and numbers of one block; those of code -1 come first. */
static void block_sums(double *sum, int64_t *members, const float *x, const int32_t *code, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        sum[code[i] + 1] += x[i];
        members[code[i] + 1]++;
    }
}

void codebook_sums(double *sum, int64_t *members, const float *x, const int32_t *code, int64_t n, int k)
{
    const int64_t blocks = (n + BLOCK - 1) / BLOCK;
    double *part = xcalloc(blocks * (k + 1) + 1, sizeof *part);
    int64_t *number = xcalloc(blocks * (k + 1) + 1, sizeof *number);

    #pragma omp parallel for schedule(static) if (n > BLOCK)
    for (int64_t b = 0; b < blocks; b++)
        block_sums(part + b * (k + 1), number + b * (k + 1), x + b * BLOCK, code + b * BLOCK,
                   least(BLOCK, n - b * BLOCK));
    for (int j = 0; j < k; j++) {
        double total = 0;
        int64_t there = 0;
        for (int64_t b = 0; b < blocks; b++) {
            total += part[b * (k + 1) + j + 1];
            there += number[b * (k + 1) + j + 1];
        }
        sum[j] = total;
        if (members)
            members[j] = there;
    }
    free(part);
    free(number);
}

void codebook_recentre(float *centroid, const float *x, const int32_t *code, int64_t n, int k)
{
    double sum[CODEBOOK_MOST];
    int64_t members[CODEBOOK_MOST];
    codebook_sums(sum, members, x, code, n, k);
    for (int j = 0; j < k; j++)
        if (members[j])
            centroid[j] = (float)(sum[j] / (double)members[j]);
}
