#include "autograd/ops.h"
#include "models/model_io.h"
#include "models/tsm.h"

#include <string.h>

/* out [N,T,K]: the label of a clip is that of each of its frames. */
static struct var *loss_of_frames(const struct tsm_objective *o, struct tape *t, struct var *out, const struct batch *b)
{
    const int64_t n = out->v.dim[0], frames = out->v.dim[1], classes = out->v.dim[2];
    struct tensor label = tensor_new(tape_memory(t), TEN_I32, 1, (int64_t[]){n * frames});
    for (int64_t i = 0; i < n * frames; i++)
        label.i[i] = b->label->i[i / frames];
    struct var *rows = op_reshape(t, out, DIMS(-1, classes));
    return op_mean_all(t, op_cross_entropy(t, rows, tape_input(t, label), o->loss.smoothing));
}

static struct var *loss(void *ctx, struct tape *t, struct var *out, const struct batch *b, double *score)
{
    struct tsm_objective *o = ctx;
    if (out->v.rank == 2)
        return classifier_loss(&o->loss, t, out, b, score);
    classifier_loss(&o->loss, t, op_mean(t, out, 1 << 1, false), b, score);
    return loss_of_frames(o, t, out, b);
}

static struct var *input(void *ctx, struct tape *t, const struct samples *s, const struct batch *b)
{
    const struct tsm_objective *o = ctx;
    struct var *x = tape_input(t, *b->image);
    const int64_t c = b->image->dim[4] - CROP_COLOURS;
    (void)s;
    if (o->modality == CROP_FLOW)
        return op_scale(t, x, 0.5f / crop_flow_std());
    if (o->modality == CROP_RGB)
        return x;
    return op_scale(t, op_sub(t, op_slice(t, x, 4, CROP_COLOURS, c), op_slice(t, x, 4, 0, c)), 0.5f);
}

/* Clips that m reads, and labels; where every frame answers, with a row. */
static int check(void *ctx, const struct model *m, const struct samples *s, struct ten_err *e)
{
    const struct tsm_objective *o = ctx;
    struct model rows = *m;
    rows.out_rank = 1;
    if (o->modality == CROP_DIFF)
        rows.in[3] += CROP_COLOURS;                     /* differences come later */
    const bool made = o->packed && samples_pictures(s) < 0;
    return (!made && model_reads(&rows, s, e) < 0) || samples_need(s, "label", e) < 0 ? -1 : 0;
}

static int learn(void *ctx, struct model *m, const struct samples *train, struct ten_err *e)
{
    const struct tsm_objective *o = ctx;
    (void)train;
    (void)e;
    if (o->groups)
        tsm_init_last(m, o->seed);
    return 0;
}

static void started(void *ctx, struct model *m, const struct init_report *came)
{
    const struct tsm_objective *o = ctx;
    if (o->tuning && strstr(came->text, "matched fc.weight ") && strstr(came->text, "matched fc.bias "))
        tsm_same_classes(m);
}

struct objective tsm_objective(struct tsm_objective *o)
{
    return (struct objective){.score = "accuracy", .higher = true, .loss = loss, .ctx = o, .check = check,
                              .input = input, .learn = learn, .started = started};
}
