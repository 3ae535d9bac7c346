/*
 * Recipes of the public code of TSM, one of a run on many machines after Goyal et al. (arXiv 1706.02677: linear scaling, five
 * epochs of warm-up from the rate of one worker, residual branches that begin at zero), and one for small clips of moving
 * sprites.  Rates are those of the recipe's own batch; others are scaled.
 */
#include "base/mem.h"
#include "models/tsm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Means and standard deviations of ImageNet's colours, which networks trained on it expect. */
#define IMAGENET .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}
/* Noise about 1/2, times 4. */
#define CENTRED .mean = {0.5f, 0.5f, 0.5f}, .std = {0.25f, 0.25f, 0.25f}

const struct tsm_recipe tsm_recipes[] = {
    {.name = "kinetics", .schedule = "multistep:lr=0.02,at=20/40", .optim = "sgd:momentum=0.9,decay=1e-4", .batch = 128,
     .epochs = 50, .groups = true, .mirrored = true, .dropout = 0.5, .clip = 20, .augment = "flip", IMAGENET},
    {.name = "kinetics-dense", .schedule = "multistep:lr=0.00125,at=40/80,warmup=5", .optim = "sgd:momentum=0.9,decay=1e-4",
     .batch = 8, .each_process = true, .dense = true, .epochs = 100, .groups = true, .zero_gamma = true, .mirrored = true, .dropout = 0.5,
     .clip = 20, .augment = "flip", IMAGENET},
    {.name = "sth", .schedule = "multistep:lr=0.01,at=20/40", .optim = "sgd:momentum=0.9,decay=5e-4", .batch = 64,
     .epochs = 50, .groups = true, .dropout = 0.5, .clip = 20, .augment = "", IMAGENET},
    {.name = "ucf", .schedule = "multistep:lr=0.001,at=10/20", .optim = "sgd:momentum=0.9,decay=5e-4", .batch = 64,
     .epochs = 25, .groups = true, .partial_bn = true, .mirrored = true, .dropout = 0.8, .clip = 20, .augment = "flip", IMAGENET},
    [TSM_V1] = {.name = "v1", .schedule = "cosine:lr=0.1,warmup=0.8,from=0.001,under=1", .optim = "sgd:momentum=0.9,decay=5e-4",
                .batch = 32, .epochs = 8, .clip = 20, .augment = "", CENTRED},
    {0}
};

/* Of each step, over all processes. */
static int64_t samples_of(const struct tsm_recipe *r, const struct trainer_options *o)
{
    return r->batch * (r->each_process ? dist_size(o->dist) : 1);
}

static void fill_scale(struct batch_scale *s, const struct tsm_recipe *r, int64_t channels)
{
    if (s->channels || channels != 3)
        return;
    s->channels = 3;
    memcpy(s->mean, r->mean, sizeof r->mean);
    memcpy(s->std, r->std, sizeof r->std);
}

void tsm_fill(struct tsm_options *to, int64_t channels)
{
    const struct tsm_recipe *r = &tsm_recipes[to->recipe];
    struct trainer_options *o = &to->train;
    o->batch = o->batch ? o->batch : samples_of(r, o);
    o->rate_batch = to->unscaled ? 0 : o->rate_batch ? o->rate_batch : r->batch;
    o->epochs = o->epochs ? o->epochs : r->epochs;
    o->schedule = o->schedule ? o->schedule : r->schedule;
    o->optim = o->optim ? o->optim : r->optim;
    o->augment = o->augment ? o->augment : r->augment;
    o->clip = o->clip >= 0 ? o->clip : r->clip;
    to->groups = to->groups >= 0 ? to->groups : r->groups;
    to->partial_bn = to->partial_bn >= 0 ? to->partial_bn : r->partial_bn;
    to->net.dropout = to->net.dropout >= 0 ? to->net.dropout : r->dropout;
    to->net.zero_gamma = to->net.zero_gamma >= 0 ? to->net.zero_gamma : r->zero_gamma;
    fill_scale(&to->scale, r, channels);
}

static const char *word(bool yes) { return yes ? "yes" : "no"; }

char *tsm_recipe_text(const struct tsm_options *to)
{
    const struct trainer_options *o = &to->train;
    char rate[64] = "none", *text;
    if (o->rate_batch)
        snprintf(rate, sizeof rate, "linear --lr-batch=%lld", (long long)o->rate_batch);
    text = xasprintf("--batch=%lld --accumulate=%lld --epochs=%lld --schedule=%s --lr-scale=%s --optim=%s --clip=%g "
                     "--augment='%s' --smoothing=%g --groups=%s --partial-bn=%s", (long long)o->batch,
                     (long long)o->accumulate, (long long)o->epochs, o->schedule, rate, o->optim, o->clip, o->augment,
                     to->smoothing, to->groups ? "tsm" : "plain", word(to->partial_bn));
    if (o->network.config || o->network.config_file)
        return text;
    char *more = xasprintf("%s --dropout=%g --zero-gamma=%s", text, to->net.dropout, word(to->net.zero_gamma));
    free(text);
    return more;
}

/* ---- What is likely to disappoint ---------------------------------------------------------------------------- */

static void warn_of_rate(struct tool *t, const struct trainer_options *o, const struct tsm_recipe *r)
{
    const int64_t now = o->batch * o->accumulate, meant = samples_of(r, o);
    if (o->rate_batch == 0 && now != meant)
        tool_note(t, "warning: rates are those of %lld clips a step, and there are %lld: expected --lr-scale=linear, or "
                  "rates of your own", (long long)meant, (long long)now);
}

/* Frames of few clips are much alike. */
static void warn_of_norms(struct tool *t, const struct trainer_options *o)
{
    enum { FEW = 4 };
    const int64_t clips = o->sync_bn ? o->batch : o->batch / dist_size(o->dist);
    if (clips < FEW)
        tool_note(t, "warning: batch norms see %lld clip%s: expected %d or more%s", (long long)clips, clips == 1 ? "" : "s",
                  FEW, o->dist && !o->sync_bn ? ", or --sync-bn" : "");
}

static void warn_of_shift(struct tool *t, const struct model *m)
{
    const json_t *c = m->config;
    const int64_t div = json_integer_value(json_object_get(c, "shift"));
    const int64_t width = json_integer_value(json_object_get(c, "width"));
    if (strcmp(m->family->name, "resnet") == 0 && json_integer_value(json_object_get(c, "frames")) > 0 && div > width)
        tool_note(t, "warning: no channel of the first block shifts: it has %lld, and 1/%lld of them is less than one: "
                  "expected a smaller --div", (long long)width, (long long)div);
}

void tsm_warn(struct tool *t, const struct tsm_options *o, const struct model *m)
{
    const struct tsm_recipe *r = &tsm_recipes[o->recipe];
    if (o->train.evaluate_only || dist_rank(o->train.dist) > 0)
        return;
    warn_of_rate(t, &o->train, r);
    warn_of_norms(t, &o->train);
    warn_of_shift(t, m);
    if (!r->mirrored && strstr(o->train.augment, "flip"))
        tool_note(t, "warning: a mirrored clip has another class where directions count: expected no flip");
}
