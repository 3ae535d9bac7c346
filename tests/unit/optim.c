/*
 * Stored values come from torch.optim of PyTorch 1.13 in f32: the parameter P, its gradient set to
 * each row of G in turn, lr 0.1, one step() each, with the options that the text names; and from
 * torch.nn.utils.clip_grad_norm_.
 */
#include "nn/optim.h"

#include "base/mem.h"
#include "base/random.h"
#include "check.h"
#include "nn/simd_optim.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>

static const float P[3] = {0.5f, -1.25f, 2.0f};
static const float G[3][3] = {{0.1f, -0.2f, 0.3f}, {0.4f, 0.05f, -0.6f}, {-0.7f, 0.8f, 0.9f}};

static struct memory *m;
static struct params *ps;
static struct optim *opt;

static struct optim_rule rule_of(const char *text)
{
    struct optim_rule r = {0};
    struct ten_err e;

    CHECK_INT(optim_parse(&r, text, &e), 0);
    return r;
}

static void end(void)
{
    optim_free(opt);
    params_free(ps);
    opt = NULL;
    ps = NULL;
}

/* n tensors of these lengths, all in the main group. */
static void begin(const char *rule, int n, const int64_t *length)
{
    const struct optim_rule r = rule_of(rule);

    end();
    ps = params_new(m);
    for (int i = 0; i < n; i++)
        params_add(ps, (char[]){(char)('a' + i), 0}, PARAMS_MAIN, 1, &length[i]);
    params_seal(ps);
    opt = optim_new(ps, &r);
}

static void step(double lr)
{
    CHECK_INT(optim_step(opt, &(struct optim_step){.lr = lr}, NULL), OPTIM_DONE);
}

static void three_steps_are_those_of_pytorch(void)
{
    static const struct { const char *rule; float want[3]; } stored[] = {
        {"sgd", {0.520000041f, -1.31500006f, 1.93999994f}},
        {"sgd:decay=0.05", {0.512837231f, -1.29651809f, 1.91014898f}},
        {"sgd:momentum=0.9,decay=0.05", {0.453324676f, -1.25074184f, 1.88710904f}},
        {"sgd:momentum=0.9,dampening=0.5", {0.469900012f, -1.24055004f, 1.93070006f}},
        {"sgd:momentum=0.9,nesterov=1,decay=0.05", {0.471496105f, -1.29783344f, 1.80909038f}},
        {"adam", {0.331930965f, -1.15586972f, 1.90228629f}},
        {"adam:beta1=0,beta2=0.99,decay=0.05", {0.410250008f, -1.3086127f, 1.86559939f}},
        {"adam:beta2=0.5,amsgrad=1", {0.33895126f, -1.14941466f, 1.90417266f}},
        {"adamw:decay=0.3", {0.296830624f, -1.05402946f, 1.73244405f}},
        {"rmsprop", {-0.607609749f, -1.4626323f, 1.09181857f}},
        {"rmsprop:alpha=0.9,momentum=0.8,decay=0.05", {-0.54268086f, -0.788143575f, 1.41780484f}},
        {"rmsprop:centered=1,eps=1e-3", {-0.514964461f, -1.48631799f, 1.11306047f}},
        {"rmsprop:centered=1,momentum=0.8,alpha=0.9", {-0.633580327f, -0.904241741f, 1.44436562f}},
    };

    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        begin(stored[i].rule, 1, (int64_t[]){3});
        memcpy(ps->values, P, sizeof P);
        for (int t = 0; t < 3; t++) {
            memcpy(ps->grads, G[t], sizeof G[t]);
            step(0.1);
        }
        /* Each step rounds a handful of times, values and updates being at most 2. */
        for (int k = 0; k < 3; k++)
            CHECK_NEAR(ps->values[k], stored[i].want[k], 3 * 4 * FLT_EPSILON);
    }
}

/* t = 1: m^ = g and v^ = g^2, so that u = sign(g); |p| = 5, |u| = sqrt 2. */
static void lamb_moves_by_the_length_of_the_tensor(void)
{
    begin("lamb:decay=0,eps=0", 1, (int64_t[]){2});
    ps->values[0] = 3;
    ps->values[1] = 4;
    ps->grads[0] = 0.001f;
    ps->grads[1] = -7;
    step(0.1);
    CHECK_NEAR(ps->values[0], 3 - 0.1 * 5 / sqrt(2), 4 * 3 * FLT_EPSILON);
    CHECK_NEAR(ps->values[1], 4 + 0.1 * 5 / sqrt(2), 4 * 4 * FLT_EPSILON);
}

/* u = sign(g) + p / 2 = (2.5, 1), p = (3, 4). */
static void lamb_counts_decay_into_the_length_of_the_update(void)
{
    begin("lamb:decay=0.5,eps=0", 1, (int64_t[]){2});
    ps->values[0] = 3;
    ps->values[1] = 4;
    ps->grads[0] = 1;
    ps->grads[1] = -1;
    step(0.1);
    CHECK_NEAR(ps->values[0], 3 - 0.1 * 5 / sqrt(7.25) * 2.5, 4 * 3 * FLT_EPSILON);
    CHECK_NEAR(ps->values[1], 4 - 0.1 * 5 / sqrt(7.25), 4 * 4 * FLT_EPSILON);
}

/* |p| = 5, |g| = 1: s = 0.3 * 5 / (1 + 0.1 * 5) = 1. */
static void lars_takes_the_ratio_of_weight_and_gradient_for_each_tensor(void)
{
    begin("lars:momentum=0.5,decay=0.1,trust=0.3", 2, (int64_t[]){2, 1});
    const float p[2] = {3, 4}, g[2] = {0.6f, 0.8f};

    memcpy(ps->list[0]->value, p, sizeof p);
    memcpy(ps->list[0]->grad, g, sizeof g);
    ps->list[1]->grad[0] = 2;                   /* of a tensor that is zero: s = 1 */
    step(0.1);
    CHECK_NEAR(ps->list[0]->value[0], 3 - 0.1 * (0.6 + 0.3), 1e-6);
    CHECK_NEAR(ps->list[0]->value[1], 4 - 0.1 * (0.8 + 0.4), 1e-6);
    CHECK_NEAR(ps->list[1]->value[0], -0.2, 1e-7);
    /* The second step goes on with half of the first. */
    params_zero_grad(ps);
    step(0);
    CHECK_NEAR(ps->list[0]->value[0], 2.91 - 0.045, 1e-6);
    CHECK_NEAR(ps->list[1]->value[0], -0.3, 1e-7);
}

static void groups_have_their_own_rate_and_decay_and_may_stand_still(void)
{
    static const char *const rules[] = {"sgd:decay=1", "lamb:decay=1,eps=0", "lars:decay=1,momentum=0"};

    for (int i = 0; i < 3; i++) {
        const struct optim_rule r = rule_of(rules[i]);

        end();
        ps = params_new(m);
        struct param *still = params_add(ps, "still", params_group(ps, "still", 0, true), 1, (int64_t[]){1});
        struct param *bias = params_add(ps, "bias", params_group(ps, "bias", 2, false), 1, (int64_t[]){1});
        struct param *mean = params_add_state(ps, "mean", 1, (int64_t[]){1});
        params_seal(ps);
        opt = optim_new(ps, &r);
        still->value[0] = bias->value[0] = mean->value[0] = 10;
        still->grad[0] = 100;
        bias->grad[0] = 1;
        step(0.5);
        CHECK(still->value[0] == 10 && mean->value[0] == 10);
        CHECK_NEAR(bias->value[0], 9, 1e-6);    /* 2 * 0.5 * 1, neither decayed nor scaled */
        CHECK_INT(opt->steps[bias->group], 1);
        CHECK_INT(opt->steps[still->group], 0);
        CHECK_INT(bias->version, 2);
        CHECK_INT(still->version, 1);
        CHECK_NEAR(optim_grad_norm(opt), 1, 0);
    }
}

static void the_norm_is_clipped_as_pytorch_clips_it(void)
{
    double norm;

    begin("sgd", 1, (int64_t[]){3});
    memcpy(ps->grads, (float[]){3, -4, 12}, 3 * sizeof(float));
    CHECK_INT(optim_step(opt, &(struct optim_step){.lr = 1, .clip_norm = 2.6}, &norm), OPTIM_DONE);
    CHECK_NEAR(norm, 13, 0);
    CHECK_NEAR(ps->values[0], -0.5999999642372131, 2 * FLT_EPSILON);
    CHECK_NEAR(ps->values[1], 0.7999999523162842, 2 * FLT_EPSILON);
    CHECK_NEAR(ps->values[2], -2.3999998569488525, 4 * FLT_EPSILON);
    /* What is short enough stays as it is. */
    memcpy(ps->values, P, sizeof P);
    optim_step(opt, &(struct optim_step){.lr = 1, .clip_norm = 13.1}, NULL);
    CHECK(ps->values[0] == -2.5f && ps->values[1] == 2.75f && ps->values[2] == -10);
}

static void scale_comes_before_the_norm_and_values_are_clamped_last(void)
{
    double norm;

    begin("sgd", 1, (int64_t[]){3});
    memcpy(ps->grads, (float[]){6, -8, 24}, 3 * sizeof(float));
    optim_step(opt, &(struct optim_step){.lr = 1, .scale = 0.5, .clip_value = 3.5}, &norm);
    CHECK_NEAR(norm, 13, 0);
    CHECK(ps->values[0] == -3 && ps->values[1] == 3.5f && ps->values[2] == -3.5f);
    CHECK(ps->grads[0] == 6);
}

static void gradients_are_zeroed_when_asked_everywhere(void)
{
    const struct optim_rule r = rule_of("adam");

    end();
    ps = params_new(m);
    params_add(ps, "a", PARAMS_MAIN, 1, (int64_t[]){40000});
    params_add(ps, "b", params_group(ps, "still", 0, true), 1, (int64_t[]){5});
    params_seal(ps);
    opt = optim_new(ps, &r);
    for (int round = 0; round < 2; round++) {
        for (int64_t i = 0; i < ps->trained; i++)
            ps->grads[i] = 1;
        if (round)                              /* a step that is skipped zeroes as well */
            ps->grads[77] = NAN;
        optim_step(opt, &(struct optim_step){.lr = 1, .zero = true}, NULL);
        for (int i = 0; i < ps->n; i++)
            for (int64_t k = 0; k < ps->list[i]->count; k++)
                CHECK(ps->list[i]->grad[k] == 0);
    }
}

static void a_gradient_that_is_not_finite_skips_the_step_and_changes_nothing(void)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    double norm;

    for (int i = 0; i < 3; i++) {
        begin("adam", 1, (int64_t[]){50});
        ps->grads[0] = 1;
        step(0.1);
        const float value = ps->values[0], first = opt->slot[0].flat[0];
        ps->grads[49] = bad[i];
        CHECK_INT(optim_step(opt, &(struct optim_step){.lr = 0.1, .clip_norm = 1}, &norm), OPTIM_SKIPPED);
        CHECK(!isfinite(norm));
        CHECK(ps->values[0] == value && opt->slot[0].flat[0] == first);
        CHECK_INT(opt->steps[0], 1);
        CHECK_INT(ps->list[0]->version, 2);
    }
    /* Sums of squares that no float holds are finite. */
    begin("sgd", 1, (int64_t[]){2});
    ps->grads[0] = ps->grads[1] = FLT_MAX;
    CHECK_INT(optim_step(opt, &(struct optim_step){.lr = 0}, &norm), OPTIM_DONE);
    CHECK_NEAR(norm, sqrt(2) * FLT_MAX, 1e23);
}

/* Unchecked, it goes where it will: nothing turns it into a number. */
static void an_unchecked_nan_stays_one(void)
{
    begin("adam", 1, (int64_t[]){2});
    ps->grads[0] = NAN;
    ps->grads[1] = 1;
    optim_step(opt, &(struct optim_step){.lr = 0.1, .clip_value = 1, .unchecked = true}, NULL);
    CHECK(isnan(ps->values[0]));
    CHECK_NEAR(ps->values[1], -0.1, 1e-7);
}

static void nothing_to_optimise_is_no_failure(void)
{
    double norm = -1;

    begin("lamb", 0, NULL);
    CHECK_INT(optim_step(opt, &(struct optim_step){.lr = 0.1, .zero = true}, &norm), OPTIM_DONE);
    CHECK(norm == 0);
    begin("adam", 2, (int64_t[]){0, 0});
    step(0.1);
}

static const char *const all_rules[] = {
    "sgd:decay=0.01", "sgd:momentum=0.9", "sgd:momentum=0.9,nesterov=1", "adam:decay=0.01", "adam:amsgrad=1",
    "adamw", "rmsprop", "rmsprop:momentum=0.9", "rmsprop:centered=1,eps=0.1",
    "rmsprop:centered=1,momentum=0.9,eps=0.1", "lamb", "lars:decay=0.01",
};
enum { RULES = sizeof all_rules / sizeof *all_rules };

/* Three steps with random gradients and clipping. */
static void random_steps(void)
{
    rng_fill_normal(&(struct rng){1, 0}, 0, ps->values, ps->trained, 0, 1);
    for (uint64_t t = 0; t < 3; t++) {
        for (int i = 0; i < ps->n; i++)
            rng_fill_normal(&(struct rng){2 + t, (uint64_t)i}, 0, ps->list[i]->grad, ps->list[i]->count, 0, 1);
        CHECK_INT(optim_step(opt, &(struct optim_step){.lr = 0.01, .clip_norm = 10}, NULL), OPTIM_DONE);
    }
}

/* Tensors end within units, at their borders and beyond. */
static const int64_t lengths[] = {16384, 1, 70000, 33, 0, 30000, 5};

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();

    for (int r = 0; r < RULES; r++) {
        float *first = NULL;

        for (int threads = 1; threads <= 3; threads++) {
            begin(all_rules[r], 7, lengths);
            omp_set_num_threads(threads);
            random_steps();
            const size_t bytes = (size_t)ps->trained * sizeof *first;
            if (!first)
                first = memcpy(xmalloc(bytes), ps->values, bytes);
            CHECK_BYTES(ps->values, first, bytes);
        }
        free(first);
    }
    omp_set_num_threads(before);
}

/* A tensor in many pieces is a tensor: the same numbers alone, elsewhere in the buffer. */
static void where_a_tensor_lies_does_not_change_it(void)
{
    float alone[40000];

    for (int r = 0; r < RULES; r++) {
        begin(all_rules[r], 1, (int64_t[]){40000});
        rng_fill_normal(&(struct rng){1, 0}, 0, ps->list[0]->value, 40000, 0, 1);
        rng_fill_normal(&(struct rng){2, 0}, 0, ps->list[0]->grad, 40000, 0, 1);
        step(0.1);
        memcpy(alone, ps->values, sizeof alone);
        begin(all_rules[r], 3, (int64_t[]){20, 10000, 40000});
        rng_fill_normal(&(struct rng){1, 0}, 0, ps->list[2]->value, 40000, 0, 1);
        rng_fill_normal(&(struct rng){2, 0}, 0, ps->list[2]->grad, 40000, 0, 1);
        step(0.1);
        for (int k = 0; k < 40000; k++)         /* sums of lamb and lars are cut elsewhere */
            CHECK_NEAR(ps->list[2]->value[k], alone[k], 4 * FLT_EPSILON * fmax(1, fabs((double)alone[k])));
    }
}

enum { LENGTH = 67 };                           /* whole vectors of every width, and a rest */

struct outcome { float p[LENGTH], m[LENGTH], v[LENGTH], x[LENGTH]; };

static struct outcome run(optim_kernel *kernel, int64_t n)
{
    const struct optim_coef c = {.scale = 0.5f, .limit = 1, .decay = 0.01f, .shrink = 0.999f, .keep_m = 0.9f,
                                 .new_m = 0.1f, .keep_v = 0.99f, .new_v = 0.01f, .root = 1.5f, .eps = 0.1f,
                                 .rate = 0.02f};
    struct outcome o;
    float g[LENGTH];
    const struct optim_moments s = {o.m, o.v, o.x};

    rng_fill_normal(&(struct rng){1, 0}, 0, o.p, LENGTH, 0, 1);
    rng_fill_normal(&(struct rng){2, 0}, 0, g, LENGTH, 0, 2);
    rng_fill_normal(&(struct rng){3, 0}, 0, o.m, LENGTH, 0, 1);
    rng_fill_uniform(&(struct rng){4, 0}, 0, o.v, LENGTH, 1, 2);
    rng_fill_uniform(&(struct rng){5, 0}, 0, o.x, LENGTH, 0, 0.5f);
    kernel(&c, o.p, g, &s, n);
    return o;
}

/*
 * Values are below 4 and moments below 8 in size.  A fused product saves one rounding of half an eps
 * of it; five such differ at most in a step, and division by at least 0.1 carries those of the moments on.
 */
static void every_level_agrees_with_the_plain_loops_and_touches_no_more(void)
{
    const struct optim_kernels *base = &optim_kernels_base;
    const enum isa top = isa_level();

    for (enum isa l = ISA_V3; l <= top; l++) {
        const struct optim_kernels *k = ISA_AT(optim_kernels, l);
        optim_kernel *const pair[][2] = {
            {k->sgd, base->sgd}, {k->momentum, base->momentum}, {k->nesterov, base->nesterov},
            {k->adam, base->adam}, {k->amsgrad, base->amsgrad}, {k->rmsprop, base->rmsprop},
            {k->rmsprop_momentum, base->rmsprop_momentum}, {k->centered, base->centered},
            {k->centered_momentum, base->centered_momentum}, {k->lamb_apply, base->lamb_apply},
        };

        for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
            for (int64_t n = 0; n <= LENGTH; n++) {
                const struct outcome got = run(pair[i][0], n), want = run(pair[i][1], n);
                const struct outcome untouched = run(base->sgd, 0);
                const size_t rest = (size_t)(LENGTH - n) * sizeof(float);

                for (int64_t j = 0; j < n; j++) {
                    CHECK_NEAR(got.p[j], want.p[j], 5 * 4 * FLT_EPSILON);
                    CHECK_NEAR(got.m[j], want.m[j], 5 * 8 * 10 * FLT_EPSILON);
                    CHECK_NEAR(got.v[j], want.v[j], 5 * FLT_EPSILON);
                    CHECK_NEAR(got.x[j], want.x[j], 5 * FLT_EPSILON);
                }
                CHECK_BYTES(got.p + n, untouched.p + n, rest);
                CHECK_BYTES(got.m + n, untouched.m + n, rest);
                CHECK_BYTES(got.v + n, untouched.v + n, rest);
            }
    }
}

static void sums_of_squares_are_the_same_bits_at_every_level(void)
{
    float x[1001];
    const enum isa top = isa_level();

    rng_fill_normal(&(struct rng){1, 0}, 0, x, 1001, 0, 1);
    for (int64_t n = 0; n <= 1001; n += n < 70 ? 1 : 133) {
        const double want = optim_kernels_base.square_sum(x, n);
        double sum = 0;

        for (int64_t i = 0; i < n; i++)
            sum += (double)x[i] * x[i];
        CHECK_NEAR(want, sum, (double)n * DBL_EPSILON * sum);
        for (enum isa l = ISA_V3; l <= top; l++)
            CHECK(ISA_AT(optim_kernels, l)->square_sum(x, n) == want);
    }
}

static void rules_are_read_from_text(void)
{
    struct optim_rule r = rule_of("adamw:beta1=0,eps=1e-6");
    struct ten_err e;

    CHECK(r.kind == OPTIM_ADAMW && r.beta1 == 0 && r.beta2 == 0.999 && r.eps == 1e-6 && r.decay == 0.01);
    r = rule_of("sgd");
    CHECK(r.kind == OPTIM_SGD && r.momentum == 0 && r.decay == 0 && !r.nesterov);
    r = rule_of("lars:trust=0.02");
    CHECK(r.momentum == 0.9 && r.trust == 0.02);
    r = rule_of("sgd:momentum=0.9,nesterov=1");
    CHECK(r.nesterov);

    CHECK_INT(optim_parse(&r, "adm:beta1=0", &e), -1);
    CHECK_STR(e.text, "optimiser: adm: unknown: expected one of sgd, adam, adamw, rmsprop, lamb, lars");
    CHECK_INT(e.code, TEN_E_USAGE);
    CHECK_INT(optim_parse(&r, "adam:momentum=0.9", &e), -1);
    CHECK_STR(e.text, "adam: momentum: unknown: expected some of decay, beta1, beta2, eps, amsgrad");
    CHECK_INT(optim_parse(&r, "adam:beta2=1", &e), -1);
    CHECK_STR(e.text, "adam: beta2=1: expected a number from 0 to 0.999999");
    CHECK_INT(optim_parse(&r, "sgd:nesterov=1", &e), -1);
    CHECK_STR(e.text, "sgd: nesterov: no momentum, or dampening: expected momentum alone");
}

int main(void)
{
    m = memory_new();
    RUN(three_steps_are_those_of_pytorch);
    RUN(lamb_moves_by_the_length_of_the_tensor);
    RUN(lamb_counts_decay_into_the_length_of_the_update);
    RUN(lars_takes_the_ratio_of_weight_and_gradient_for_each_tensor);
    RUN(groups_have_their_own_rate_and_decay_and_may_stand_still);
    RUN(the_norm_is_clipped_as_pytorch_clips_it);
    RUN(scale_comes_before_the_norm_and_values_are_clamped_last);
    RUN(gradients_are_zeroed_when_asked_everywhere);
    RUN(a_gradient_that_is_not_finite_skips_the_step_and_changes_nothing);
    RUN(an_unchecked_nan_stays_one);
    RUN(nothing_to_optimise_is_no_failure);
    RUN(the_thread_count_changes_no_bit);
    RUN(where_a_tensor_lies_does_not_change_it);
    RUN(every_level_agrees_with_the_plain_loops_and_touches_no_more);
    RUN(sums_of_squares_are_the_same_bits_at_every_level);
    RUN(rules_are_read_from_text);
    end();
    memory_free(m);
    return check_report();
}
