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

/* ---- Rows back in place: parts [n_k,C], at i32 [n_k] -> y [N,C] ---------------------------------- */

/* y[at_k[r],:] = part_k[r,:], 0 in rows that no part has; no two share a row.  Inputs: at, part by turns. */
#define AT(k) (2 * (k))
#define PART(k) (2 * (k) + 1)
#define SAVES_AT 0x5555u                /* BANDS of them */
struct weave_arg { int parts; bool full; };

static void weave_forward(const struct call *c)
{
    const struct weave_arg *a = c->arg;
    struct tensor *y = &c->out[0]->v;
    const int64_t width = y->dim[1];
    if (!a->full)
        memset(y->f, 0, tensor_count(y) * sizeof(float));
    for (int k = 0; k < a->parts; k++) {
        const struct tensor *part = &c->in[PART(k)]->v, *at = &c->in[AT(k)]->v;
        #pragma omp parallel for schedule(static) if (part->dim[0] * width > 20000)
        for (int64_t r = 0; r < part->dim[0]; r++)
            memcpy(y->f + at->i[r] * width, part->f + r * width, width * sizeof(float));
    }
}

static void weave_backward(struct tape *t, const struct call *c, struct var *const *dy)
{
    const struct weave_arg *a = c->arg;
    for (int k = 0; k < a->parts; k++)
        if (tape_wants(t, c->in[PART(k)]))
            tape_add_grad(t, c->in[PART(k)], op_embedding(t, dy[0], c->in[AT(k)], -1));
}

static struct var *weave_example(struct example *e, struct tape *t, int i);
const struct op weave_op = {
    .name = "weave", .forward = weave_forward, .backward = weave_backward, .saves = SAVES_AT,
    .example = weave_example
};

static struct var *weave(struct tape *t, struct var *const *part, struct var *const *at, int parts,
                         int64_t rows, int64_t width)
{
    struct var *in[2 * BANDS];
    int64_t covered = 0;
    for (int k = 0; k < parts; k++) {
        in[PART(k)] = tape_compact(t, part[k]);
        in[AT(k)] = at[k];
        covered += part[k]->v.dim[0];
    }
    const struct weave_arg a = {parts, covered == rows};
    return tape_call1(t, &weave_op, in, 2 * parts, SHAPE(rows, width), &a, sizeof a);
}

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

/* Of the words of one band: where they stand, and their numbers in it. */
struct members { struct var *at, *id; int64_t n; };

static struct var *integers(struct tape *t, int64_t n, int32_t **to)
{
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, 1, &n);
    *to = v.i;
    return tape_input(t, v);
}

static void sort_by_band(struct tape *t, const struct bands *b, const int32_t *id, int64_t n,
                         struct members *m)
{
    int32_t *at[BANDS], *own[BANDS];
    int64_t next[BANDS] = {0};
    for (int i = 0; i < b->n; i++)
        m[i].n = 0;
    for (int64_t k = 0; k < n; k++)
        if (id[k] >= 0)
            m[band_of(b, id[k])].n++;
    for (int i = 0; i < b->n; i++) {
        m[i].at = integers(t, m[i].n, &at[i]);
        m[i].id = integers(t, m[i].n, &own[i]);
    }
    for (int64_t k = 0; k < n; k++) {
        if (id[k] < 0)
            continue;
        const int i = band_of(b, id[k]);
        at[i][next[i]] = (int32_t)k;
        own[i][next[i]++] = id[k] - first_of(b, i);
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
    sort_by_band(t, b, ids->v.i, n, m);
    for (int i = 0; i < b->n; i++) {
        if (m[i].n == 0 && i > 0)
            continue;
        part[parts] = projected(t, op_embedding(t, table[i], m[i].id, -1), projection[i]);
        at[parts++] = m[i].at;
    }
    struct shape out = shape_of(ids);
    out.dim[out.rank++] = width;
    return op_reshape(t, weave(t, part, at, parts, n, width), out.rank, out.dim);
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

static struct var *entropy_of(struct tape *t, struct layer l, struct var *labels)
{
    const int64_t words = l.w->v.dim[0], width = l.w->v.dim[1];
    if (width <= NARROW || l.h->v.dim[0] * words > MANY)
        return op_linear_entropy(t, l.h, l.w, l.bias, labels);
    return op_cross_entropy(t, logits_of(t, l), labels, 0);
}

static struct var *head_labels(struct tape *t, const struct bands *b, const struct band_output *o,
                               const struct var *targets)
{
    int32_t *label;
    const int64_t n = tensor_count(&targets->v);
    struct var *labels = integers(t, n, &label);
    for (int64_t k = 0; k < n; k++) {
        const int32_t id = targets->v.i[k];
        const int band = id < 0 ? 0 : band_of(b, id);
        label[k] = band == 0 ? id : cluster_column(b, o, band);
    }
    return labels;
}

struct var *op_band_loss(struct tape *t, const struct bands *b, const struct band_output *o, struct var *h,
                         struct var *targets)
{
    struct var *part[BANDS], *at[BANDS];
    struct members m[BANDS];
    int parts = 0;
    assert(tensor_contiguous(&targets->v));
    const int64_t n = tensor_count(&targets->v);
    struct var *loss = entropy_of(t, head_layer(t, b, o, h), head_labels(t, b, o, targets));
    sort_by_band(t, b, targets->v.i, n, m);
    for (int i = 1; i < b->n; i++) {
        if (m[i].n == 0)
            continue;
        struct var *rows = op_embedding(t, h, m[i].at, -1);
        part[parts] = op_reshape(t, entropy_of(t, tail_layer(t, o, i, rows), m[i].id), DIMS(m[i].n, 1));
        at[parts++] = m[i].at;
    }
    return parts ? op_add(t, loss, op_reshape(t, weave(t, part, at, parts, n, 1), DIMS(n))) : loss;
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

/* ---- Examples ------------------------------------------------------------------------------------ */

static struct var *words(struct tape *t, struct shape s, const int32_t *id)
{
    s.type = TEN_I32;
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, s.rank, s.dim);
    memcpy(v.i, id, tensor_count(&v) * sizeof *id);
    return tape_input(t, v);
}

/* V = 3+4+3, D 4, widths 4 2 1, tables shared by both ends. */
static struct var *there_and_back(struct example *e, struct tape *t, struct shape s, const int32_t *id,
                                  bool backwards, bool all)
{
    const struct bands b = {3, {3, 7, 10}};
    struct band_output o = {.backwards = backwards};
    struct var *projection[BANDS] = {0};
    const int64_t wide[] = {4, 2, 1}, rows[] = {3, 4, 3};
    for (int i = 0; i < 3; i++) {
        o.table[i] = example_input(e, t, EX_NORMAL, SHAPE(rows[i], wide[i]));
        o.bias[i] = i == 0 ? NULL : example_input(e, t, EX_NORMAL, SHAPE(rows[i]));
        if (i > 0) {
            projection[i] = example_input(e, t, EX_NORMAL, SHAPE(4, wide[i]));
            o.projection[i] = op_transpose(t, projection[i], 0, 1);
        }
    }
    o.cluster = example_input(e, t, EX_NORMAL, SHAPE(2, 4));
    struct var *ids = words(t, s, id);
    const int64_t n = tensor_count(&ids->v);
    struct var *h = op_reshape(t, op_band_embedding(t, &b, o.table, projection, ids), DIMS(n, 4));
    return all ? op_band_log_probs(t, &b, &o, h) : op_band_loss(t, &b, &o, h, op_reshape(t, ids, DIMS(n)));
}

/* Frequent words alone, rare ones alone, none, a projection of all bands, many. */
static struct var *weave_example(struct example *e, struct tape *t, int i)
{
    static const int32_t mixed[] = {0, 9, 4, 2, 6, 7}, frequent[] = {1, 2, 0}, rare[] = {8, 9};
    switch (i) {
    case 0: return there_and_back(e, t, SHAPE(2, 3), mixed, false, false);
    case 1: return there_and_back(e, t, SHAPE(3), frequent, true, false);
    case 2: return there_and_back(e, t, SHAPE(2, 1), rare, true, false);
    case 3: return there_and_back(e, t, SHAPE(0), mixed, false, false);
    case 4: return there_and_back(e, t, SHAPE(6), mixed, true, true);
    case 5: {
        const struct bands b = {2, {50, 90}};
        struct var *ids = example_index(e, t, 90, SHAPE(500)),
                   *projection[2] = {example_input(e, t, EX_NORMAL, SHAPE(48, 32)),
                                     example_input(e, t, EX_NORMAL, SHAPE(48, 8))};
        return op_band_embedding(t, &b,
                                 (struct var *[]){example_loose(e, t, EX_NORMAL, SHAPE(50, 32)),
                                                  example_input(e, t, EX_NORMAL, SHAPE(40, 8))},
                                 projection, ids);
    }
    default: return NULL;
    }
}
