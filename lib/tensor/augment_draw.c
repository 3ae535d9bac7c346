/* Policies, and the draws for them: one Philox block per sample, op and axis, in 23 bits for the
 * numbers of colour, so that no interval's open end is reached by rounding. */
#include "tensor/diffaugment.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMN(field, type, width) \
    {"aug." #field, type, width, offsetof(struct augment_draw, field), \
     sizeof ((struct augment_draw *)0)->field}
const struct augment_column augment_columns[AUGMENT_COLUMNS] = {
    [AUGMENT_BRIGHTNESS] = COLUMN(brightness, TEN_F32, 1),
    [AUGMENT_SATURATION] = COLUMN(saturation, TEN_F32, 1),
    [AUGMENT_CONTRAST] = COLUMN(contrast, TEN_F32, 1),
    [AUGMENT_TRANSLATION] = COLUMN(translation, TEN_I32, 2),
    [AUGMENT_CUTOUT] = COLUMN(cutout, TEN_I32, 2),
    [AUGMENT_FLIP] = COLUMN(flip, TEN_BOOL, 1),
    [AUGMENT_ROT90] = COLUMN(rot90, TEN_I32, 1),
    [AUGMENT_APPLIED] = COLUMN(applied, TEN_BOOL, 1),
};

static const char *op_name(int op) { return augment_columns[op].name + strlen("aug."); }

static int add_op(struct augment_policy *p, enum augment_op op, struct ten_err *e)
{
    for (int i = 0; i < p->n; i++)
        if (p->op[i] == op)
            return fail(e, TEN_E_USAGE, "policy: %s: named twice: expected every op once at most",
                        op_name(op));
    p->op[p->n++] = op;
    return 0;
}

static int add_word(struct augment_policy *p, const char *word, struct ten_err *e)
{
    int rc = 0;

    if (strcmp(word, "color") == 0) {
        for (int op = AUGMENT_BRIGHTNESS; op <= AUGMENT_CONTRAST && rc == 0; op++)
            rc = add_op(p, (enum augment_op)op, e);
        return rc;
    }
    for (int op = 0; op < AUGMENT_OPS; op++)
        if (strcmp(word, op_name(op)) == 0)
            return add_op(p, (enum augment_op)op, e);
    return fail(e, TEN_E_USAGE, "policy: %.60s: no such op: expected color, brightness, "
                "saturation, contrast, translation, cutout, flip or rot90", word);
}

int augment_parse(struct augment_policy *p, const char *text, struct ten_err *e)
{
    char *copy = xstrdup(text), *rest = copy, *word;
    int rc = 0;

    *p = (struct augment_policy){0};
    while (*text && rc == 0 && (word = strsep(&rest, ",")))
        rc = add_word(p, word, e);
    free(copy);
    return rc;
}

struct augment_policy augment_geometry(const struct augment_policy *p)
{
    struct augment_policy g = {0};

    for (int i = 0; i < p->n; i++)
        if (p->op[i] > AUGMENT_CONTRAST)
            g.op[g.n++] = p->op[i];
    return g;
}

/* [0,1) in steps of 2^-23: half of it, twice it and 1/2 more are all exact in f32. */
static float unit(const struct rng *r, uint64_t index)
{
    return (float)(rng_u64(r, index) >> 41) * 0x1p-23f;
}

static int32_t whole(const struct rng *r, uint64_t index, int64_t lo, int64_t hi)
{
    return (int32_t)(lo + (int64_t)rng_below(r, index, (uint64_t)(hi - lo + 1)));
}

/* index counts samples by two: one for each axis. */
static void draw_op(struct augment_draw *d, enum augment_op op, int64_t h, int64_t w,
                    const struct rng *r, uint64_t index)
{
    const int64_t side[2] = {h, w};

    switch (op) {
    case AUGMENT_BRIGHTNESS: d->brightness = unit(r, index) - 0.5f; break;
    case AUGMENT_SATURATION: d->saturation = 2 * unit(r, index); break;
    case AUGMENT_CONTRAST:   d->contrast = unit(r, index) + 0.5f; break;
    case AUGMENT_TRANSLATION:
        for (unsigned axis = 0; axis < 2; axis++) {
            const int64_t most = (side[axis] + 4) / 8;

            d->translation[axis] = whole(r, index + axis, -most, most);
        }
        break;
    case AUGMENT_CUTOUT:
        for (unsigned axis = 0; axis < 2; axis++)
            d->cutout[axis] = whole(r, index + axis, 0, side[axis] - (side[axis] + 1) / 2 % 2);
        break;
    case AUGMENT_FLIP: d->flip = whole(r, index, 0, 1); break;
    case AUGMENT_ROT90:
        d->rot90 = h == w ? whole(r, index, 0, 3) : 2 * whole(r, index, 0, 1);
        break;
    case AUGMENT_OPS: break;
    }
}

void augment_draw(struct augment_draw *d, int64_t n, int64_t h, int64_t w,
                  const struct augment_policy *p, const struct augment_source *from)
{
    struct rng applied = {from->seed, rng_stream("aug.applied") + from->step}, op[AUGMENT_OPS];

    for (int k = 0; k < p->n; k++)
        op[k] = (struct rng){from->seed, rng_stream(augment_columns[p->op[k]].name) + from->step};
    for (int64_t i = 0; i < n; i++) {
        const uint64_t index = 2 * (uint64_t)(from->first + i);

        d[i] = (struct augment_draw){.applied = rng_uniform(&applied, index) < from->p};
        for (int k = 0; k < p->n; k++)
            draw_op(&d[i], p->op[k], h, w, &op[k], index);
    }
}

int augment_check(const struct augment_draw *d, int64_t n, int64_t h, int64_t w, struct ten_err *e)
{
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(d[i].brightness) || !isfinite(d[i].saturation) || !isfinite(d[i].contrast))
            return fail(e, TEN_E_DATA, "sample %lld: brightness %g, saturation %g, contrast %g: "
                        "expected finite numbers", (long long)i, d[i].brightness, d[i].saturation,
                        d[i].contrast);
        if (d[i].rot90 < 0 || d[i].rot90 > 3 || (d[i].rot90 % 2 && h != w))
            return fail(e, TEN_E_DATA, "sample %lld: rot90 %d: expected %s", (long long)i,
                        d[i].rot90, h == w ? "0 to 3" : "0 or 2 where height and width differ");
    }
    return 0;
}

void augment_get(void *restrict column, const struct augment_draw *restrict d, int64_t n,
                 int which)
{
    const struct augment_column *c = &augment_columns[which];

    for (int64_t i = 0; i < n; i++)
        memcpy((char *)column + (size_t)i * c->size, (const char *)&d[i] + c->at, c->size);
}

void augment_put(struct augment_draw *restrict d, const void *restrict column, int64_t n,
                 int which)
{
    const struct augment_column *c = &augment_columns[which];
    const char *from = column;

    /* Bytes of a stream are no bool until they are 0 or 1. */
    if (c->type == TEN_BOOL)
        for (int64_t i = 0; i < n; i++)
            *(bool *)((char *)&d[i] + c->at) = from[i] != 0;
    else
        for (int64_t i = 0; i < n; i++)
            memcpy((char *)&d[i] + c->at, from + (size_t)i * c->size, c->size);
}
