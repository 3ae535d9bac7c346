#include "models/tsm.h"

#include "autograd/ops.h"
#include "base/mem.h"
#include "tests/unit/check.h"

#include <stdlib.h>

struct net { struct memory *memory; struct model *m; };

static const int64_t clip[] = {4, 16, 16, 3};

static struct net net_of(struct tsm_network n)
{
    struct ten_err e = {0};
    struct net x = {.memory = memory_new()};
    n.classes = n.classes ? n.classes : 3;
    n.dropout = n.dropout > 0 ? n.dropout : 0;
    json_t *config = tsm_config(&n, clip, &e);
    x.m = config ? model_new(config, x.memory, &e) : NULL;
    CHECK_STR(e.text, "");
    json_decref(config);
    return x;
}

static struct tsm_network usual(void)
{
    struct tsm_network n;
    tsm_network_default(&n);
    return n;
}

static void end(struct net x)
{
    model_free(x.m);
    CHECK_INT(memory_used(x.memory), 0);
    memory_free(x.memory);
}

static void in_group(const struct model *m, const char *name, const char *group, double rate, bool decay)
{
    const struct param *p = params_find(m->params, name);
    CHECK(p != NULL);
    const struct param_group *g = p ? &m->params->groups[p->group] : NULL;
    CHECK_STR(g ? g->name : "", group);
    CHECK_NEAR(g ? g->lr_scale : -1, rate, 0);
    CHECK_INT(g ? g->decay : -1, decay);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static void weights_biases_norms_and_the_last_layer_have_rates_of_their_own(void)
{
    struct tsm_network n = usual();
    n.non_local = true;                                 /* convolutions with biases */
    struct net x = net_of(n);

    tsm_groups(x.m, false);
    in_group(x.m, "conv1.weight", "main", 1, true);
    in_group(x.m, "layer1.0.conv1.weight", "main", 1, true);
    in_group(x.m, "layer2.0.downsample.0.weight", "main", 1, true);
    in_group(x.m, "layer2.0.nl.theta.bias", "bias", 2, false);
    in_group(x.m, "bn1.weight", "plain", 1, false);
    in_group(x.m, "layer3.0.bn2.bias", "plain", 1, false);
    in_group(x.m, "layer2.0.downsample.1.weight", "plain", 1, false);
    in_group(x.m, "fc.weight", "fc_weight", 5, true);
    in_group(x.m, "fc.bias", "fc_bias", 10, false);
    end(x);
}

static void the_mobile_network_s_too(void)
{
    struct tsm_network n = usual();
    n.arch = 4;
    n.width = 0.25;
    struct net x = net_of(n);

    tsm_groups(x.m, false);
    in_group(x.m, "stem.conv.weight", "main", 1, true);
    in_group(x.m, "stem.norm.weight", "plain", 1, false);
    in_group(x.m, "blocks.2.depthwise.norm.bias", "plain", 1, false);
    in_group(x.m, "fc.weight", "fc_weight", 5, true);
    end(x);
}

/* Its only convolutions with biases are those of BN-Inception. */
static void the_first_layer_of_motion_is_faster(void)
{
    static const int64_t flow[] = {4, 32, 32, 10};
    struct tsm_network n = usual();
    struct ten_err e = {0};
    n.arch = 6;
    n.classes = 3;
    n.dropout = 0;
    struct net x = {.memory = memory_new()};
    json_t *config = tsm_config(&n, flow, &e);
    x.m = model_new(config, x.memory, &e);
    CHECK_STR(e.text, "");
    json_decref(config);

    tsm_groups(x.m, true);
    in_group(x.m, "conv1_7x7_s2.weight", "first", 5, true);
    in_group(x.m, "conv1_7x7_s2.bias", "first_bias", 10, false);
    in_group(x.m, "conv1_7x7_s2_bn.weight", "plain", 1, false);
    in_group(x.m, "conv2_3x3_reduce.weight", "main", 1, true);
    in_group(x.m, "conv2_3x3_reduce.bias", "bias", 2, false);
    in_group(x.m, "fc.weight", "fc_weight", 5, true);
    end(x);
}

static void on_known_classes_the_last_layer_is_like_the_others(void)
{
    struct net x = net_of(usual());

    tsm_groups(x.m, false);
    tsm_same_classes(x.m);
    in_group(x.m, "fc.weight", "fc_weight", 1, true);
    in_group(x.m, "fc.bias", "fc_bias", 2, false);
    in_group(x.m, "conv1.weight", "main", 1, true);
    end(x);
}

/* One step of rate 0.1 from value 1 at gradient 1: p - rate (1 + decay p). */
static void a_step_takes_rates_and_decay_of_the_groups(void)
{
    static const struct { const char *name; double value; } want[] = {
        {"conv1.weight", 1 - 0.1 * 1.5}, {"bn1.weight", 1 - 0.1}, {"fc.weight", 1 - 0.5 * 1.5}, {"fc.bias", 1 - 1},
        {"layer1.0.bn1.weight", 1 - 0.1},
    };
    struct net x = net_of(usual());
    struct params *ps = x.m->params;
    const struct optim_rule rule = {.kind = OPTIM_SGD, .decay = 0.5};

    tsm_groups(x.m, false);
    struct optim *o = optim_new(ps, &rule);
    for (int64_t i = 0; i < ps->trained; i++)
        ps->values[i] = ps->grads[i] = 1;
    optim_step(o, &(struct optim_step){.lr = 0.1}, NULL);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct param *p = params_find(ps, want[i].name);
        for (int64_t k = 0; k < p->count; k++)
            CHECK_NEAR(p->value[k], want[i].value, 1e-6);
    }
    optim_free(o);
    end(x);
}

/* ---- Frozen norms ------------------------------------------------------------------------------ */

static void partial_batch_norm_leaves_the_first_norm_alone(void)
{
    struct net x = net_of(usual());
    struct params *ps = x.m->params;

    tsm_groups(x.m, false);
    tsm_freeze_norms(x.m);
    in_group(x.m, "bn1.weight", "plain", 1, false);
    in_group(x.m, "layer1.0.bn1.weight", "still", 0, false);
    in_group(x.m, "layer3.0.bn2.bias", "still", 0, false);
    in_group(x.m, "fc.weight", "fc_weight", 5, true);
    CHECK(!params_find(ps, "bn1.running_mean")->frozen);
    CHECK(params_find(ps, "layer1.0.bn1.running_mean")->frozen);
    end(x);
}

static void frozen_statistics_are_used_and_kept_in_training(void)
{
    struct net x = net_of(usual());
    struct params *ps = x.m->params;
    struct tape *t = tape_new(x.memory, 0);
    const int64_t dim[] = {2, 4, 16, 16, 3};

    tsm_freeze_norms(x.m);
    model_init(x.m, 1);
    struct tensor pixels = tensor_new(x.memory, TEN_F32, 5, dim);
    for (int64_t i = 0; i < tensor_count(&pixels); i++)
        pixels.f[i] = (float)(i % 7) - 3;
    tape_mode(t)->training = true;
    model_forward(x.m, t, tape_input(t, pixels));
    CHECK(params_find(ps, "bn1.running_mean")->value[0] != 0);
    for (int64_t i = 0; i < 16; i++) {
        CHECK_NEAR(params_find(ps, "layer1.0.bn1.running_mean")->value[i], 0, 0);
        CHECK_NEAR(params_find(ps, "layer1.0.bn1.running_var")->value[i], 1, 0);
    }
    tape_free(t);
    end(x);
}

static void the_last_layer_begins_near_zero(void)
{
    struct tsm_network n = usual();
    n.classes = 400;
    struct net x = net_of(n);
    double squares = 0;

    model_init(x.m, 1);
    tsm_init_last(x.m, 1);
    const struct param *w = params_find(x.m->params, "fc.weight"), *b = params_find(x.m->params, "fc.bias");
    for (int64_t i = 0; i < w->count; i++)
        squares += w->value[i] * w->value[i];
    CHECK_NEAR(sqrt(squares / (double)w->count), 0.001, 2e-5);
    for (int64_t i = 0; i < b->count; i++)
        CHECK_NEAR(b->value[i], 0, 0);
    end(x);
}

/* ---- Networks ---------------------------------------------------------------------------------- */

/* Numbers of parameters for 400 classes: of the published models 24.3 million (TSM of ResNet-50, Lin et al.), and counted
 * layer by layer. */
static void networks_have_the_sizes_of_the_papers(void)
{
    static const struct { const char *arch, *inflate; int64_t count; } want[] = {
        {"resnet50", "none", 24327632}, {"resnet101", "none", 43319760}, {"resnet50", "3x1x1", 29021648},
        {"resnet50", "3x3x3", 38041040}, {"mobilenetv2", "none", 2736272},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct tsm_network n = usual();
        while (strcmp(tsm_archs[n.arch = (n.arch + 1) % 6], want[i].arch) != 0)
            ;
        while (strcmp(tsm_inflates[n.inflate], want[i].inflate) != 0)
            n.inflate++;
        n.classes = 400;
        struct net x = net_of(n);
        CHECK_INT(params_count(x.m->params), want[i].count);
        end(x);
    }
}

static void the_tiny_network_is_that_of_small_clips(void)
{
    struct net x = net_of(usual());
    char *text = model_config_text(x.m);
    CHECK(strstr(text, "\"blocks\":[1,1,1]") && strstr(text, "\"width\":16") && strstr(text, "\"stem_stride\":2") &&
          strstr(text, "\"first_stride\":2") && strstr(text, "\"shift\":8") && strstr(text, "\"shift_mode\":\"bi\""));
    free(text);
    end(x);
}

static void inflated_networks_do_not_shift_unless_told(void)
{
    struct tsm_network n = usual();
    n.inflate = 3;
    struct net x = net_of(n);
    CHECK_INT(json_integer_value(json_object_get(x.m->config, "shift")), 0);
    end(x);
    n.shift = TSM_UNI;
    x = net_of(n);
    CHECK_INT(json_integer_value(json_object_get(x.m->config, "shift")), 8);
    end(x);
}

/* ---- Recipes ------------------------------------------------------------------------------------- */

static void what_is_given_stays_and_the_recipe_fills_in_the_rest(void)
{
    struct tsm_options o;
    tsm_options_default(&o);
    o.recipe = 2;                                       /* sth */
    o.train.epochs = 3;
    o.net.dropout = 0;
    tsm_fill(&o, 3);
    CHECK_INT(o.train.batch, 64);
    CHECK_INT(o.train.rate_batch, 64);
    CHECK_INT(o.train.epochs, 3);
    CHECK_STR(o.train.schedule, "multistep:lr=0.01,at=20/40");
    CHECK_NEAR(o.net.dropout, 0, 0);
    CHECK_NEAR(o.train.clip, 20, 0);
    CHECK_INT(o.groups, 1);
    CHECK_INT(o.partial_bn, 0);
    CHECK_NEAR(o.scale.mean[0], 0.485, 1e-7);
    char *text = tsm_recipe_text(&o);
    CHECK_STR(text, "--batch=64 --accumulate=1 --epochs=3 --schedule=multistep:lr=0.01,at=20/40 --lr-scale=linear "
              "--lr-batch=64 --optim=sgd:momentum=0.9,decay=5e-4 --clip=20 --augment='' --smoothing=0 --groups=tsm "
              "--partial-bn=no --dropout=0 --zero-gamma=no");
    free(text);
}

static void colours_alone_are_scaled_by_a_recipe(void)
{
    struct tsm_options o;
    tsm_options_default(&o);
    tsm_fill(&o, 1);
    CHECK_INT(o.scale.channels, 0);
}

/* ---- Loss ---------------------------------------------------------------------------------------- */

/* Two frames that answer (0, 2) and (4, 0): right for class 0 by their average, and a loss of their own each. */
static void frames_apart_each_have_a_loss_and_one_score_together(void)
{
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, 0);
    struct tsm_objective ours = {.loss = {.classes = 2}};
    const struct objective o = tsm_objective(&ours);
    float answer[] = {0, 2, 4, 0};
    int32_t class[] = {0};
    double score = 0;
    const struct tensor label = tensor_over(class, TEN_I32, 1, (int64_t[]){1});
    const struct batch b = {.n = 1, .label = &label};
    struct var *out = tape_leaf(t, tensor_over(answer, TEN_F32, 3, (int64_t[]){1, 2, 2}));

    CHECK_NEAR(o.loss(o.ctx, t, out, &b, &score)->v.f[0], (log(1 + exp(2)) + log(1 + exp(-4))) / 2, 1e-6);
    CHECK_NEAR(score, 1, 0);
    tape_free(t);
    memory_free(memory);
}

/* ---- Gradients of whole networks --------------------------------------------------------------- */

enum { CLIPS = 8 };

static double loss_of(const struct net *x, struct tape *t, bool back)
{
    static const int64_t dim[] = {CLIPS, 4, 16, 16, 3};
    static int32_t class[CLIPS] = {0, 2, 1, 2, 0, 1, 1, 0};
    struct tensor clips = tensor_new(x->memory, TEN_F32, 5, dim);
    rng_fill_normal(&(struct rng){7, 0}, 0, clips.f, tensor_count(&clips), 0, 1);
    struct var *y = model_forward(x->m, t, tape_input(t, clips));
    struct var *loss = op_mean_all(t, op_cross_entropy(t, y, tape_input(t, tensor_over(class, TEN_I32, 1, dim)), 0));
    const double value = loss->v.f[0];
    if (back)
        tape_backward(t, loss);
    tape_clear(t);
    return value;
}

/* Norms lift every other channel above the corner of the relu behind them and push the others below it: few sums cross it
 * when a weight moves. */
static void away_from_corners(const struct params *ps)
{
    rng_fill_normal(&(struct rng){6, 0}, 0, ps->values, ps->trained, 0, 0.3f);
    for (int k = 0; k < ps->n; k++) {
        const struct param *p = ps->list[k];
        const bool norm = p->group >= 0 && strcmp(ps->groups[p->group].name, "plain") == 0;
        for (int64_t i = 0; norm && i < p->count; i++)
            p->value[i] = strstr(p->name, ".bias") && i % 2 == 0 ? -1 : 1;
    }
}

static double length(const float *g, int64_t n)
{
    double squares = 0;
    for (int64_t i = 0; i < n; i++)
        squares += (double)g[i] * g[i];
    return sqrt(squares);
}

/* The slope of the loss along the gradient of p, whose length is `size`.  The loss moves by 5e-4 each way: of more, relus
 * have corners, of less, too much is rounding. */
static double slope_along(const struct net *x, struct tape *t, const struct param *p, double size)
{
    const float *g = x->m->params->grads + p->at;
    const double step = 5e-4 / size;
    float *const kept = xmalloc((size_t)p->count * sizeof *kept);
    double loss[2];
    memcpy(kept, p->value, (size_t)p->count * sizeof *kept);
    for (int side = 0; side < 2; side++) {
        for (int64_t i = 0; i < p->count; i++)
            p->value[i] = kept[i] + (float)((side ? -step : step) / size * g[i]);
        params_changed(x->m->params);
        loss[side] = loss_of(x, t, false);
    }
    memcpy(p->value, kept, (size_t)p->count * sizeof *kept);
    free(kept);
    return (loss[0] - loss[1]) / (2 * step);
}

/* All tensors' errors together are less than a thousandth of the whole gradient. */
static void gradients_are_slopes(struct tsm_network n)
{
    struct net x = net_of(n);
    struct params *ps = x.m->params;
    struct tape *t = tape_new(x.memory, 1);
    double errors = 0;
    away_from_corners(ps);
    params_changed(ps);
    loss_of(&x, t, true);
    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];
        const double size = p->group >= 0 ? length(ps->grads + p->at, p->count) : 0;
        if (p->group >= 0)
            errors += pow(slope_along(&x, t, p, size) - size, 2);
    }
    CHECK_NEAR(sqrt(errors) / length(ps->grads, ps->trained), 0, 1e-3);
    tape_free(t);
    end(x);
}

/* Copied in front of whole blocks; in place, and fused, in front of the residual branch. */
static void gradients_of_networks_that_shift_are_slopes_of_the_loss(void)
{
    for (int shift = TSM_BI; shift <= TSM_UNI; shift++)
        for (int impl = 1; impl <= 3; impl++) {
            struct tsm_network n = usual();
            n.shift = shift;
            n.impl = impl;
            n.block = impl == 1;
            gradients_are_slopes(n);
        }
}

int main(void)
{
    RUN(weights_biases_norms_and_the_last_layer_have_rates_of_their_own);
    RUN(the_mobile_network_s_too);
    RUN(the_first_layer_of_motion_is_faster);
    RUN(on_known_classes_the_last_layer_is_like_the_others);
    RUN(a_step_takes_rates_and_decay_of_the_groups);
    RUN(partial_batch_norm_leaves_the_first_norm_alone);
    RUN(frozen_statistics_are_used_and_kept_in_training);
    RUN(the_last_layer_begins_near_zero);
    RUN(networks_have_the_sizes_of_the_papers);
    RUN(the_tiny_network_is_that_of_small_clips);
    RUN(inflated_networks_do_not_shift_unless_told);
    RUN(what_is_given_stays_and_the_recipe_fills_in_the_rest);
    RUN(colours_alone_are_scaled_by_a_recipe);
    RUN(gradients_of_networks_that_shift_are_slopes_of_the_loss);
    RUN(frames_apart_each_have_a_loss_and_one_score_together);
    return check_report();
}
