#include "nn/feeder.h"

#include "base/mem.h"
#include "tests/unit/check.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { H = 6, W = 5, C = 3, PIXELS = H * W * C };

/* One column of n samples in a stream of two groups. */
struct column { const char *name; enum ten_type type; struct ten_shape shape; const void *data; };

static struct samples *samples_of(const struct column *column, int columns, int64_t n)
{
    struct ten_err e = {0};
    const int fd = memfd_create("samples", 0);
    struct ten_writer *w = ten_create_fd(fd, "-", NULL, &e);
    const int64_t cut[3] = {0, n / 3, n};

    for (int g = 0; g < 2; g++)
        for (int c = 0; c < columns; c++) {
            struct ten_record rec = {.name = column[c].name, .type = column[c].type,
                                     .shape = {column[c].shape.rank + 1, {cut[g + 1] - cut[g]}}, .group = g};
            int64_t bytes = (int64_t)ten_elem_size(rec.type);

            for (int i = 0; i < column[c].shape.rank; i++)
                bytes *= rec.shape.dim[i + 1] = column[c].shape.dim[i];
            rec.data = (const char *)column[c].data + cut[g] * bytes;
            CHECK_INT(ten_write(w, &rec, &e), 0);
        }
    CHECK_INT(ten_finish(w, &e), 0);
    ten_discard(w);
    lseek(fd, 0, SEEK_SET);
    struct ten_reader *in = ten_open_fd(fd, "-", NULL, &e);
    struct samples *s = samples_open("/nowhere", in, NULL, &e);
    CHECK_STR(e.text, "");
    ten_close(in);
    close(fd);
    return s;
}

/* image u8: the first number of sample i is i mod 251; label i32 i mod 10; id i64 i; feat f32 [2]. */
static struct samples *pictures(int64_t n)
{
    uint8_t *image = xmalloc((size_t)(n * PIXELS));
    int32_t *label = xmalloc((size_t)n * sizeof *label);
    int64_t *id = xmalloc((size_t)n * sizeof *id);
    float *feat = xmalloc((size_t)n * 2 * sizeof *feat);

    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < PIXELS; k++)
            image[i * PIXELS + k] = (uint8_t)((i % 251 + 7 * k) % 256);
        label[i] = (int32_t)(i % 10);
        id[i] = i;
        feat[2 * i] = (float)i;
        feat[2 * i + 1] = -(float)i / 3;
    }
    struct samples *s = samples_of((struct column[]){{"image", TEN_U8, {3, {H, W, C}}, image},
                                                     {"label", TEN_I32, {0, {0}}, label},
                                                     {"id", TEN_I64, {0, {0}}, id},
                                                     {"feat", TEN_F32, {1, {2}}, feat}}, 4, n);
    free(image);
    free(label);
    free(id);
    free(feat);
    return s;
}

static struct feeder *feeder(const struct samples *s, struct feeder_options o, const char *augment)
{
    struct ten_err e = {0};

    CHECK_INT(batch_augment_parse(&o.augment, augment, &e), 0);
    struct feeder *f = feeder_new(s, &o, &e);
    CHECK_STR(e.text, "");
    return f;
}

/* The batch as one number for each sample of the set: a sum over all of its columns. */
static void digest(const struct batch *b, double *of)
{
    for (int64_t i = 0; i < b->n; i++) {
        double sum = 0;

        for (int c = 0; c <= b->columns; c++) {
            const struct tensor *t = c < b->columns ? &b->column[c] : b->soft;
            const int64_t n = t ? tensor_count(t) / b->n : 0;

            for (int64_t k = 0; k < n; k++)
                sum = sum * 1.0009 + (double)(k + 1) * (t->type == TEN_F32 ? (double)t->f[i * n + k]
                                                                            : t->i[i * n + k]);
        }
        of[b->sample[i]] = sum;
    }
}

static const struct ten_err fine;

static void evaluation_goes_in_order_and_ends_with_a_short_batch(void)
{
    struct samples *s = pictures(10);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 4, .evaluate = true, .drop_last = true},
                              "crop=2,flip,cutout=3,mixup=1");
    struct batch b;
    struct ten_err e = fine;

    CHECK_INT(feeder_batches(f), 3);
    for (int epoch = 0; epoch < 3; epoch++) {
        for (int64_t at = 0; at < 10; at += b.n) {
            CHECK_INT(feeder_next(f, &b, &e), 1);
            CHECK_INT(b.epoch, epoch);
            CHECK_INT(b.number, at / 4);
            CHECK_INT(b.n, at < 8 ? 4 : 2);
            CHECK_INT(b.total, b.n);
            CHECK_INT(b.columns, 4);
            CHECK(b.image == &b.column[0] && b.label == &b.column[1] && !b.soft);
            CHECK_INT(b.image->rank, 4);
            CHECK(b.image->dim[0] == b.n && b.image->dim[1] == H && b.image->dim[2] == W &&
                  b.image->dim[3] == C);
            CHECK(b.image->type == TEN_F32 && b.label->type == TEN_I32 && b.label->rank == 1);
            CHECK_INT((uintptr_t)b.image->data % 64, 0);
            for (int64_t i = 0; i < b.n; i++) {
                CHECK_INT(b.sample[i], at + i);
                CHECK_INT(b.label->i[i], (at + i) % 10);
                CHECK_INT(b.column[2].i[i], at + i);
                CHECK_NEAR(b.column[3].f[2 * i + 1], -(float)(at + i) / 3, 0);
                for (int64_t k = 0; k < PIXELS; k++)
                    CHECK_NEAR(b.image->f[i * PIXELS + k], (double)((at + i + 7 * k) % 256) / 127.5 - 1, 2e-7);
            }
        }
        CHECK_INT(feeder_next(f, &b, &e), 0);
    }
    feeder_free(f);
    samples_close(s);
}

static void training_sees_every_sample_once_an_epoch_in_new_orders(void)
{
    enum { N = 1000 };
    struct samples *s = pictures(N);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 64, .seed = 3}, "flip");
    struct batch b;
    struct ten_err e = fine;
    int64_t order[2][N];
    int same = 0, fixed = 0;

    for (int epoch = 0; epoch < 2; epoch++) {
        int seen[N] = {0};
        int64_t at = 0;

        while (feeder_next(f, &b, &e) == 1)
            for (int64_t i = 0; i < b.n; i++) {
                seen[b.sample[i]]++;
                order[epoch][at++] = b.sample[i];
            }
        CHECK_INT(at, N);
        for (int i = 0; i < N; i++)
            CHECK_INT(seen[i], 1);
    }
    for (int i = 0; i < N; i++) {
        same += order[0][i] == order[1][i];
        fixed += order[0][i] == i;
    }
    CHECK(same < 8 && fixed < 8);                       /* both are about Poisson(1) */
    feeder_free(f);
    samples_close(s);
}

static void the_last_short_batch_can_be_dropped(void)
{
    struct samples *s = pictures(10);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 4, .drop_last = true}, "");
    struct batch b;
    struct ten_err e = fine;

    CHECK_INT(feeder_batches(f), 2);
    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(b.n, 4);
    CHECK_INT(feeder_next(f, &b, &e), 0);
    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(b.epoch, 1);
    feeder_free(f);
    CHECK(!feeder_new(s, &(struct feeder_options){.batch = 11, .drop_last = true}, &e));
    CHECK_STR(e.text, "10 samples: expected 11 at least, one batch");
    samples_close(s);
}

static const char all[] = "crop=2,flip,cutout=2,brightness=0.3,contrast=0.3,saturation=0.3,"
                          "mixup=0.4,cutmix=1";

/* Every position of two epochs, from a feeder that has just been elsewhere. */
static void a_seek_gives_the_same_batches_bit_for_bit(void)
{
    enum { N = 50, BATCHES = 7 };
    struct samples *s = pictures(N);
    const struct feeder_options o = {.batch = 8, .seed = 9, .classes = 10};
    struct feeder *f = feeder(s, o, all), *g = feeder(s, o, all);
    struct batch b, again;
    struct ten_err e = fine;
    int64_t epoch, at;

    for (int k = 0; k < 2 * (BATCHES + 1); k++) {
        feeder_position(f, &epoch, &at);
        CHECK(epoch == k / (BATCHES + 1) && at == k % (BATCHES + 1));
        const int rc = feeder_next(f, &b, &e);

        if (k % 3 != 0)
            CHECK_INT(feeder_next(g, &again, &e), 1);
        feeder_seek(g, epoch, at);
        CHECK_INT(feeder_next(g, &again, &e), rc);
        CHECK_INT(rc, k % (BATCHES + 1) < BATCHES);
        if (rc == 1) {
            CHECK(again.epoch == b.epoch && again.number == b.number && again.n == b.n);
            for (int c = 0; c < 4; c++)
                CHECK_BYTES(again.column[c].data, b.column[c].data, (size_t)tensor_count(&b.column[c]) * 4);
            CHECK_BYTES(again.soft->data, b.soft->data, (size_t)tensor_count(b.soft) * 4);
        }
        feeder_seek(g, 3, 2);
    }
    feeder_free(f);
    feeder_free(g);
    samples_close(s);
}

enum { SET = 103 };

/* What each sample of the set looks like in epoch 1; each comes once. */
static void looks(double *of, const struct samples *s, struct feeder_options o, const char *augment)
{
    struct feeder *f = feeder(s, o, augment);
    struct batch b;
    struct ten_err e = fine;

    feeder_seek(f, 1, 0);
    while (feeder_next(f, &b, &e) == 1)
        digest(&b, of);
    CHECK_STR(e.text, "");
    feeder_free(f);
}

static void samples_look_alike_for_any_batch_threads_depth_and_ranks(void)
{
    static const struct feeder_options kinds[] = {
        {.batch = 1}, {.batch = 7}, {.batch = 200}, {.batch = 16, .threads = 2}, {.batch = 5, .threads = 3},
        {.batch = 8, .depth = 1}, {.batch = 8, .depth = 20, .threads = 3},
    };
    struct samples *s = pictures(SET);
    double want[SET], got[SET];

    looks(want, s, (struct feeder_options){.batch = 32, .classes = 10, .seed = 5}, all);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct feeder_options o = kinds[k];

        o.seed = 5;
        o.classes = 10;
        memset(got, 0, sizeof got);
        looks(got, s, o, all);
        CHECK_BYTES(got, want, sizeof got);
    }
    looks(got, s, (struct feeder_options){.batch = 32, .classes = 10, .seed = 6}, all);
    CHECK(memcmp(got, want, sizeof got) != 0);
    samples_close(s);
}

/* Batches of 8 over 3 ranks; the last one has 7 samples. */
static void ranks_see_together_what_one_process_sees(void)
{
    struct samples *s = pictures(SET);
    const struct feeder_options one = {.batch = 8, .classes = 10, .seed = 5};
    struct feeder *f = feeder(s, one, all), *part[3];
    struct batch b, p;
    struct ten_err e = fine;

    for (int r = 0; r < 3; r++) {
        struct feeder_options o = one;

        o.rank = r;
        o.ranks = 3;
        part[r] = feeder(s, o, all);
        CHECK_INT(feeder_batches(part[r]), feeder_batches(f));
    }
    while (feeder_next(f, &b, &e) == 1) {
        int64_t sum = 0;

        for (int r = 0; r < 3; r++) {
            CHECK_INT(feeder_next(part[r], &p, &e), 1);
            CHECK_INT(p.total, b.n);
            sum += p.n;
            for (int64_t i = 0; i < p.n; i++) {
                CHECK_INT(p.sample[i], b.sample[r + 3 * i]);
                CHECK_BYTES(p.image->f + i * PIXELS, b.image->f + (r + 3 * i) * PIXELS, PIXELS * 4);
                CHECK_BYTES(p.soft->f + i * 10, b.soft->f + (r + 3 * i) * 10, 40);
            }
        }
        CHECK_INT(sum, b.n);
    }
    for (int r = 0; r < 3; r++) {
        CHECK_INT(feeder_next(part[r], &p, &e), 0);
        feeder_free(part[r]);
    }
    feeder_free(f);
    samples_close(s);
}

static void a_rank_may_get_an_empty_last_batch(void)
{
    struct samples *s = pictures(9);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 8, .rank = 1, .ranks = 2}, "");
    struct batch b;
    struct ten_err e = fine;

    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(b.n, 4);
    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(b.n, 0);
    CHECK_INT(b.total, 1);
    CHECK_INT(tensor_count(b.image), 0);
    CHECK_INT(feeder_next(f, &b, &e), 0);
    feeder_free(f);
    samples_close(s);
}

/* Images of one colour: what a pixel is tells how much of the partner is in it. */
static void soft_labels_weigh_what_is_in_the_image(void)
{
    enum { N = 40 };
    uint8_t image[N * 16];
    uint8_t label[N];
    int mixed = 0;

    for (int i = 0; i < N; i++) {
        label[i] = (uint8_t)(i % 2);
        memset(image + 16 * i, i % 2 ? 255 : 0, 16);
    }
    struct samples *s = samples_of((struct column[]){{"image", TEN_U8, {3, {4, 4, 1}}, image},
                                                     {"label", TEN_U8, {0, {0}}, label}}, 2, N);
    for (int kind = 0; kind < 2; kind++) {
        struct feeder *f = feeder(s, (struct feeder_options){.batch = 16, .classes = 3},
                                  kind ? "cutmix=1" : "mixup=1");
        struct batch b;
        struct ten_err e = fine;

        while (feeder_next(f, &b, &e) == 1)
            for (int64_t i = 0; i < b.n; i++) {
                double mean = 0;

                for (int k = 0; k < 16; k++)
                    mean += (double)b.image->f[16 * i + k] / 16;
                CHECK_NEAR(b.soft->f[3 * i + 1], (mean + 1) / 2, 1e-6);
                CHECK_NEAR(b.soft->f[3 * i] + b.soft->f[3 * i + 1], 1, 1e-6);
                CHECK_NEAR(b.soft->f[3 * i + 2], 0, 0);
                CHECK_INT(b.label->i[i], label[b.sample[i]]);
                mixed += fabs(mean) < 0.9;
            }
        feeder_free(f);
    }
    CHECK(mixed > 10);
    samples_close(s);
}

static void columns_of_other_types_become_i32_where_they_fit(void)
{
    const int8_t a[3] = {-128, 0, 127};
    const uint16_t b[3] = {0, 1, 65535};
    const int64_t c[3] = {INT32_MIN, 5, INT32_MAX}, d[3] = {1, 2, (int64_t)INT32_MAX + 1};
    const uint64_t u[3] = {1, 2, UINT64_MAX};
    const double g[3] = {1, 2, 3};
    struct batch batch;
    struct ten_err e = fine;
    struct samples *s = samples_of((struct column[]){{"a", TEN_I8, {0, {0}}, a}, {"b", TEN_U16, {0, {0}}, b},
                                                     {"c", TEN_I64, {0, {0}}, c}}, 3, 3);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 3, .evaluate = true}, "");

    CHECK_INT(feeder_next(f, &batch, &e), 1);
    CHECK(!batch.image && !batch.label);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(batch.column[0].i[i], a[i]);
        CHECK_INT(batch.column[1].i[i], b[i]);
        CHECK_INT(batch.column[2].i[i], c[i]);
    }
    feeder_free(f);
    samples_close(s);

    for (int k = 0; k < 2; k++) {
        s = samples_of(&(struct column){"d", k ? TEN_U64 : TEN_I64, {0, {0}}, k ? (const void *)u : d}, 1, 3);
        f = feeder(s, (struct feeder_options){.batch = 2, .evaluate = true}, "");
        CHECK_INT(feeder_next(f, &batch, &e), 1);
        CHECK_INT(feeder_next(f, &batch, &e), -1);
        CHECK_STR(e.text, "sample 2: d: beyond i32: expected numbers from -2^31 to 2^31-1");
        e = fine;
        CHECK_INT(feeder_next(f, &batch, &e), -1);      /* and ever after, */
        CHECK_INT(e.code, TEN_E_DATA);
        feeder_seek(f, 0, 0);                           /* but for a seek */
        CHECK_INT(feeder_next(f, &batch, &e), 1);
        feeder_free(f);
        samples_close(s);
    }
    s = samples_of(&(struct column){"g", TEN_F64, {0, {0}}, g}, 1, 3);
    CHECK(!feeder_new(s, &(struct feeder_options){.batch = 2}, &e));
    CHECK_STR(e.text, "g: f64[] a sample: expected f32 or whole numbers");
    samples_close(s);
}

static void check_refused(const struct samples *s, struct feeder_options o, const char *augment,
                          const char *why)
{
    struct ten_err e = fine;

    CHECK_INT(batch_augment_parse(&o.augment, augment, &e), 0);
    struct feeder *f = feeder_new(s, &o, &e);
    CHECK(!f);
    CHECK_STR(e.text, why);
    feeder_free(f);
}

static void what_cannot_be_augmented_is_refused(void)
{
    const uint8_t x[2 * 12] = {0};
    struct samples *bare = samples_of(&(struct column){"image", TEN_U8, {3, {2, 2, 3}}, x}, 1, 2);
    struct samples *s = pictures(4);
    struct samples *none = samples_of(&(struct column){"x", TEN_U8, {3, {2, 2, 3}}, x}, 1, 2);
    struct feeder *f = feeder(s, (struct feeder_options){.batch = 4, .classes = 3}, "mixup=1");
    struct batch b;
    struct ten_err e = fine;

    check_refused(none, (struct feeder_options){.batch = 1}, "flip",
                  "image: no such record: expected it beside x");
    check_refused(bare, (struct feeder_options){.batch = 1, .classes = 3}, "mixup=1",
                  "label: no such record: expected it beside image");
    check_refused(s, (struct feeder_options){.batch = 1}, "mixup=1",
                  "augmentation: mixup or cutmix without a number of classes: expected labels of "
                  "known classes");
    check_refused(s, (struct feeder_options){.batch = 1, .classes = 3, .label = "feat"}, "mixup=1",
                  "feat: not one whole number a sample: expected labels to mix");
    check_refused(bare, (struct feeder_options){.batch = 1}, "reflect=2",
                  "images of 2 x 2: reflect=2: expected a margin that is smaller");
    CHECK_INT(feeder_next(f, &b, &e), -1);
    CHECK_STR(e.text, "sample 3: label: no class: expected 0 to 2");
    feeder_free(f);
    samples_close(s);
    samples_close(bare);
    samples_close(none);
}

static int threads_now(void)
{
    DIR *d = opendir("/proc/self/task");
    int n = 0;

    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

/* A thread that was waited for may still be listed for a moment. */
static int threads_left(int expected)
{
    int n = threads_now();

    for (int k = 0; n > expected && k < 2000; k++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        n = threads_now();
    }
    return n;
}

static void closing_in_the_middle_ends_the_threads(void)
{
    struct samples *s = pictures(500);
    const int before = threads_left(1);
    struct batch b;
    struct ten_err e = fine;

    for (int k = 0; k < 20; k++) {
        struct feeder *f = feeder(s, (struct feeder_options){.batch = 16, .threads = 1 + k % 3}, "crop=2");

        CHECK_INT(threads_now(), before + 1 + k % 3);
        for (int i = 0; i < k % 5; i++)
            CHECK_INT(feeder_next(f, &b, &e), 1);
        if (k % 4 == 3)
            feeder_seek(f, 1, 2);
        feeder_free(f);
        CHECK_INT(threads_left(before), before);
    }
    samples_close(s);
}

static void subsets_feed_their_own_samples(void)
{
    struct samples *s = pictures(20), *part = samples_subset(s, (int64_t[]){19, 3, 7}, 3);
    struct feeder *f = feeder(part, (struct feeder_options){.batch = 8, .evaluate = true}, "");
    struct batch b;
    struct ten_err e = fine;

    CHECK_INT(feeder_next(f, &b, &e), 1);
    CHECK_INT(b.n, 3);
    CHECK(b.column[2].i[0] == 19 && b.column[2].i[1] == 3 && b.column[2].i[2] == 7);
    CHECK(b.sample[0] == 0 && b.sample[2] == 2);
    feeder_free(f);
    samples_close(part);
    samples_close(s);
}

/* A clip [T,H,W,C] is an image [H,W,T*C] whose axes stand in another order: the same draws, the same numbers. */
static void clips_are_images_with_frames_as_channels(void)
{
    enum { N = 12, T = 4, CLIP = T * H * W };
    static float clip[N * CLIP], image[N * CLIP];
    int32_t label[N];
    struct batch a, b;
    struct ten_err e = {0};

    for (int i = 0; i < N; i++) {
        label[i] = i % 3;
        for (int t = 0; t < T; t++)
            for (int p = 0; p < H * W; p++)
                image[i * CLIP + p * T + t] = clip[i * CLIP + t * H * W + p] = (float)((i * 7 + t * 31 + p * 5) % 101) / 100;
    }
    struct samples *clips = samples_of((struct column[]){{"image", TEN_F32, {4, {T, H, W, 1}}, clip}, {"label", TEN_I32, {0, {0}}, label}}, 2, N);
    struct samples *images = samples_of((struct column[]){{"image", TEN_F32, {3, {H, W, T}}, image}, {"label", TEN_I32, {0, {0}}, label}}, 2, N);
    const struct feeder_options o = {.batch = 5, .seed = 3, .classes = 3};
    struct feeder *f = feeder(clips, o, "crop=2,flip,cutout=3,mixup=1,cutmix=1"), *g = feeder(images, o, "crop=2,flip,cutout=3,mixup=1,cutmix=1");

    while (feeder_next(f, &a, &e) > 0 && feeder_next(g, &b, &e) > 0) {
        CHECK_INT(a.image->rank, 5);
        CHECK_INT(a.image->dim[1], T);
        CHECK_BYTES(a.sample, b.sample, (size_t)a.n * sizeof *a.sample);
        for (int64_t i = 0; i < a.n; i++)
            for (int t = 0; t < T; t++)
                for (int p = 0; p < H * W; p++)
                    CHECK_NEAR(a.image->f[i * CLIP + t * H * W + p], b.image->f[i * CLIP + p * T + t], 0);
    }
    CHECK_STR(e.text, "");
    feeder_free(f);
    feeder_free(g);
    samples_close(clips);
    samples_close(images);
}

int main(void)
{
    RUN(evaluation_goes_in_order_and_ends_with_a_short_batch);
    RUN(training_sees_every_sample_once_an_epoch_in_new_orders);
    RUN(the_last_short_batch_can_be_dropped);
    RUN(a_seek_gives_the_same_batches_bit_for_bit);
    RUN(samples_look_alike_for_any_batch_threads_depth_and_ranks);
    RUN(ranks_see_together_what_one_process_sees);
    RUN(a_rank_may_get_an_empty_last_batch);
    RUN(soft_labels_weigh_what_is_in_the_image);
    RUN(columns_of_other_types_become_i32_where_they_fit);
    RUN(what_cannot_be_augmented_is_refused);
    RUN(closing_in_the_middle_ends_the_threads);
    RUN(subsets_feed_their_own_samples);
    RUN(clips_are_images_with_frames_as_channels);
    return check_report();
}
