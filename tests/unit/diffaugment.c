/* References: PyTorch's results for draws fixed in tests/data, and the ops one by one in double. */
#include "tensor/diffaugment.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/threads.h"
#include "check.h"

#include <stdlib.h>

#include "tests/data/diffaugment_reference.h"

enum {
    REFERENCES = sizeof references / sizeof references[0],
    ROOM = 4 * 12 * 12 * 5,             /* elements of a trial */
    TRIALS = 400,
};

static const struct rng rng = {1, 2};

static struct augment_policy policy_of(const char *text)
{
    struct augment_policy p;
    struct ten_err e;

    CHECK(augment_parse(&p, text, &e) == 0);
    return p;
}

static int64_t size_of(const int64_t dim[4]) { return dim[0] * dim[1] * dim[2] * dim[3]; }

static double inner(const float *a, const float *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

/* ---- The ops, one by one ------------------------------------------------------------------ */

/* One op on a sample x [H,W,C], in double. */
static void naive(enum augment_op op, double *y, const double *x, const int64_t dim[4],
                  const struct augment_draw *d)
{
    const int64_t h = dim[1], w = dim[2], c = dim[3], kh = (int64_t)floor(h / 2.0 + 0.5),
                  kw = (int64_t)floor(w / 2.0 + 0.5);
    double mu = 0;

    for (int64_t k = 0; k < h * w * c; k++)
        mu += x[k] / (double)(h * w * c);
    for (int64_t i = 0; i < h; i++)
        for (int64_t j = 0; j < w; j++) {
            const int64_t ti = i + d->translation[0], tj = j + d->translation[1];
            const int64_t from[4][2] = {{i, j}, {j, w - 1 - i}, {h - 1 - i, w - 1 - j},
                                        {h - 1 - j, i}};
            const int64_t *turn = from[op == AUGMENT_ROT90 ? d->rot90 : 0];
            const int64_t di = i - (d->cutout[0] - kh / 2), dj = j - (d->cutout[1] - kw / 2);
            double m = 0;

            for (int64_t k = 0; k < c; k++)
                m += x[(i * w + j) * c + k] / (double)c;
            for (int64_t k = 0; k < c; k++) {
                const double here = x[(i * w + j) * c + k];
                double v = 0;

                switch (op) {
                case AUGMENT_BRIGHTNESS: v = here + d->brightness; break;
                case AUGMENT_SATURATION: v = m + d->saturation * (here - m); break;
                case AUGMENT_CONTRAST: v = mu + d->contrast * (here - mu); break;
                case AUGMENT_TRANSLATION:
                    v = ti >= 0 && ti < h && tj >= 0 && tj < w ? x[(ti * w + tj) * c + k] : 0;
                    break;
                case AUGMENT_CUTOUT:
                    v = di >= 0 && di < kh && dj >= 0 && dj < kw ? 0 : here;
                    break;
                case AUGMENT_FLIP: v = d->flip ? x[(i * w + w - 1 - j) * c + k] : here; break;
                case AUGMENT_ROT90: v = x[(turn[0] * w + turn[1]) * c + k]; break;
                case AUGMENT_OPS: break;
                }
                y[(i * w + j) * c + k] = v;
            }
        }
}

static void naive_all(double *y, const float *x, const int64_t dim[4],
                      const struct augment_policy *p, const struct augment_draw *d)
{
    const int64_t size = dim[1] * dim[2] * dim[3];
    double work[ROOM];

    for (int64_t n = 0; n < dim[0]; n++) {
        for (int64_t i = 0; i < size; i++)
            y[n * size + i] = x[n * size + i];
        for (int k = 0; k < p->n && d[n].applied; k++) {
            memcpy(work, y + n * size, (size_t)size * sizeof *y);
            naive(p->op[k], y + n * size, work, dim, &d[n]);
        }
    }
}

/* ---- A batch, a policy and draws by number ------------------------------------------------ */

struct trial {
    int64_t dim[4], size;
    struct augment_policy policy;
    struct augment_draw draw[4];
    float x[ROOM], g[ROOM];
};

/* Trial t: sizes from 1 on, a random subset of the ops in random order, p = 3/4. */
static void make_trial(struct trial *t, uint64_t number)
{
    const struct rng r = {number, 77};
    int64_t order[AUGMENT_OPS];

    t->dim[0] = 1 + (int64_t)rng_below(&r, 0, 4);
    t->dim[1] = 1 + (int64_t)rng_below(&r, 1, 12);
    t->dim[2] = rng_below(&r, 2, 2) ? t->dim[1] : 1 + (int64_t)rng_below(&r, 3, 12);
    t->dim[3] = 1 + (int64_t)rng_below(&r, 4, 5);
    t->size = size_of(t->dim);
    t->policy = (struct augment_policy){.n = (int)rng_below(&r, 5, AUGMENT_OPS + 1)};
    rng_permutation(&r, 10, order, AUGMENT_OPS);
    for (int i = 0; i < t->policy.n; i++)
        t->policy.op[i] = (enum augment_op)order[i];
    augment_draw(t->draw, t->dim[0], t->dim[1], t->dim[2], &t->policy,
                 &(struct augment_source){.seed = number, .p = 0.75});
    rng_fill_uniform(&r, 100, t->x, t->size, -1, 1);
    rng_fill_normal(&r, 10000, t->g, t->size, 0, 1);
}

/* ---- Tests -------------------------------------------------------------------------------- */

static void forward_and_gradient_are_those_of_pytorch(void)
{
    for (int i = 0; i < REFERENCES; i++) {
        const struct reference *r = &references[i];
        const struct augment_policy p = policy_of(r->policy);
        float y[ROOM], dx[ROOM];

        augment_apply(AUGMENT_FORWARD, y, reference_pool.x, r->dim, &p, r->draw);
        augment_apply(AUGMENT_ADJOINT, dx, reference_pool.g, r->dim, &p, r->draw);
        for (int64_t k = 0; k < size_of(r->dim); k++) {
            CHECK_NEAR(y[k], r->y[k], 1e-6);
            CHECK_NEAR(dx[k], r->dx[k], 1e-6);
        }
    }
}

/*
 * Every stage rounds a, d and k once, the sum over channels C-1 times, and three products and two
 * sums: C+7 roundings of values that stay below |a|+|C d|+|e|+|k| <= 2*1.5+3+1.5+0.5 = 8, and no
 * policy has more than 4 stages.
 */
static void fused_policies_are_the_ops_one_by_one(void)
{
    static struct trial t;

    for (uint64_t number = 0; number < TRIALS; number++) {
        double want[ROOM];
        float y[ROOM];

        make_trial(&t, number);
        naive_all(want, t.x, t.dim, &t.policy, t.draw);
        augment_apply(AUGMENT_FORWARD, y, t.x, t.dim, &t.policy, t.draw);
        for (int64_t k = 0; k < t.size; k++)
            CHECK_NEAR(y[k], want[k], 4 * (double)(t.dim[3] + 7) * 8 * 0x1p-24);
    }
}

static void check_adjoint(const struct trial *t, const struct augment_policy *p)
{
    float l[ROOM], back[ROOM];
    double scale;

    augment_apply(AUGMENT_TANGENT, l, t->x, t->dim, p, t->draw);
    augment_apply(AUGMENT_ADJOINT, back, t->g, t->dim, p, t->draw);
    scale = sqrt(inner(l, l, t->size) * inner(t->g, t->g, t->size));
    CHECK_NEAR(inner(l, t->g, t->size), inner(t->x, back, t->size), 1e-5 * scale);
}

static void adjoint_is_the_transpose_of_the_linear_part_for_ops_and_chains(void)
{
    static struct trial t;

    for (uint64_t number = 0; number < TRIALS; number++) {
        make_trial(&t, number);
        check_adjoint(&t, &t.policy);
        for (int k = 0; k < t.policy.n; k++)
            check_adjoint(&t, &(struct augment_policy){.n = 1, .op = {t.policy.op[k]}});
    }
}

/* The bound of the forward, three times. */
static void tangent_is_the_difference_of_two_forwards(void)
{
    static struct trial t;

    for (uint64_t number = 0; number < TRIALS; number++) {
        float moved[ROOM], v[ROOM], y0[ROOM], y1[ROOM], l[ROOM];

        make_trial(&t, number);
        rng_fill_uniform(&rng, number, v, t.size, -1, 1);
        for (int64_t k = 0; k < t.size; k++)
            moved[k] = t.x[k] + v[k];
        augment_apply(AUGMENT_FORWARD, y0, t.x, t.dim, &t.policy, t.draw);
        augment_apply(AUGMENT_FORWARD, y1, moved, t.dim, &t.policy, t.draw);
        augment_apply(AUGMENT_TANGENT, l, v, t.dim, &t.policy, t.draw);
        for (int64_t k = 0; k < t.size; k++)
            CHECK_NEAR(y1[k] - y0[k], l[k], 3 * 4 * (double)(t.dim[3] + 7) * 2 * 8 * 0x1p-24);
    }
}

static void in_place_gives_the_same_bits_in_every_mode(void)
{
    static struct trial t;

    for (uint64_t number = 0; number < TRIALS; number++)
        for (int mode = AUGMENT_FORWARD; mode <= AUGMENT_ADJOINT; mode++) {
            float y[ROOM];

            make_trial(&t, number);
            augment_apply(mode, y, t.x, t.dim, &t.policy, t.draw);
            augment_apply(mode, t.x, t.x, t.dim, &t.policy, t.draw);
            CHECK_BYTES(t.x, y, (size_t)t.size * sizeof *y);
        }
}

static void one_thread_and_two_give_the_same_bits(void)
{
    const int64_t dim[4] = {9, 251, 257, 3}, n = size_of(dim);    /* enough for threads */
    const struct augment_policy p = policy_of("translation,color,flip,cutout");
    float *x = xmalloc((size_t)n * sizeof *x), *y[2];
    struct augment_draw d[9];

    rng_fill_uniform(&rng, 0, x, n, -1, 1);
    augment_draw(d, dim[0], dim[1], dim[2], &p, &(struct augment_source){.p = 1});
    for (int threads = 1; threads <= 2; threads++) {
        threads_set(threads);
        y[threads - 1] = xmalloc((size_t)n * sizeof *x);
        augment_apply(AUGMENT_FORWARD, y[threads - 1], x, dim, &p, d);
    }
    CHECK_BYTES(y[0], y[1], (size_t)n * sizeof *x);
    free(x);
    free(y[0]);
    free(y[1]);
}

static void samples_do_not_mix(void)
{
    const int64_t dim[4] = {2, 4, 4, 3};
    const struct augment_policy p = policy_of("color,translation,cutout");
    struct augment_draw d[2];
    float x[96], y[96];

    for (int i = 0; i < 96; i++)
        x[i] = i < 48 ? (float)i / 48 : NAN;
    augment_draw(d, 2, 4, 4, &p, &(struct augment_source){.p = 1});
    augment_apply(AUGMENT_FORWARD, y, x, dim, &p, d);
    for (int i = 0; i < 48; i++)
        CHECK(isfinite(y[i]));
}

static void there_and_back_leaves_the_image_but_for_a_band(void)
{
    const int64_t dim[4] = {1, 9, 8, 1};
    const struct augment_policy p = policy_of("translation");
    const struct augment_draw there = {.applied = true, .translation = {1, -1}},
                              back = {.applied = true, .translation = {-1, 1}};
    float x[72], y[72];

    for (int i = 0; i < 72; i++)
        x[i] = (float)i + 1;
    augment_apply(AUGMENT_FORWARD, y, x, dim, &p, &there);
    CHECK_NEAR(y[1], x[8], 0);                      /* y[0,1] = x[1,0] */
    augment_apply(AUGMENT_FORWARD, y, y, dim, &p, &back);
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 8; j++)
            CHECK_NEAR(y[8 * i + j], i == 0 || j == 7 ? 0 : x[8 * i + j], 0);
}

/* k = 2: centre 2 cuts 1 and 2. */
static void cutout_is_half_a_side_long_and_cut_at_the_edge(void)
{
    static const float want[16] = {1, 1, 1, 1,  1, 1, 1, 0,  1, 1, 1, 0,  1, 1, 1, 1};
    const struct augment_policy p = policy_of("cutout");
    const struct augment_draw d = {.applied = true, .cutout = {2, 4}};
    float x[16], y[16];

    for (int i = 0; i < 16; i++)
        x[i] = 1;
    augment_apply(AUGMENT_FORWARD, y, x, (int64_t[]){1, 4, 4, 1}, &p, &d);
    CHECK_BYTES(y, want, sizeof want);
}

static void grey_images_have_no_saturation(void)
{
    const struct augment_policy p = policy_of("saturation");
    const struct augment_draw d = {.applied = true, .saturation = 1.7f};
    float x[64], y[64];

    rng_fill_uniform(&rng, 0, x, 64, -1, 1);
    augment_apply(AUGMENT_FORWARD, y, x, (int64_t[]){1, 8, 8, 1}, &p, &d);
    CHECK_BYTES(y, x, sizeof x);
}

static void moves_any_type_as_it_moves_floats(void)
{
    static struct trial t;

    for (uint64_t number = 0; number < TRIALS; number++)
        for (int mode = AUGMENT_FORWARD; mode <= AUGMENT_ADJOINT; mode++) {
            uint8_t bytes[ROOM], moved[ROOM];
            float y[ROOM];

            make_trial(&t, number);
            for (int64_t k = 0; k < t.size; k++)
                t.x[k] = bytes[k] = (uint8_t)rng_u64(&rng, (uint64_t)k);
            const struct augment_policy geometry = augment_geometry(&t.policy);
            augment_apply(mode, y, t.x, t.dim, &geometry, t.draw);
            augment_move(mode, moved, bytes, 1, t.dim, &t.policy, t.draw);
            for (int64_t k = 0; k < t.size; k++)
                CHECK_INT(moved[k], y[k]);
        }
}

static void draws_from_anywhere_are_safe(void)
{
    static const int32_t far[] = {INT32_MIN, -40, 40, INT32_MAX};
    const struct augment_policy p = policy_of("flip,cutout,translation,color,rot90");
    const int64_t dim[4] = {1, 5, 5, 3};

    for (int i = 0; i < 16; i++) {
        const int32_t a = far[i % 4], b = far[i / 4];
        const struct augment_draw d = {
            .applied = true, .saturation = 1, .contrast = 1, .flip = true, .translation = {a, b},
            .cutout = {b, a}, .rot90 = 3,
        };
        float x[75], y[75];

        for (int k = 0; k < 75; k++)
            x[k] = 1;
        augment_apply(AUGMENT_FORWARD, y, x, dim, &p, &d);
        for (int k = 0; k < 75; k++)
            CHECK_NEAR(y[k], 0, 0);
        augment_apply(AUGMENT_ADJOINT, y, x, dim, &p, &d);
        for (int k = 0; k < 75; k++)
            CHECK_NEAR(y[k], 0, 0);
    }
}

static void no_images_and_no_ops_are_fine(void)
{
    const struct augment_policy p = policy_of("color,cutout"), none = policy_of("");
    const struct augment_draw d = {.applied = true};
    float x[3] = {1, 2, 3}, y[3] = {0};

    augment_apply(AUGMENT_FORWARD, y, x, (int64_t[]){0, 4, 4, 3}, &p, NULL);
    CHECK_NEAR(y[0], 0, 0);
    augment_apply(AUGMENT_FORWARD, y, x, (int64_t[]){1, 1, 1, 3}, &none, &d);
    CHECK_BYTES(y, x, sizeof x);
}

static void color_is_brightness_saturation_contrast(void)
{
    static const enum augment_op want[] = {AUGMENT_CUTOUT, AUGMENT_BRIGHTNESS, AUGMENT_SATURATION,
                                           AUGMENT_CONTRAST, AUGMENT_FLIP};
    const struct augment_policy p = policy_of("cutout,color,flip"), g = augment_geometry(&p);

    CHECK_INT(p.n, 5);
    CHECK_BYTES(p.op, want, sizeof want);
    CHECK_INT(g.n, 2);
    CHECK(g.op[0] == AUGMENT_CUTOUT && g.op[1] == AUGMENT_FLIP);
}

static void bad_policies_are_told(void)
{
    struct augment_policy p;
    struct ten_err e;

    CHECK(augment_parse(&p, "color,contrast", &e) < 0);
    CHECK_INT(e.code, TEN_E_USAGE);
    CHECK_STR(e.text, "policy: contrast: named twice: expected every op once at most");
    CHECK(augment_parse(&p, "blur", &e) < 0);
    CHECK_STR(e.text, "policy: blur: no such op: expected color, brightness, saturation, contrast, "
              "translation, cutout, flip or rot90");
    CHECK(augment_parse(&p, "flip,", &e) < 0);
}

static void bad_draws_are_told(void)
{
    const struct augment_draw turn = {.rot90 = 1}, four = {.rot90 = 4}, nan = {.contrast = NAN};
    struct ten_err e;

    CHECK(augment_check(&turn, 1, 4, 4, &e) == 0);
    CHECK(augment_check(&turn, 1, 4, 5, &e) < 0);
    CHECK_STR(e.text, "sample 0: rot90 1: expected 0 or 2 where height and width differ");
    CHECK(augment_check(&four, 1, 4, 4, &e) < 0);
    CHECK_STR(e.text, "sample 0: rot90 4: expected 0 to 3");
    CHECK(augment_check(&nan, 1, 4, 4, &e) < 0);
}

/* ---- Draws -------------------------------------------------------------------------------- */

enum { DRAWS = 1000000 };

static struct augment_draw *many(const char *policy, int64_t h, int64_t w, double p)
{
    const struct augment_policy ops = policy_of(policy);
    struct augment_draw *d = xmalloc(DRAWS * sizeof *d);

    augment_draw(d, DRAWS, h, w, &ops, &(struct augment_source){.seed = 5, .step = 3, .p = p});
    return d;
}

struct spread { double sum, squares; };

static void add(struct spread *s, double v)
{
    s->sum += v;
    s->squares += v * v;
}

/* Mean of the draws is want, to 3 standard errors and the rounding of `want`. */
static void check_mean(const struct spread *s, double want, double rounding)
{
    const double mean = s->sum / DRAWS, variance = s->squares / DRAWS - mean * mean;

    CHECK_NEAR(mean, want, 3 * sqrt(variance / DRAWS) + rounding);
}

static double cut(int64_t centre, int64_t side)
{
    const int64_t k = (side + 1) / 2, lo = centre - k / 2, hi = lo + k;

    return (double)((hi < side ? hi : side) - (lo > 0 ? lo : 0)) / (double)side;
}

static void fractions_cut_and_kept_are_the_expected_ones(void)
{
    static const struct { int64_t side; double cut, kept; } table[] = {
        {28, 0.185791, 0.847569}, {32, 0.186467, 0.865934}, {64, 0.188891, 0.872026},
        {128, 0.190137, 0.875359}, {256, 0.190768, 0.877104},
    };

    for (int i = 0; i < 5; i++) {
        const int64_t s = table[i].side;
        struct augment_draw *d = many("translation,cutout", s, s, 1);
        struct spread gone = {0}, kept = {0};

        for (int k = 0; k < DRAWS; k++) {
            add(&gone, cut(d[k].cutout[0], s) * cut(d[k].cutout[1], s));
            add(&kept, (double)((s - abs(d[k].translation[0])) * (s - abs(d[k].translation[1])))
                       / (double)(s * s));
        }
        check_mean(&gone, table[i].cut, 5e-7);
        check_mean(&kept, table[i].kept, 5e-7);
        free(d);
    }
}

/* A side of 9: shifts of 1 at most, cutout 5 long, so centred on 0..8; of 8: 4 long, on 0..8. */
static void draws_fill_their_ranges_and_keep_to_them(void)
{
    struct augment_draw *d = many("color,translation,cutout,flip,rot90", 9, 8, 0.25);
    struct spread b = {0}, s = {0}, c = {0}, applied = {0}, flip = {0}, turn = {0};
    int64_t shift[2][3] = {{0}}, centre[2][9] = {{0}};

    for (int i = 0; i < DRAWS; i++) {
        add(&b, d[i].brightness);
        add(&s, d[i].saturation);
        add(&c, d[i].contrast);
        add(&applied, d[i].applied);
        add(&flip, d[i].flip);
        add(&turn, d[i].rot90);
        CHECK(d[i].brightness >= -0.5f && d[i].brightness < 0.5f);
        CHECK(d[i].saturation >= 0 && d[i].saturation < 2);
        CHECK(d[i].contrast >= 0.5f && d[i].contrast < 1.5f);
        CHECK(d[i].rot90 == 0 || d[i].rot90 == 2);
        for (int axis = 0; axis < 2; axis++) {
            CHECK(abs(d[i].translation[axis]) <= 1);
            CHECK(d[i].cutout[axis] >= 0 && d[i].cutout[axis] <= 8);
            shift[axis][d[i].translation[axis] + 1]++;
            centre[axis][d[i].cutout[axis]]++;
        }
    }
    check_mean(&b, 0, 0x1p-24);
    check_mean(&s, 1, 0x1p-23);
    check_mean(&c, 1, 0x1p-24);
    check_mean(&applied, 0.25, 0);
    check_mean(&flip, 0.5, 0);
    check_mean(&turn, 1, 0);
    /* 4 standard deviations of a binomial count: 24 counts in all. */
    for (int axis = 0; axis < 2; axis++) {
        for (int k = 0; k < 3; k++)
            CHECK_NEAR((double)shift[axis][k], DRAWS / 3.0, 4 * sqrt(DRAWS * 2 / 9.0));
        for (int k = 0; k < 9; k++)
            CHECK_NEAR((double)centre[axis][k], DRAWS / 9.0, 4 * sqrt(DRAWS * 8 / 81.0));
    }
    free(d);
}

/* A uniform's variance; and no op knows of another's draw, or of the next sample's. */
static void draws_differ_across_the_batch_and_between_ops(void)
{
    struct augment_draw *d = many("color,translation", 64, 64, 1);
    struct spread square = {0}, ops = {0}, neighbours = {0}, axes = {0};

    for (int i = 0; i < DRAWS; i++) {
        const struct augment_draw *next = &d[(i + 1) % DRAWS];

        add(&square, d[i].brightness * d[i].brightness);
        add(&ops, d[i].brightness * (d[i].contrast - 1));
        add(&neighbours, d[i].brightness * next->brightness);
        add(&axes, d[i].translation[0] * d[i].translation[1]);
    }
    check_mean(&square, 1.0 / 12, 0x1p-24);
    check_mean(&ops, 0, 0x1p-24);
    check_mean(&neighbours, 0, 0x1p-24);
    check_mean(&axes, 0, 0);
    free(d);
}

static bool same_draws(const struct augment_draw *a, const struct augment_draw *b)
{
    return a->brightness == b->brightness && a->contrast == b->contrast && a->applied == b->applied
           && memcmp(a->translation, b->translation, sizeof a->translation) == 0;
}

static void draws_depend_on_seed_step_and_sample_alone(void)
{
    const struct augment_policy all = policy_of("color,translation"), one = policy_of("contrast");
    const struct augment_source from = {.seed = 1, .step = 2, .p = 1};
    struct augment_source split = from, seed = from, step = from;
    struct augment_draw whole[8], part[3], other[8];

    split.first = 5;
    seed.seed = 2;
    step.step = 3;
    augment_draw(whole, 8, 32, 32, &all, &from);
    augment_draw(part, 3, 32, 32, &all, &split);
    for (int i = 0; i < 3; i++)
        CHECK(same_draws(&part[i], &whole[5 + i]));
    augment_draw(other, 8, 32, 32, &one, &from);
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(other[i].contrast, whole[i].contrast, 0);
    augment_draw(other, 8, 32, 32, &all, &seed);
    CHECK(!same_draws(other, whole));
    augment_draw(other, 8, 32, 32, &all, &step);
    CHECK(!same_draws(other, whole));
}

static void whether_a_sample_is_transformed_is_drawn_in_every_step(void)
{
    const struct augment_policy none = policy_of("");
    struct augment_draw first[64], second[64];
    int differ = 0;

    augment_draw(first, 64, 8, 8, &none, &(struct augment_source){.step = 0, .p = 0.5});
    augment_draw(second, 64, 8, 8, &none, &(struct augment_source){.step = 1, .p = 0.5});
    for (int i = 0; i < 64; i++)
        differ += first[i].applied != second[i].applied;
    CHECK(differ > 16 && differ < 48);                  /* 32 +- 4 standard deviations */
}

static void columns_hold_draws_and_give_them_back(void)
{
    const struct augment_policy all = policy_of("color,translation,cutout,flip,rot90");
    struct augment_draw d[5], back[5] = {{0}};
    int32_t column[10];

    augment_draw(d, 5, 16, 16, &all, &(struct augment_source){.p = 0.5});
    for (int which = 0; which < AUGMENT_COLUMNS; which++) {
        augment_get(column, d, 5, which);
        augment_put(back, column, 5, which);
    }
    for (int i = 0; i < 5; i++) {
        CHECK(same_draws(&d[i], &back[i]));
        CHECK(d[i].saturation == back[i].saturation && d[i].flip == back[i].flip
              && d[i].rot90 == back[i].rot90 && d[i].cutout[1] == back[i].cutout[1]);
    }
    augment_get(column, d, 5, AUGMENT_CUTOUT);
    CHECK_INT(column[3], d[1].cutout[1]);
    CHECK_STR(augment_columns[AUGMENT_CUTOUT].name, "aug.cutout");
}

int main(void)
{
    RUN(forward_and_gradient_are_those_of_pytorch);
    RUN(fused_policies_are_the_ops_one_by_one);
    RUN(adjoint_is_the_transpose_of_the_linear_part_for_ops_and_chains);
    RUN(tangent_is_the_difference_of_two_forwards);
    RUN(in_place_gives_the_same_bits_in_every_mode);
    RUN(one_thread_and_two_give_the_same_bits);
    RUN(samples_do_not_mix);
    RUN(there_and_back_leaves_the_image_but_for_a_band);
    RUN(cutout_is_half_a_side_long_and_cut_at_the_edge);
    RUN(grey_images_have_no_saturation);
    RUN(moves_any_type_as_it_moves_floats);
    RUN(draws_from_anywhere_are_safe);
    RUN(no_images_and_no_ops_are_fine);
    RUN(color_is_brightness_saturation_contrast);
    RUN(bad_policies_are_told);
    RUN(bad_draws_are_told);
    RUN(fractions_cut_and_kept_are_the_expected_ones);
    RUN(draws_fill_their_ranges_and_keep_to_them);
    RUN(draws_differ_across_the_batch_and_between_ops);
    RUN(draws_depend_on_seed_step_and_sample_alone);
    RUN(whether_a_sample_is_transformed_is_drawn_in_every_step);
    RUN(columns_hold_draws_and_give_them_back);
    return check_report();
}
