/* Rows of several values, each back in its place. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops_language.h"

#include <string.h>

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

/* ---- Examples: what it is for, vocabularies in bands -------------------------------------------------- */

static struct var *words(struct tape *t, struct shape s, const int32_t *id)
{
    s.type = TEN_I32;
    struct tensor v = tensor_new(tape_memory(t), TEN_I32, s.rank, s.dim);
    memcpy(v.i, id, tensor_count(&v) * sizeof *id);
    return tape_input(t, v);
}

/* V = 3+4+3, D 4, widths 4 2 1, tables shared by both ends; each: targets of a row. */
static struct var *there_and_back(struct example *e, struct tape *t, struct shape s, const int32_t *id,
                                  bool backwards, bool all, int64_t each)
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
    return all ? op_band_log_probs(t, &b, &o, h)
               : op_band_loss(t, &b, &o, op_slice(t, h, 0, 0, n / each),
                              each == 1 ? op_reshape(t, ids, DIMS(n))
                                        : op_reshape(t, ids, DIMS(n / each, each)),
                              NULL);
}

/* Frequent words alone, rare ones alone, none, all log-probabilities, many rows, three targets a row. */
static struct var *weave_example(struct example *e, struct tape *t, int i)
{
    static const int32_t mixed[] = {0, 9, 4, 2, 6, 7}, frequent[] = {1, 2, 0}, rare[] = {8, 9};
    switch (i) {
    case 0: return there_and_back(e, t, SHAPE(2, 3), mixed, false, false, 1);
    case 1: return there_and_back(e, t, SHAPE(3), frequent, true, false, 1);
    case 2: return there_and_back(e, t, SHAPE(2, 1), rare, true, false, 1);
    case 3: return there_and_back(e, t, SHAPE(0), mixed, false, false, 1);
    case 4: return there_and_back(e, t, SHAPE(6), mixed, true, true, 1);
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
    case 6: return there_and_back(e, t, SHAPE(6), mixed, false, false, 3);
    default: return NULL;
    }
}

const struct op weave_op = {
    .name = "weave", .forward = weave_forward, .backward = weave_backward, .saves = SAVES_AT,
    .example = weave_example
};

struct var *op_weave(struct tape *t, struct var *const *part, struct var *const *at, int parts, int64_t rows,
                     int64_t width)
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
