/* Which algorithm computes what, what plans keep, and products as convolutions. */
#include "tensor/conv_internal.h"
#include "base/mem.h"
#include "tensor/direct.h"
#include "tensor/product.h"
#include "tensor/shift.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PARALLEL = 20000 };

static int64_t reach(int64_t image, int64_t pad, int64_t kernel, int64_t dilation, int64_t stride)
{
    const int64_t room = image + pad - ((kernel - 1) * dilation + 1);
    return image == 0 || kernel == 0 || room < 0 ? 0 : room / stride + 1;
}

int64_t conv_p(const struct conv *c) { return reach(c->h, c->top + c->bottom, c->r, c->dh, c->sh); }
int64_t conv_q(const struct conv *c) { return reach(c->w, c->left + c->right, c->s, c->dw, c->sw); }

/* ---- The rule ---------------------------------------------------------------------------------
 * From tests/bench/conv.sh.  GFLOP/s of one core (AMD EPYC, AVX-512), counting 2 N P Q K R S C/G
 * operations whatever the algorithm does; forward / data / weight gradient:
 *
 *     layer (batch 64 if not said)       ours                oneDNN's choice of layouts
 *     3x3 64ch 32x32       Winograd   301 / 322 / 234       162 / 155 / 148
 *     3x3 128ch 16x16      Winograd   393 / 399 / 351       173 / 174 / 167
 *     3x3 256ch 8x8        Winograd   425 / 419 / 324       171 / 165 / 147
 *     3x3 512ch 4x4        Winograd   404 / 395 / 249       164 / 180 / 115
 *     3x3 256ch 32x32 x1   Winograd   431 / 400 / 300       178 / 149 / 157
 *     3x3 32ch 16x16       Winograd   237 / 229 / 192       185 / 184 / 183
 *     3x3 16ch 32x32       Winograd   114 / 107 /  95       139 / 160 / 158
 *     3x3 16ch 32x32       library    134 / 161 / 167       139 / 160 / 158
 *     3x3 64ch 3x3         Winograd   258 / 253 / 225       197 / 263 / 166
 *     3x3 64ch 2x2         Winograd   124 / 123 /  96       200 / 232 / 151
 *     3x3 64>128 32x32 /2  library    172 / 149 / 115       148 / 153 / 176
 *                          plain       75 /  66 /  60
 *     3x3 3>64 32x32       library    135 /  25 /  48       188 /  25 / 102
 *     1x1 64>128 32x32 /2  library     83 /  69 /  89       131 / 102 / 107
 *
 * so Winograd from 32 channels on where tiles of 4x4 are half full at least.  With AVX2 on both sides
 * the ratios are larger, 2.4 to 4.4 where the above are 1.6 to 2.6.  Depthwise, batch 16, oneDNN in NHWC:
 *
 *     3x3 384ch 14x14      depthwise   56 /  46 /  55        47 /  37 /  45
 *     3x3 144ch 56x56      depthwise   37 /  23 /  32        37 /  22 /  25
 *     3x3 96ch 112x112 /2  depthwise   18 /  13 /  19        21 /  15 /  14
 *     5x5 240ch 14x14      depthwise   53 /  55 /  57        73 /  47 /   2
 *     7x7 480ch 14x14      depthwise   44 /  38 /  47        88 /  38 /   2
 *     1x31 512ch x8        depthwise   39 /  39 /  37        86 /  38 /   2
 *
 * Few channels, batch 256 of small images (one core beside a busy one):
 *
 *     3x3 16ch 16x16 /2    direct     125 / 119 / 114       150 / 141 / 124
 *                          library     97 / 113 / 106
 *     3x3 16>32 8x8 /2     direct     178 / 145 / 144       174 / 140 / 140
 *                          library    104 / 134 / 130
 *     3x3 32>64 4x4 /2     direct     223 / 213 / 123       157 / 100 /  87
 *                          library    116 /  94 /  76
 *     3x3 16ch 8x8         direct     151 / 144 / 153       184 / 176 / 168
 *                          library    112 / 146 / 148
 *
 * Small images and many weights (two cores of an Intel Xeon with AVX-512; products by oneDNN as well), times of oneDNN's
 * kernels divided by those of a product:
 *
 *     batch 32, 512ch 2x2             2.0  / 3.1  / 6.3
 *     batch 64, 256ch 4x4 /2          1.8  / 2.2  / 2.9
 *     batch 32, 256ch 5x5 /2          1.2  / 1.7  / 1.8
 *     batch 64, 256>512 8x8 /2        1.1  / 1.25 / 1.8
 *     batch 32, 128>256 8x8 /2        0.96 / 1.15 / 1.4
 *     batch 8,  256>512 14x14 /2      0.8  / 1.2  / 1.7
 *     batch 64, 128>256 16x16 /2      0.8  / 0.9  / 1.1
 *     batch 8,  512ch 16x16 /2        0.8  / 1.3  / 1.5
 *     batch 64, 64>128 32x32 /2       0.8  / 0.96 / 0.8
 *     batch 32, 256>512 4x4 /2, 1x1   1.8  / 1.3  / 3.6
 *
 * so products where there are enough weights, C K, a pixel of y.  A few rows read reordered weights in less time than a product
 * takes to read them.
 */
enum { FORWARD_WEIGHTS = 7168, DATA_WEIGHTS = 1024, WEIGHT_WEIGHTS = 256, FEW_ROWS = 32 };
enum { LEAST_CHANNELS = 32, LEAST_FULL = 8, SMALL_KERNEL = 9, FEW_CHANNELS = 64, SMALL_IMAGE = 16, SMALL_RESULT = 64, SMALL_STRIDED = 256 };

static bool is_product(const struct conv *c)
{
    return c->r == 1 && c->s == 1 && c->sh == 1 && c->sw == 1 && c->groups == 1 &&
           !c->top && !c->left && !c->bottom && !c->right;
}

static bool is_depthwise(const struct conv *c)
{
    return c->groups == c->c && c->groups == c->k && c->groups > 1;
}

/* The data gradient's results are the pixels of x, which are as many as those of y or nearly so. */
static bool suits_winograd(const struct conv *c)
{
    const int64_t p = conv_p(c), q = conv_q(c), tiles = conv_parts(p, 4) * conv_parts(q, 4);
    return c->r == 3 && c->s == 3 && c->sh == 1 && c->sw == 1 && c->dh == 1 && c->dw == 1 && c->groups == 1 && !c->exact &&
           c->c >= LEAST_CHANNELS && c->k >= LEAST_CHANNELS && p * q >= LEAST_FULL * tiles;
}

/* Pixels of y up to which direct kernels are faster. */
static int64_t small(const struct conv *c, enum conv_pass pass)
{
    return c->sh * c->sw > 1 ? SMALL_STRIDED : pass == CONV_FORWARD ? SMALL_RESULT : SMALL_IMAGE;
}

/* Results stand in whole vectors, and there are images enough for a tile. */
static bool suits_direct(const struct conv *c, enum conv_pass pass)
{
    const bool y = c->k % DIRECT_OUTS == 0, x = c->c % DIRECT_OUTS == 0;
    return c->groups == 1 && c->n >= DIRECT_IMAGES && c->c <= FEW_CHANNELS && c->k <= FEW_CHANNELS &&
           conv_p(c) * conv_q(c) <= small(c, pass) && (pass == CONV_FORWARD ? y : pass == CONV_DATA ? x : x && y);
}

/* oneDNN's kernels compute neighbours in a row at a time, of which small images have few. */
static bool suits_plain(const struct conv *c, enum conv_pass pass)
{
    const int64_t pixels = conv_p(c) * conv_q(c);
    const int64_t least = pass == CONV_FORWARD ? FORWARD_WEIGHTS : pass == CONV_DATA ? DATA_WEIGHTS : WEIGHT_WEIGHTS;
    return c->groups == 1 && c->c * c->k >= least * pixels && (pass != CONV_FORWARD || c->n * pixels >= FEW_ROWS);
}

enum conv_algorithm conv_choose(const struct conv *c, enum conv_pass pass)
{
    if (is_product(c))
        return CONV_PRODUCT;
    if (is_depthwise(c))
        return pass == CONV_FORWARD && c->r * c->s > SMALL_KERNEL ? CONV_LIBRARY : CONV_DEPTHWISE;
    return suits_winograd(c) ? CONV_WINOGRAD : suits_direct(c, pass) ? CONV_DIRECT :
           suits_plain(c, pass) ? CONV_PLAIN : CONV_LIBRARY;
}

/* ---- Plans ------------------------------------------------------------------------------------ */

struct conv_plans *conv_plans_new(struct memory *m)
{
    struct conv_plans *p = xcalloc(1, sizeof *p);
    p->m = m;
    return p;
}

static void forget(struct conv_plans *p, uint64_t before)
{
    for (int64_t i = 0; i < KEPT_BUCKETS; i++)
        for (struct kept **at = &p->bucket[i], *k; (k = *at);) {
            if (k->used >= before) {
                at = &k->next;
                continue;
            }
            *at = k->next;
            p->count--;
            p->bytes -= k->bytes;
            if (k->value)
                k->release(k->value);
            free(k);
        }
}

void conv_plans_free(struct conv_plans *p)
{
    if (!p)
        return;
    forget(p, UINT64_MAX);
    library_free(p->library);
    free(p);
}

struct conv_key conv_key_of(const struct conv *c, enum conv_pass pass, enum conv_use use, const void *w)
{
    return (struct conv_key){{c->n, c->h, c->w, c->c, c->k, c->r, c->s, c->sh, c->sw, c->dh, c->dw, c->top,
                              c->left, c->bottom, c->right, c->groups, pass, use, (intptr_t)w}};
}

static int by_age(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Let the half go that was not used for longer than the other half. */
static void forget_half(struct conv_plans *p)
{
    uint64_t *age = xmalloc(sizeof *age * (p->count + 1));
    int64_t n = 0;
    for (int64_t i = 0; i < KEPT_BUCKETS; i++)
        for (const struct kept *k = p->bucket[i]; k; k = k->next)
            age[n++] = k->used;
    qsort(age, n, sizeof *age, by_age);
    if (n > 0)
        forget(p, age[n / 2]);
    free(age);
}

struct kept *plans_find(struct conv_plans *p, const struct conv_key *key)
{
    uint64_t h = 0;
    for (int i = 0; i < KEY_WORDS; i++)
        h = (h ^ (uint64_t)key->word[i]) * 0x9e3779b97f4a7c15 ^ h >> 29;
    struct kept **bucket = &p->bucket[h >> 20 & (KEPT_BUCKETS - 1)];

    p->clock++;
    for (struct kept *k = *bucket; k; k = k->next)
        if (memcmp(&k->key, key, sizeof *key) == 0) {
            k->used = p->clock;
            return k;
        }
    if (p->count == KEPT_MOST)
        forget_half(p);
    struct kept *k = xmalloc(sizeof *k);
    *k = (struct kept){.key = *key, .used = p->clock, .next = *bucket};
    *bucket = k;
    p->count++;
    return k;
}

static void drop_block(void *block) { block_drop(block); }

/* Let go of all that is made of weights, and give its memory back. */
static void forget_weights(struct conv_plans *p)
{
    for (int64_t i = 0; i < KEPT_BUCKETS; i++)
        for (struct kept *k = p->bucket[i]; k; k = k->next)
            if (k->bytes) {
                k->release(k->value);
                k->value = NULL;
                k->bytes = 0;
            }
    p->bytes = 0;
    memory_trim(p->m);
}

struct block *plans_weights(struct conv_plans *p, const struct conv_key *key, uint64_t version, size_t bytes, bool *ready)
{
    *ready = false;
    if (version == 0) {                     /* they change with every step: what was kept for inference is of no use */
        if (p->bytes)
            forget_weights(p);
        return block_new(p->m, bytes);
    }
    if (p->bytes + bytes > KEPT_BYTES)
        forget_half(p);
    struct kept *k = plans_find(p, key);
    *ready = k->value && k->version == version;
    if (*ready)
        return block_hold(k->value);
    if (k->value) {
        block_drop(k->value);
        k->value = NULL;
        p->bytes -= k->bytes;
        k->bytes = 0;
    }
    struct block *b = block_new(p->m, bytes);
    if (k->version == version) {            /* the second time: there will be a third */
        k->value = block_hold(b);
        k->release = drop_block;
        k->bytes = bytes;
        p->bytes += bytes;
    }
    k->version = version;
    return b;
}

/* ---- Rows of pixels ----------------------------------------------------------------------------- */

void rows_set(float *y, int64_t rows, int64_t n, const float *bias)
{
    #pragma omp parallel for schedule(static) if (rows * n > PARALLEL)
    for (int64_t i = 0; i < rows; i++) {
        if (bias)
            memcpy(y + i * n, bias, sizeof *y * n);
        else
            memset(y + i * n, 0, sizeof *y * n);
    }
}

void rows_add(float *y, int64_t rows, int64_t n, const float *bias)
{
    #pragma omp parallel for schedule(static) if (rows * n > PARALLEL)
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++)
            y[i * n + j] += bias[j];
}

/* ---- 1x1: products -------------------------------------------------------------------------------- */

static void product_forward(const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    const int64_t pixels = c->n * c->h * c->w;
    if (bias)
        rows_set(y, pixels, c->k, bias);
    product(&(struct product){.tb = true, .m = pixels, .n = c->k, .k = c->c, .lda = c->c, .ldb = c->c, .ldc = c->k,
            .alpha = 1, .beta = bias != NULL}, y, x, w);
}

static void product_data(const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    const int64_t pixels = c->n * c->h * c->w;
    if (bias)
        rows_set(dx, pixels, c->c, bias);
    product(&(struct product){.m = pixels, .n = c->c, .k = c->k, .lda = c->k, .ldb = c->c, .ldc = c->c,
            .alpha = 1, .beta = bias != NULL}, dx, dy, w);
}

static void product_weight(const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    product(&(struct product){.ta = true, .m = c->k, .n = c->c, .k = c->n * c->h * c->w, .lda = c->k, .ldb = c->c,
            .ldc = c->c, .alpha = 1, .beta = add}, dw, dy, x);
}

/* ---- 1x1 of what is shifted in time ------------------------------------------------------------------------ */

struct shifted { const struct shift *s; const float *x; };

static void make_shifted(const void *ctx, float *y, int64_t first, int64_t n, int64_t col, int64_t cols)
{
    const struct shifted *of = ctx;
    shift_rows(y, of->x, of->s, &(struct shift_part){first, n, col, cols});
}

static void product_shifted_forward(const struct conv *c, const struct shift *s, float *y, const float *x,
                                    const float *w, const float *bias)
{
    const int64_t pixels = c->n * c->h * c->w;
    const struct shifted of = {s, x};
    if (bias)
        rows_set(y, pixels, c->k, bias);
    product_made(&(struct product){.tb = true, .m = pixels, .n = c->k, .k = c->c, .lda = c->c, .ldb = c->c, .ldc = c->k,
                 .alpha = 1, .beta = bias != NULL}, y, NULL, w, &(struct product_source){'A', make_shifted, &of});
}

static void product_shifted_weight(const struct conv *c, const struct shift *s, float *dw, const float *x,
                                   const float *dy, bool add)
{
    const struct shifted of = {s, x};
    product_made(&(struct product){.ta = true, .m = c->k, .n = c->c, .k = c->n * c->h * c->w, .lda = c->k, .ldb = c->c,
                 .ldc = c->c, .alpha = 1, .beta = add}, dw, dy, NULL, &(struct product_source){'B', make_shifted, &of});
}

/* ---- Which passes ------------------------------------------------------------------------------------ */

/* No products to sum: an operand has no elements.  Results there may be all the same. */
static bool no_terms(const struct conv *c)
{
    return c->n == 0 || c->c == 0 || c->k == 0 || conv_p(c) == 0 || conv_q(c) == 0;
}

/* The rule's, or the next best where oneDNN has no kernel of its own: that too depends on the shape alone. */
static enum conv_algorithm chosen(struct conv_plans *p, const struct conv *c, enum conv_pass pass, bool bias)
{
    const enum conv_algorithm a = conv_choose(c, pass);
    if (a != CONV_LIBRARY || library_able(p, c, pass, bias))
        return a;
    return is_depthwise(c) ? CONV_DEPTHWISE : CONV_PLAIN;
}

/* ---- The passes of what is shifted in time ---------------------------------------------------------- */

bool conv_fuses_shift(struct conv_plans *p, const struct conv *c, bool bias)
{
    if (no_terms(c))
        return false;
    for (enum conv_pass pass = CONV_FORWARD; pass <= CONV_WEIGHT; pass++) {
        const enum conv_algorithm a = chosen(p, c, pass, bias && pass == CONV_FORWARD);
        if (a != CONV_PRODUCT && a != CONV_LIBRARY && a != CONV_DIRECT)
            return false;
    }
    return true;
}

bool conv_keeps_shift(struct conv_plans *p, const struct conv *c)
{
    return !no_terms(c) && chosen(p, c, CONV_WEIGHT, false) == CONV_LIBRARY;
}

bool conv_adds_shift(struct conv_plans *p, const struct conv *c)
{
    if (no_terms(c))
        return false;
    const enum conv_algorithm a = chosen(p, c, CONV_DATA, false);
    return a == CONV_LIBRARY || a == CONV_DIRECT;
}

void conv_shifted_forward(struct conv_plans *p, const struct conv *c, const struct shift *s, float *y, float *kept,
                          const float *x, const float *w, const float *bias)
{
    const enum conv_algorithm a = chosen(p, c, CONV_FORWARD, bias != NULL);
    if (kept && a != CONV_LIBRARY) {
        shift_time(kept, x, s);
        conv_forward(p, c, y, kept, w, bias);
    } else if (a == CONV_PRODUCT) {
        product_shifted_forward(c, s, y, x, w, bias);
    } else if (a == CONV_DIRECT) {
        direct_forward(p, c, s, y, x, w, bias);
    } else {
        library_forward(p, c, &(struct moved){.s = s, .kept = kept}, y, x, w, bias);
    }
}

static void shifted_data(struct conv_plans *p, const struct conv *c, const struct moved *m, float *dx, const float *dy, const float *w)
{
    (chosen(p, c, CONV_DATA, false) == CONV_DIRECT ? direct_data : library_data)(p, c, m, dx, dy, w, NULL);
}

void conv_shifted_data(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dx, const float *dy,
                       const float *w)
{
    struct shift back = *s;
    back.step = -s->step;
    if (conv_adds_shift(p, c)) {
        shifted_data(p, c, &(struct moved){.s = s}, dx, dy, w);
        return;
    }
    conv_data(p, c, dx, dy, w, NULL);
    shift_in_place(dx, &back, NULL, NULL);
}

void conv_shifted_add(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dx, const float *dy,
                      const float *w)
{
    shifted_data(p, c, &(struct moved){.s = s, .add = true}, dx, dy, w);
}

void conv_shifted_weight(struct conv_plans *p, const struct conv *c, const struct shift *s, float *dw,
                         const float *x, const float *dy, bool add)
{
    const enum conv_algorithm a = chosen(p, c, CONV_WEIGHT, false);
    if (a == CONV_PRODUCT)
        product_shifted_weight(c, s, dw, x, dy, add);
    else if (a == CONV_DIRECT)
        direct_weight(p, c, s, dw, x, dy, add);
    else
        library_weight(p, c, &(struct moved){.s = s}, dw, x, dy, add);
}

/* ---- Passes --------------------------------------------------------------------------------------- */

void conv_forward(struct conv_plans *p, const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    conv_forward_by(p, no_terms(c) ? CONV_PLAIN : chosen(p, c, CONV_FORWARD, bias != NULL), c, y, x, w, bias);
}

void conv_data(struct conv_plans *p, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    conv_data_by(p, no_terms(c) ? CONV_PLAIN : chosen(p, c, CONV_DATA, false), c, dx, dy, w, bias);
}

void conv_weight(struct conv_plans *p, const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    conv_weight_by(p, no_terms(c) ? CONV_PLAIN : chosen(p, c, CONV_WEIGHT, false), c, dw, x, dy, add);
}

void conv_forward_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *y, const float *x, const float *w, const float *bias)
{
    if (no_terms(c)) {
        rows_set(y, c->n * conv_p(c) * conv_q(c), c->k, bias);
        return;
    }
    switch (a) {
    case CONV_PRODUCT:   product_forward(c, y, x, w, bias); return;
    case CONV_WINOGRAD:  winograd_forward(p, c, y, x, w, bias); return;
    case CONV_DEPTHWISE: depthwise_forward(p, c, y, x, w, bias); return;
    case CONV_DIRECT:    direct_forward(p, c, NULL, y, x, w, bias); return;
    case CONV_LIBRARY:   library_forward(p, c, NULL, y, x, w, bias); return;
    case CONV_PLAIN:     plain_forward(p, c, y, x, w, bias); return;
    }
}

void conv_data_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *dx, const float *dy, const float *w, const float *bias)
{
    if (no_terms(c)) {
        rows_set(dx, c->n * c->h * c->w, c->c, bias);
        return;
    }
    switch (a) {
    case CONV_PRODUCT:   product_data(c, dx, dy, w, bias); return;
    case CONV_WINOGRAD:  winograd_data(p, c, dx, dy, w, bias); return;
    case CONV_DEPTHWISE: depthwise_data(p, c, dx, dy, w, bias); return;
    case CONV_DIRECT:    direct_data(p, c, NULL, dx, dy, w, bias); return;
    case CONV_LIBRARY:   library_data(p, c, NULL, dx, dy, w, bias); return;
    case CONV_PLAIN:     plain_data(p, c, dx, dy, w, bias); return;
    }
}

void conv_weight_by(struct conv_plans *p, enum conv_algorithm a, const struct conv *c, float *dw, const float *x, const float *dy, bool add)
{
    if (no_terms(c)) {
        if (!add && c->groups)
            memset(dw, 0, sizeof *dw * c->k * c->r * c->s * (c->c / c->groups));
        return;
    }
    switch (a) {
    case CONV_PRODUCT:   product_weight(c, dw, x, dy, add); return;
    case CONV_WINOGRAD:  winograd_weight(p, c, dw, x, dy, add); return;
    case CONV_DEPTHWISE: depthwise_weight(p, c, dw, x, dy, add); return;
    case CONV_DIRECT:    direct_weight(p, c, NULL, dw, x, dy, add); return;
    case CONV_LIBRARY:   library_weight(p, c, NULL, dw, x, dy, add); return;
    case CONV_PLAIN:     plain_weight(p, c, dw, x, dy, add); return;
    }
}
