#include "models/extractor.h"

#include "tests/unit/check.h"
#include "models/random_features.h"

static struct ten_err err;

/* A network whose features are its image, [4,2,1], as long as that is not negative. */
static struct model *mirror(struct memory *memory)
{
    json_t *config = json_loads("{\"family\": \"mlp\", \"in\": [4, 2, 1], \"hidden\": [8], \"out\": 3}",
                                0, NULL);
    struct model *m = model_new(config, memory, &err);
    json_decref(config);
    for (int i = 0; i < 8; i++)
        params_find(m->params, "fc0.weight")->value[i * 8 + i] = 1;
    return m;
}

/* Features of images [1,h,w,1] by that network. */
static void features_of(float *got, const float *image, int64_t h, int64_t w,
                        enum extractor_resize rule)
{
    struct memory *memory = memory_new();
    struct model *m = mirror(memory);
    const struct extractor_options o = {.kind = EXTRACTOR_DOM, .resize = rule, .model = m};
    struct extractor *x = extractor_new(&o, (int64_t[]){h, w, 1}, memory, &err);
    struct tape *t = tape_new(memory, 0);
    const struct tensor in = tensor_over((void *)image, TEN_F32, 4, (int64_t[]){1, h, w, 1});
    struct var *feat, *prob;
    tape_mode(t)->record = false;
    CHECK_INT(extractor_apply(x, t, &in, &feat, &prob, &err), 0);
    CHECK_INT(feat->v.dim[1], 8);
    CHECK_NEAR(prob->v.f[0], 1.0 / 3, 1e-6);
    memcpy(got, feat->v.f, 8 * sizeof *got);
    tape_free(t);
    extractor_free(x);
    model_free(m);
    memory_free(memory);
}

static void features_are_what_the_last_layer_reads(void)
{
    const float image[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    float got[8];
    features_of(got, image, 4, 2, RESIZE_NONE);
    CHECK_BYTES(got, image, sizeof got);
}

/* Rows at 0, 1/2, 1, 3/2 of two, the last beyond the edge; columns at 0, 3/2 of three. */
static void tensorflow_1_samples_from_the_corner(void)
{
    const float image[6] = {0, 10, 20, 40, 50, 60};
    const float want[8] = {0, 15, 20, 35, 40, 55, 40, 55};
    float got[8];
    features_of(got, image, 2, 3, RESIZE_TF1);
    CHECK_BYTES(got, want, sizeof got);
}

/* Rows at -1/4 (0), 1/4, 3/4, 5/4 (1); columns at 1/4 and 7/4. */
static void half_pixel_centres_are_where_they_are(void)
{
    const float image[6] = {0, 10, 20, 40, 50, 60};
    const float want[8] = {2.5f, 17.5f, 12.5f, 27.5f, 32.5f, 47.5f, 42.5f, 57.5f};
    float got[8];
    features_of(got, image, 2, 3, RESIZE_BILINEAR);
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(got[i], want[i], 1e-5);
}

/* Brighter by a factor, all linear but ReLU: means and deviations grow with it, by stage. */
static void random_features_scale_with_the_image(void)
{
    struct memory *memory = memory_new();
    struct random_features *r = random_features_new(3, 1, memory);
    struct tape *t = tape_new(memory, 0);
    struct tensor x = tensor_new(memory, TEN_F32, 4, (int64_t[]){2, 9, 11, 3});
    struct tensor y = tensor_new(memory, TEN_F32, 4, x.dim);
    tape_mode(t)->record = false;
    rng_fill_normal(&(struct rng){1, 1}, 0, x.f, tensor_count(&x), 0, 1);
    for (int64_t i = 0; i < tensor_count(&x); i++)
        y.f[i] = 2 * x.f[i];
    struct var *a = random_features_apply(r, t, tape_input(t, x));
    struct var *b = random_features_apply(r, t, tape_input(t, y));
    CHECK_INT(a->v.dim[1], RANDOM_RAW);
    for (int64_t i = 0; i < tensor_count(&a->v); i++) {
        CHECK_NEAR(b->v.f[i], 2 * a->v.f[i], 1e-4 * fabs(a->v.f[i]) + 1e-5);
        CHECK(a->v.f[i] >= 0);
    }
    tape_free(t);
    random_features_free(r);
    memory_free(memory);
}

int main(void)
{
    RUN(features_are_what_the_last_layer_reads);
    RUN(tensorflow_1_samples_from_the_corner);
    RUN(half_pixel_centres_are_where_they_are);
    RUN(random_features_scale_with_the_image);
    return check_report();
}
