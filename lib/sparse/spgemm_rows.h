/*
 * The methods of simd_spgemm.h for one semiring and type.  Included once for each, with
 *
 *     T, BITS         the type, and the unsigned integer of its size
 *     SR(name)        name with the semiring's and the type's in it
 *     ADD, MULTIPLY   of two values
 *     IDENTITY        of ADD
 *     USES_A, USES_B  whether it looks at the values of A, of B; where not, they need not be there
 *     TELLS           1: no sum is ever IDENTITY, and the accumulator itself tells what is touched
 *
 * Sums of floats start from -0, which x + y gives only for x = y = -0: with products of -0 made +0,
 * as adding them to a sum that starts from +0 would, no sum is -0, and the bits are those of
 * starting from +0.
 */
enum { SR(BLOCK) = 64 / sizeof(T) };        /* columns: a cache line of accumulators */

#if TELLS
#define PRODUCT(x, y) (MULTIPLY(x, y) + (T)0)
#else
#define PRODUCT(x, y) ADD(IDENTITY, MULTIPLY(x, y))
#endif
#define IDENTITY_BITS (((union { T value; BITS bits; }){.value = IDENTITY}).bits)

/* out[t] = x * b[t].  Blocks read up to 7 values behind the list where B has them; out has room. */
static inline void SR(scale)(T *restrict out, const T *restrict b, int64_t len, int64_t left, T x)
{
    (void)b, (void)x;
    if (left >= ((len + 7) & ~(int64_t)7))
        for (int64_t t = 0; t < len; t += 8)
            for (int u = 0; u < 8; u++)
                out[t + u] = PRODUCT(x, b[t + u]);
    else
        for (int64_t t = 0; t < len; t++)
            out[t] = PRODUCT(x, b[t]);
}

static void SR(clear)(void *acc, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        ((T *)acc)[j] = IDENTITY;
}

static inline T SR(value_of)(const struct csr *a, int64_t q)
{
    (void)a, (void)q;
    return USES_A ? ((const T *)a->val)[q] : (T)1;
}

static int64_t SR(copy)(const struct spgemm_rows *r, const struct spgemm_list *l, uint32_t *col,
                        T *val)
{
    memcpy(col, r->b->col + l->at, l->len * sizeof *col);
    SR(scale)(val, (const T *)r->b->val + l->at, l->len, r->b->n - l->at,
              SR(value_of)(r->a, l->from));
    return l->len;
}

/* ---- Sorting: the keys are columns from lo, and the place of their product below them ------- */

static void SR(expand)(const struct spgemm_rows *r, struct spgemm_scratch *s, const struct lists *x,
                       int bits)
{
    const struct csr *b = r->b;
    const uint32_t lo = x->lo;
    uint32_t *restrict key = s->key;
    T *restrict product = s->product;
    for (const struct spgemm_list *l = s->list, *end = l + x->n; l < end; l++) {
        const uint32_t *restrict col = b->col + l->at, first = (uint32_t)(key - s->key);
        const int64_t len = l->len;
        for (int64_t t = 0; t < len; t += 8)
            for (int u = 0; u < 8; u++)
                key[t + u] = (col[t + u] - lo) << bits | (first + (uint32_t)t + (uint32_t)u);
        SR(scale)(product, (const T *)b->val + l->at, len, b->n - l->at, SR(value_of)(r->a, l->from));
        key += len;
        product += len;
    }
}

/* Without vectors, or for the entries of one column in a vector: add what comes next. */
static inline int64_t SR(put)(uint32_t *col, T *val, int64_t n, uint32_t c, T v)
{
    if (n > 0 && col[n - 1] == c) {
        val[n - 1] = ADD(val[n - 1], v);
        return n;
    }
    col[n] = c;
    val[n] = v;
    return n + 1;
}

#if defined __AVX512F__ && defined __AVX512BW__

/* val[0..) = product[place] of the lanes in `take`, closed up. */
static inline void SR(pick)(T *val, const T *product, __m512i place, __mmask16 take)
{
#if WIDE
    const __m512i lo = _mm512_i32gather_epi64(_mm512_castsi512_si256(place), product, 8);
    const __m512i hi = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(place, 1), product, 8);
    _mm512_storeu_si512(val, _mm512_maskz_compress_epi64((__mmask8)take, lo));
    _mm512_storeu_si512(val + __builtin_popcount(take & 0xff),
                        _mm512_maskz_compress_epi64((__mmask8)(take >> 8), hi));
#else
    _mm512_storeu_si512(
        val, _mm512_maskz_compress_epi32(take, _mm512_i32gather_epi32(place, product, 4)));
#endif
}

static int64_t SR(close_up)(struct spgemm_scratch *s, int64_t products, uint32_t lo, int bits,
                            uint32_t *col, T *val)
{
    const __m512i low = _mm512_set1_epi32((1 << bits) - 1), from = _mm512_set1_epi32((int)lo);
    const T *product = s->product;
    __m512i before = _mm512_set1_epi32(-1);
    int64_t n = 0;
    for (int64_t t = 0; t < products; t += 16) {
        const __m512i key = _mm512_loadu_si512(s->key + t),
                      c = _mm512_srli_epi32(key, (unsigned)bits);
        const __mmask16 valid = products - t < 16 ? (__mmask16)((1 << (products - t)) - 1) : 0xffff;
        const __mmask16 again =
            valid & _mm512_cmpeq_epi32_mask(c, _mm512_alignr_epi32(c, before, 15));
        const __mmask16 new = valid & ~again;
        _mm512_storeu_si512(col + n, _mm512_maskz_compress_epi32(new, _mm512_add_epi32(c, from)));
        SR(pick)(val + n, product, _mm512_and_si512(key, low), new);
        for (uint32_t m = again; m; m &= m - 1) {
            const int lane = __builtin_ctz(m);
            T *sum = val + n + __builtin_popcount(new & ((1u << lane) - 1)) - 1;
            *sum = ADD(*sum, product[s->key[t + lane] & ((1u << bits) - 1)]);
        }
        n += __builtin_popcount(new);
        before = c;
    }
    return n;
}

#else

static int64_t SR(close_up)(struct spgemm_scratch *s, int64_t products, uint32_t lo, int bits,
                            uint32_t *col, T *val)
{
    const T *product = s->product;
    int64_t n = 0;
    for (int64_t t = 0; t < products; t++)
        n = SR(put)(col, val, n, (s->key[t] >> bits) + lo, product[s->key[t] & ((1u << bits) - 1)]);
    return n;
}

#endif

static int64_t SR(sorted)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                          const struct lists *x, int bits, uint32_t *col, T *val)
{
    SR(expand)(r, s, x, bits);
    sort_keys(s->key, (int)x->products);
    return SR(close_up)(s, x->products, x->lo, bits, col, val);
}

/* ---- A window of dense accumulators --------------------------------------------------------- */

static inline __attribute__((always_inline)) void SR(add_loop)(
    T *restrict acc, uint8_t *restrict touched, uint8_t *restrict block, uint8_t *restrict group,
    const uint32_t *restrict col, const T *restrict b, int64_t len, T x, uint32_t base, bool groups)
{
    (void)touched, (void)b, (void)x;
    #pragma GCC unroll 4
    for (int64_t q = 0; q < len; q++) {
        const uint32_t j = col[q] - base;
        acc[j] = ADD(acc[j], PRODUCT(x, b[q]));
        if (!TELLS)
            touched[j] = 1;
        block[j / SR(BLOCK)] = 1;
        if (groups)
            group[j / (64 * SR(BLOCK))] = 1;
    }
}

static inline void SR(add)(struct spgemm_scratch *s, const uint32_t *col, const T *b, int64_t len,
                           T x, uint32_t base, bool groups)
{
    if (groups)
        SR(add_loop)(s->acc, s->touched, s->block, s->group, col, b, len, x, base, true);
    else
        SR(add_loop)(s->acc, s->touched, s->block, s->group, col, b, len, x, base, false);
}

#if defined __AVX512F__ && defined __AVX512BW__

/* Read a block out and clear it.  j: its first column in the window, of which base is column 0. */
static inline int64_t SR(emit)(struct spgemm_scratch *s, const struct spgemm_rows *r, int64_t j,
                               uint32_t base, uint32_t *col, T *val)
{
    T *acc = (T *)s->acc + j;
    const __m512i v = _mm512_load_si512(acc);
    const __m512i at = _mm512_add_epi32(_mm512_set1_epi32((int)(base + (uint32_t)j)),
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
#if WIDE
    __mmask8 m = _mm512_cmpneq_epi64_mask(v, _mm512_set1_epi64((int64_t)IDENTITY_BITS));
    if (!TELLS) {
        m = _mm_test_epi8_mask(_mm_loadl_epi64((const __m128i *)(s->touched + j)),
                               _mm_set1_epi8(-1)) &
            0xff;
        memset(s->touched + j, 0, 8);
    }
    if (s->allowed) {
        const __m128i a = _mm_loadl_epi64((const __m128i *)(s->allowed + base + j));
        m &= (uint8_t)(_mm_test_epi8_mask(a, a) ^ (r->complement ? 0xff : 0));
    }
    _mm512_storeu_si512(val, _mm512_maskz_compress_epi64(m, v));
    _mm256_storeu_si256((__m256i *)col, _mm256_maskz_compress_epi32(m, _mm512_castsi512_si256(at)));
    _mm512_store_si512(acc, _mm512_set1_epi64((int64_t)IDENTITY_BITS));
#else
    __mmask16 m = _mm512_cmpneq_epi32_mask(v, _mm512_set1_epi32((int)IDENTITY_BITS));
    if (!TELLS) {
        m = _mm_test_epi8_mask(_mm_loadu_si128((const __m128i *)(s->touched + j)),
                               _mm_set1_epi8(-1));
        memset(s->touched + j, 0, 16);
    }
    if (s->allowed) {
        const __m128i a = _mm_loadu_si128((const __m128i *)(s->allowed + base + j));
        m &= (uint16_t)(_mm_test_epi8_mask(a, a) ^ (r->complement ? 0xffff : 0));
    }
    _mm512_storeu_si512(val, _mm512_maskz_compress_epi32(m, v));
    _mm512_storeu_si512(col, _mm512_maskz_compress_epi32(m, at));
    _mm512_store_si512(acc, _mm512_set1_epi32((int)IDENTITY_BITS));
#endif
    return __builtin_popcount(m);
}

#else

static inline int64_t SR(emit)(struct spgemm_scratch *s, const struct spgemm_rows *r, int64_t j,
                               uint32_t base, uint32_t *col, T *val)
{
    T *acc = (T *)s->acc + j;
    int64_t n = 0;
    for (int t = 0; t < SR(BLOCK); t++) {
        BITS bits;
        memcpy(&bits, &acc[t], sizeof bits);
        int here = TELLS ? bits != IDENTITY_BITS : s->touched[j + t];
        if (s->allowed)
            here &= s->allowed[base + (uint64_t)j + t] ^ r->complement;
        col[n] = base + (uint32_t)j + t;
        val[n] = acc[t];
        acc[t] = IDENTITY;
        n += here;
    }
    if (!TELLS)
        memset(s->touched + j, 0, SR(BLOCK));
    return n;
}

#endif

/* Note the blocks of a group that are in use behind n others; g: the first of the group. */
static inline int64_t SR(list_group)(struct spgemm_scratch *s, int64_t g, int64_t n)
{
    const uint64_t m = bits_of_bytes(s->block + g);
    if (m == 0)
        return n;
    memset(s->block + g, 0, 64);
    return n + list_bits(s->used + n, m, (int)g);
}

/* Those up to block `blocks`. */
static int64_t SR(list_blocks)(struct spgemm_scratch *s, int64_t blocks, bool groups)
{
    int64_t n = 0;
    if (!groups) {
        for (int64_t g = 0; g < blocks; g += 64)
            n = SR(list_group)(s, g, n);
        return n;
    }
    for (int64_t h = 0; h < blocks; h += 64 * 64) {
        uint64_t m = bits_of_bytes(s->group + h / 64);
        memset(s->group + h / 64, 0, 64);
        for (; m; m &= m - 1)
            n = SR(list_group)(s, h + 64 * __builtin_ctzll(m), n);
    }
    return n;
}

/* Read out columns base..hi and leave the window clear. */
static int64_t SR(scan)(struct spgemm_scratch *s, const struct spgemm_rows *r, uint32_t base,
                        uint32_t hi, bool groups, uint32_t *col, T *val)
{
    const int64_t blocks = SR(list_blocks)(s, (hi - base) / SR(BLOCK) + 1, groups);
    int64_t n = 0;
    for (int64_t k = 0; k < blocks; k++)
        n += SR(emit)(s, r, (int64_t)s->used[k] * SR(BLOCK), base, col + n, val + n);
    s->seen_blocks += blocks;
    return n;
}

/* Marking groups costs every product a store; looking at all groups costs two cycles for each. */
static inline bool SR(use_groups)(uint32_t base, uint32_t hi, int64_t products)
{
    return (hi - base) / (64 * SR(BLOCK)) > 6 + products / 8;
}

static int64_t SR(dense)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                         const struct lists *x, uint32_t *col, T *val)
{
    const uint32_t base = x->lo & ~(uint32_t)(SR(BLOCK) - 1);
    const bool groups = SR(use_groups)(base, x->hi, x->products);
    for (const struct spgemm_list *l = s->list; l < s->list + x->n; l++)
        SR(add)(s, r->b->col + l->at, (const T *)r->b->val + l->at, l->len,
                SR(value_of)(r->a, l->from), base, groups);
    note_window(s, x->products);
    return SR(scan)(s, r, base, x->hi, groups, col, val);
}

/* ---- Window after window -------------------------------------------------------------------- */

/* Add the entries of all lists before column `past`; the first column of what is left. */
static uint32_t SR(add_range)(const struct spgemm_rows *r, struct spgemm_scratch *s, int64_t lists,
                              uint32_t base, uint64_t past, uint32_t *hi)
{
    uint32_t next = UINT32_MAX;
    for (struct spgemm_list *l = s->list; l < s->list + lists; l++) {
        const uint32_t *col = r->b->col + l->at;
        const uint32_t n = count_before(col, l->len, past);
        if (n > 0) {
            SR(add)(s, col, (const T *)r->b->val + l->at, n, SR(value_of)(r->a, l->from), base,
                    true);
            *hi = col[n - 1] > *hi ? col[n - 1] : *hi;
            l->at += n;
            l->len -= n;
        }
        if (l->len > 0 && col[n] < next)
            next = col[n];
    }
    return next;
}

static int64_t SR(ranges)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                          const struct lists *x, uint32_t *col, T *val)
{
    int64_t n = 0;
    uint32_t lo = x->lo, next = lo;
    do {
        const uint32_t base = lo & ~(uint32_t)(SR(BLOCK) - 1);
        uint32_t hi = lo;
        next = SR(add_range)(r, s, x->n, base, (uint64_t)base + SPGEMM_WINDOW, &hi);
        n += SR(scan)(s, r, base, hi, true, col + n, val + n);
        lo = next;
    } while (next != UINT32_MAX);
    return n;
}

#include "sparse/spgemm_unsorted.h"

/* ---- The shape of the row before ------------------------------------------------------------ */

/* Products first: one vector a list where lists are short; then each to its sum. */
static inline void SR(add_products)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                                    const struct lists *x, T *restrict val)
{
    const uint16_t *restrict entry = s->entry;
    T *restrict product = s->product;
    int64_t n = 0;
    for (const struct spgemm_list *l = s->list; l < s->list + x->n; n += l++->len)
        SR(scale)(product + n, (const T *)r->b->val + l->at, l->len, r->b->n - l->at,
                  SR(value_of)(r->a, l->from));
    #pragma GCC unroll 8
    for (int64_t p = 0; p < n; p++)
        val[entry[p]] = ADD(val[entry[p]], product[p]);
}

/* Too many for the room of products. */
static inline void SR(add_lists)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                                 const struct lists *x, T *restrict val)
{
    const uint16_t *restrict entry = s->entry;
    for (const struct spgemm_list *l = s->list; l < s->list + x->n; entry += l++->len) {
        const T *restrict b = (const T *)r->b->val + l->at, a = SR(value_of)(r->a, l->from);
        (void)a, (void)b;
        #pragma GCC unroll 4
        for (uint32_t t = 0; t < l->len; t++)
            val[entry[t]] = ADD(val[entry[t]], PRODUCT(a, b[t]));
    }
}

static int64_t SR(repeated)(const struct spgemm_rows *r, struct spgemm_scratch *s,
                            const struct lists *x, uint32_t *col, T *restrict val)
{
    const uint32_t shift = x->lo - s->last.lo, *before = col - s->last_entries;
    const int64_t n = s->last_entries;
    if (!s->mapped)
        map_products(r->b, s, before);
    /* Whole vectors, a few elements behind the last one included, which SLACK has room for. */
    for (int64_t k = 0; k < n; k += 16) {
        uint32_t c[16];
        memcpy(c, before + k, sizeof c);
        for (int u = 0; u < 16; u++)
            c[u] += shift;
        memcpy(col + k, c, sizeof c);
        SR(clear)(val + k, 16);
    }
    if (x->products <= SPGEMM_SORT)
        SR(add_products)(r, s, x, val);
    else
        SR(add_lists)(r, s, x, val);
    return n;
}

#include "sparse/spgemm_batch.h"

/* ---- The choice ----------------------------------------------------------------------------- */

static int64_t SR(row)(const struct spgemm_rows *r, struct spgemm_scratch *s, const struct lists *x,
                       enum spgemm_method method, uint32_t *col, T *val)
{
    s->rows[method]++;
    s->products[method] += x->products;
    switch (method) {
    case SPGEMM_COPY:     return SR(copy)(r, s->list, col, val);
    case SPGEMM_REPEATED: return SR(repeated)(r, s, x, col, val);
    case SPGEMM_SORTED:   return SR(sorted)(r, s, x, sort_bits(x), col, val);
    case SPGEMM_HASHED:   return SR(hashed)(r, s, x, col, val);
    case SPGEMM_DENSE:    return (is_ordered(r, x) ? SR(dense) : SR(listed))(r, s, x, col, val);
    default:              return (is_ordered(r, x) ? SR(ranges) : SR(listed_ranges))(r, s, x, col, val);
    }
}

static int64_t SR(rows)(const struct spgemm_rows *r, struct spgemm_scratch *s)
{
    int64_t n = 0;
    s->seen_blocks = s->seen_products = 0;
    s->since = LOOK_AGAIN;
    s->last.n = 0;
    for (int64_t i = r->row; i < r->end; i++) {
        if (r->a->ptr[i] == r->a->ptr[i + 1]) {
            r->count[i - r->row] = n;
            continue;
        }
        const bool near = may_follow(r->a, s, i);
        struct lists x;
        if (near && batch_follows(r, s, i)) {
            n += SR(batch)(r, s, r->col + n, (T *)r->val + n);
            note_batch(s, r->count + (i - r->row), n);
            i += SPGEMM_BATCH - 1;
            continue;
        }
        const bool follows = near && may_repeat(r, s) && follows_last(r, s, i, &x);
        if (!follows)
            x = gather_lists(r, i, s->list, USES_B ? sizeof(T) : 0);
        if (x.n > 0 && mark_allowed(r, s, i)) {
            const enum spgemm_method method = follows ? SPGEMM_REPEATED : choose_method(r, s, &x, SR(BLOCK));
            const int64_t entries = SR(row)(r, s, &x, method, r->col + n, (T *)r->val + n);
            keep_shape(s, &x, i, entries, method);
            clear_allowed(r, s, i);
            n += entries;
        }
        r->count[i - r->row] = n;
    }
    return n;
}

#undef PRODUCT
#undef IDENTITY_BITS
#undef RING
#undef MULTIPLY
#undef USES_A
#undef USES_B
