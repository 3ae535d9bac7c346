/*
 * Vocabularies in bands: embeddings and softmax whose cost follows the frequency of words.  Positions are
 * sorted by the band of their word once, on the way there; everything else is made of other ops, over the
 * rows of a band.
 */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"

#include <assert.h>
#include <string.h>

/* ---- Positions by band --------------------------------------------------------------------------- */

static int32_t first_of(const struct bands *b, int band) { return band ? b->cutoff[band - 1] : 0; }

static int band_of(const struct bands *b, int32_t id)
{
    int band = 0;
    while (id >= b->cutoff[band])
        band++;
    assert(band < b->n);
    return band;
}

/* Rows that have words of a band: where they stand, and the words' numbers in it, -1 for others [n,K]; [n] of
 * one. */
struct members { struct var *at, *id; int64_t n; };

static struct var *integers(struct tape *t, int64_t n, int64_t each, int32_t **to)
{
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, each == 1 ? 1 : 2, (const int64_t[]){n, each});
    *to = v.i;
    return tape_input(t, v);
}

/* Bit i: there is a word of band i. */
static unsigned bands_of(const struct bands *b, const int32_t *id, int64_t each)
{
    unsigned found = 0;
    for (int64_t k = 0; k < each; k++)
        if (id[k] >= 0)
            found |= 1u << band_of(b, id[k]);
    return found;
}

static void copy_words(int32_t *own, const struct bands *b, int band, const int32_t *id, int64_t each)
{
    for (int64_t k = 0; k < each; k++)
        own[k] = id[k] >= first_of(b, band) && id[k] < b->cutoff[band] ? id[k] - first_of(b, band) : -1;
}

/* id [rows,each] */
static void sort_by_band(struct tape *t, const struct bands *b, const int32_t *id, int64_t rows, int64_t each,
                         struct members *m)
{
    int32_t *at[BANDS], *own[BANDS];
    for (int i = 0; i < b->n; i++)
        m[i].n = 0;
    for (int64_t r = 0; r < rows; r++) {
        const unsigned found = bands_of(b, id + r * each, each);
        for (int i = 0; i < b->n; i++)
            m[i].n += found >> i & 1;
    }
    for (int i = 0; i < b->n; i++) {
        m[i].at = integers(t, m[i].n, 1, &at[i]);
        m[i].id = integers(t, m[i].n, each, &own[i]);
    }
    for (int64_t r = 0; r < rows; r++) {
        const unsigned found = bands_of(b, id + r * each, each);
        for (int i = 0; i < b->n; i++)
            if (found >> i & 1) {
                *at[i]++ = (int32_t)r;
                copy_words(own[i], b, i, id + r * each, each);
                own[i] += each;
            }
    }
}

/* ---- Words in ------------------------------------------------------------------------------------ */

static struct var *projected(struct tape *t, struct var *x, struct var *projection)
{
    return projection ? op_linear(t, x, projection, NULL) : x;
}

struct var *op_band_embedding(struct tape *t, const struct bands *b, struct var *const *table,
                              struct var *const *projection, struct var *ids)
{
    struct var *part[BANDS], *at[BANDS];
    struct members m[BANDS];
    int parts = 0;
    if (b->n == 1)
        return projected(t, op_embedding(t, table[0], ids, -1), projection[0]);
    assert(tensor_contiguous(&ids->v));
    const int64_t n = tensor_count(&ids->v),
                  width = (projection[0] ? projection[0]->v.dim[0] : table[0]->v.dim[1]);
    sort_by_band(t, b, ids->v.i, n, 1, m);
    for (int i = 0; i < b->n; i++) {
        if (m[i].n == 0 && i > 0)
            continue;
        part[parts] = projected(t, op_embedding(t, table[i], m[i].id, -1), projection[i]);
        at[parts++] = m[i].at;
    }
    struct shape out = shape_of(ids);
    out.dim[out.rank++] = width;
    return op_reshape(t, op_weave(t, part, at, parts, n, width), out.rank, out.dim);
}

/* ---- Words out: -log p --------------------------------------------------------------------------- */

/* Column of the head's logits that says "in band i". */
static int32_t cluster_column(const struct bands *b, const struct band_output *o, int i)
{
    return b->cutoff[0] + (o->backwards ? b->n - i : i) - 1;
}

/* A linear layer to be: of words that are told apart in one softmax. */
struct layer { struct var *h, *w, *bias; };

static struct layer head_layer(struct tape *t, const struct bands *b, const struct band_output *o,
                               struct var *h)
{
    struct var *w[2] = {o->table[0], o->cluster}, *bias[2] = {o->bias[0], o->cluster_bias};
    struct layer l = {projected(t, h, o->projection[0]), w[0], bias[0]};
    assert(b->n == 1 || !bias[0] == !bias[1]);
    if (b->n > 1) {
        l.w = op_concat(t, w, 2, 0);
        l.bias = bias[0] ? op_concat(t, bias, 2, 0) : NULL;
    }
    return l;
}

static struct layer tail_layer(struct tape *t, const struct band_output *o, int i, struct var *h)
{
    return (struct layer){op_dropout(t, projected(t, h, o->projection[i]), o->dropout), o->table[i],
                          o->bias[i]};
}

static struct var *logits_of(struct tape *t, struct layer l) { return op_linear(t, l.h, l.w, l.bias); }

/* Narrow layers take no longer without their logits in memory (D 4: half the time, 16 and 64: the same, 128:
 * a third more, on one thread); where logits are many, their memory counts more than time. */
enum { NARROW = 64, MANY = 1 << 26 };

static struct var *entropy_of(struct tape *t, struct layer l, struct var *labels, struct var *weights)
{
    const int64_t words = l.w->v.dim[0], width = l.w->v.dim[1];
    if (width <= NARROW || l.h->v.dim[0] * words > MANY || weights || labels->v.rank > 1)
        return op_linear_entropy(t, l.h, l.w, l.bias, labels, weights);
    return op_cross_entropy(t, logits_of(t, l), labels, 0);
}

static struct var *head_labels(struct tape *t, const struct bands *b, const struct band_output *o,
                               const struct var *targets)
{
    const int64_t n = tensor_count(&targets->v);
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, targets->v.rank, targets->v.dim);
    for (int64_t k = 0; k < n; k++) {
        const int32_t id = targets->v.i[k];
        const int band = id < 0 ? 0 : band_of(b, id);
        v.i[k] = band == 0 ? id : cluster_column(b, o, band);
    }
    return tape_input(t, v);
}

/* Those of the rows of a band, in the shape of its words. */
static struct var *weights_of(struct tape *t, struct var *weights, const struct members *m)
{
    struct var *rows = op_reshape(t, tape_stop(t, weights), DIMS(weights->v.dim[0], -1));
    return op_reshape(t, op_embedding(t, rows, m->at, -1), m->id->v.rank, m->id->v.dim);
}

struct var *op_band_loss(struct tape *t, const struct bands *b, const struct band_output *o, struct var *h,
                         struct var *targets, struct var *weights)
{
    struct members m[BANDS];
    assert(tensor_contiguous(&targets->v) && (!weights || tensor_same_shape(&weights->v, &targets->v)));
    const int64_t n = targets->v.dim[0], each = targets->v.rank == 2 ? targets->v.dim[1] : 1;
    struct var *loss = entropy_of(t, head_layer(t, b, o, h), head_labels(t, b, o, targets), weights);
    sort_by_band(t, b, targets->v.i, n, each, m);
    for (int i = 1; i < b->n; i++) {
        if (m[i].n == 0)
            continue;
        struct layer l = tail_layer(t, o, i, op_embedding(t, h, m[i].at, -1));
        struct var *own = entropy_of(t, l, m[i].id, weights ? weights_of(t, weights, &m[i]) : NULL);
        /* Rows may have words of several bands: their losses add. */
        struct var *column = op_reshape(t, own, DIMS(m[i].n, 1));
        loss = op_add(t, loss, op_reshape(t, op_weave(t, &column, &m[i].at, 1, n, 1), DIMS(n)));
    }
    return loss;
}

struct var *op_band_log_probs(struct tape *t, const struct bands *b, const struct band_output *o,
                              struct var *h)
{
    struct var *part[BANDS], *head = op_log_softmax(t, logits_of(t, head_layer(t, b, o, h)));
    if (b->n == 1)
        return head;
    part[0] = op_slice(t, head, 1, 0, b->cutoff[0]);
    for (int i = 1; i < b->n; i++)
        part[i] = op_add(t, op_log_softmax(t, logits_of(t, tail_layer(t, o, i, h))),
                         op_slice(t, head, 1, cluster_column(b, o, i), 1));
    return op_concat(t, part, b->n, 1);
}
