/*
 * A ring of slots, one more than batches are made ahead: that one is with the caller.  Batches are
 * numbered by tickets from the position of the last seek; ticket t is made in slot t mod slots by
 * whichever thread takes it, and handed out in the order of tickets.  A seek waits for what is being
 * made, forgets all that is ready, and starts with ticket 0 again.
 */
#include "nn/feeder.h"

#include "base/fail.h"
#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPTH = 3 };

struct slot {
    bool ready;
    struct batch batch;
    struct tensor *column;              /* [columns], over memory of the slot */
    struct tensor soft;
    int64_t *sample;
    struct ten_err err;                 /* code 0: none */
};

/* What a thread needs for itself. */
struct maker {
    struct feeder *f;
    pthread_t thread;
    int64_t epoch, *order;              /* the epoch whose order it is; -1 before the first */
    float *partner;                     /* an image to mix in */
    uint8_t *made;                      /* one sample of the source */
    void *scratch;
};

struct feeder {
    const struct samples *samples;
    struct feeder_options opt;
    int columns, image, label;          /* numbers of columns, -1: none */
    struct samples_column *column;      /* [columns] those of the samples, then the source's */
    const struct feeder_source *source; /* NULL: images are stored */
    struct batch_form form;             /* of images */
    bool mixes;
    int64_t count, batches, rows;       /* samples; batches of an epoch; most samples of one here */

    pthread_mutex_t lock;
    pthread_cond_t made, room;          /* a slot was filled; one can be, or all ends */
    bool ending, paused;
    int busy;                           /* threads that fill a slot */
    int64_t epoch, number;              /* of ticket 0 */
    int64_t taken, next;                /* tickets that threads took; next one for the caller */
    bool held;                          /* the caller has ticket next-1 */
    int slots;
    struct slot *slot;

    int64_t at_epoch, at_batch;         /* position of the caller, who alone uses these */
    double waited;
    struct ten_err err;                 /* of the batch that failed */

    int threads;                        /* that run */
    struct maker *maker;
};

/* ---- Making a batch -------------------------------------------------------------------------- */

/* Samples of one batch over all ranks: order[first .. first+total-1]. */
static int64_t batch_total(const struct feeder *f, int64_t number)
{
    const int64_t left = f->count - number * f->opt.batch;

    return left < f->opt.batch ? left : f->opt.batch;
}

static void learn_order(struct maker *m, int64_t epoch)
{
    const struct feeder *f = m->f;
    const struct rng r = {f->opt.seed, rng_stream("feeder.order") + (uint64_t)epoch};

    if (m->epoch == epoch)
        return;
    m->epoch = epoch;
    if (!f->opt.evaluate)
        rng_permutation(&r, 0, m->order, f->count);
    else
        for (int64_t i = 0; i < f->count; i++)
            m->order[i] = i;
}

/* x[i]; numbers beyond i64 become its largest, which i32 does not hold either. */
static inline int64_t whole_at(const void *x, enum ten_type type, int64_t i)
{
    switch (type) {
    case TEN_I8:  return ((const int8_t *)x)[i];
    case TEN_I16: return ((const int16_t *)x)[i];
    case TEN_I32: return ((const int32_t *)x)[i];
    case TEN_I64: return ((const int64_t *)x)[i];
    case TEN_U16: return ((const uint16_t *)x)[i];
    case TEN_U32: return ((const uint32_t *)x)[i];
    case TEN_U64: return ((const int64_t *)x)[i] < 0 ? INT64_MAX : ((const int64_t *)x)[i];
    default:      return ((const uint8_t *)x)[i];
    }
}

/* y[0..n) = x: false when a number does not fit. */
static bool copy_whole(int32_t *y, const void *x, enum ten_type type, int64_t n)
{
    bool fits = true;

    for (int64_t i = 0; i < n; i++) {
        const int64_t v = whole_at(x, type, i);

        y[i] = (int32_t)v;
        fits = fits && y[i] == v;
    }
    return fits;
}

/* The class of a sample; -1 with *e set when it is none. */
static int64_t class_of(const struct feeder *f, int64_t sample, struct ten_err *e)
{
    const struct samples_column *col = &f->column[f->label];
    int32_t class;

    if (!copy_whole(&class, samples_row(f->samples, f->label, sample), col->type, 1) || class < 0 ||
        class >= f->opt.classes)
        return fail(e, TEN_E_DATA, "sample %lld: %.60s: no class: expected 0 to %lld",
                    (long long)samples_number(f->samples, sample), col->name,
                    (long long)f->opt.classes - 1);
    return class;
}

static int fill_column(const struct feeder *f, struct slot *s, int c, struct ten_err *e)
{
    const struct samples_column *col = &f->column[c];

    for (int64_t i = 0; i < s->batch.n; i++) {
        const int64_t sample = s->sample[i], n = col->count;
        const void *x = samples_row(f->samples, c, sample);

        if (c == f->label && f->opt.classes > 0 && class_of(f, sample, e) < 0)
            return -1;
        if (col->type == TEN_F32)
            memcpy(s->column[c].f + i * n, x, (size_t)n * sizeof(float));
        else if (!copy_whole(s->column[c].i + i * n, x, col->type, n))
            return fail(e, TEN_E_DATA, "sample %lld: %.60s: beyond i32: expected numbers from -2^31 "
                        "to 2^31-1", (long long)samples_number(f->samples, sample), col->name);
    }
    return 0;
}

static int make_image(float *y, const struct maker *m, int64_t epoch, int64_t sample,
                      struct ten_err *e)
{
    const struct feeder *f = m->f;
    const struct batch_key key = {f->opt.seed, epoch};
    struct batch_look look;

    if (f->source && f->source->make(f->source->ctx, m->made, &key, sample, e) < 0)
        return -1;
    batch_look(&look, &f->form, &key, sample);
    batch_image(y, f->source ? m->made : samples_row(f->samples, f->image, sample), &f->form, &look,
                m->scratch);
    return 0;
}

/* Image i and its label, mixed with those of the sample that comes next in the epoch's order, which
 * is as random as a partner out of the batch, and does not ask how long batches are. */
static int mix_sample(struct maker *m, struct slot *s, int64_t i, int64_t partner, struct ten_err *e)
{
    const struct feeder *f = m->f;
    const int64_t pixels = batch_form_count(&f->form);
    const int64_t a = class_of(f, s->sample[i], e), b = a < 0 ? -1 : class_of(f, partner, e);
    float *soft = s->soft.f + i * f->opt.classes;
    struct batch_mix mix;

    if (b < 0)
        return -1;
    batch_mix(&mix, &f->form, &(struct batch_key){f->opt.seed, s->batch.epoch}, s->sample[i]);
    if (make_image(m->partner, m, s->batch.epoch, partner, e) < 0)
        return -1;
    batch_image_mix(s->column[f->image].f + i * pixels, m->partner, &f->form, &mix);
    memset(soft, 0, (size_t)f->opt.classes * sizeof *soft);
    soft[a] += mix.weight;
    soft[b] += 1 - mix.weight;
    return 0;
}

static int fill_images(struct maker *m, struct slot *s, int64_t first, struct ten_err *e)
{
    const struct feeder *f = m->f;
    const int64_t pixels = batch_form_count(&f->form);

    for (int64_t i = 0; i < s->batch.n; i++) {
        const int64_t at = first + f->opt.rank + i * f->opt.ranks;

        if (make_image(s->column[f->image].f + i * pixels, m, s->batch.epoch, s->sample[i], e) < 0)
            return -1;
        if (f->mixes && mix_sample(m, s, i, m->order[(at + 1) % f->count], e) < 0)
            return -1;
    }
    return 0;
}

/* Batch `number` of `epoch` into s. */
static int make_batch(struct maker *m, struct slot *s, int64_t epoch, int64_t number,
                      struct ten_err *e)
{
    const struct feeder *f = m->f;
    const int64_t first = number * f->opt.batch, total = batch_total(f, number);
    const int64_t n = total > f->opt.rank ? (total - f->opt.rank - 1) / f->opt.ranks + 1 : 0;

    learn_order(m, epoch);
    s->batch.epoch = epoch;
    s->batch.number = number;
    s->batch.n = n;
    s->batch.total = total;
    for (int64_t i = 0; i < n; i++)
        s->sample[i] = m->order[first + f->opt.rank + i * f->opt.ranks];
    for (int c = 0; c < f->columns; c++) {
        s->column[c].dim[0] = n;
        if (c != f->image && fill_column(f, s, c, e) < 0)
            return -1;
    }
    s->soft.dim[0] = n;
    return f->image >= 0 ? fill_images(m, s, first, e) : 0;
}

/* ---- Threads --------------------------------------------------------------------------------- */

/* A ticket whose slot is free, when there is one. */
static bool can_take(const struct feeder *f)
{
    return !f->paused && f->taken < f->next - f->held + f->slots;
}

static void *make_batches(void *arg)
{
    struct maker *m = arg;
    struct feeder *f = m->f;

    pthread_mutex_lock(&f->lock);
    for (;;) {
        while (!f->ending && !can_take(f))
            pthread_cond_wait(&f->room, &f->lock);
        if (f->ending)
            break;
        const int64_t ticket = f->taken++, at = f->number + ticket;
        struct slot *s = &f->slot[ticket % f->slots];
        const int64_t epoch = f->epoch + at / f->batches, number = at % f->batches;

        f->busy++;
        pthread_mutex_unlock(&f->lock);
        s->err.code = 0;
        make_batch(m, s, epoch, number, &s->err);
        pthread_mutex_lock(&f->lock);
        f->busy--;
        s->ready = true;
        pthread_cond_broadcast(&f->made);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* All signals but those that the CPU raises for the thread itself go to the caller's threads. */
static int start_threads(struct feeder *f, struct ten_err *e)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t all, before;
    int rc = 0;

    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (f->threads < f->opt.threads && rc == 0) {
        struct maker *m = &f->maker[f->threads];

        if ((rc = pthread_create(&m->thread, NULL, make_batches, m)) == 0)
            f->threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : fail(e, TEN_E_DATA, "threads: %s: expected to start %d", strerror(rc),
                              f->opt.threads);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static int check_column(const struct samples_column *c, struct ten_err *e)
{
    char text[192];

    switch (c->type) {
    case TEN_F32: case TEN_I8: case TEN_U8: case TEN_I16: case TEN_U16: case TEN_I32: case TEN_U32:
    case TEN_I64: case TEN_U64: case TEN_BOOL:
        return 0;
    default:
        return fail(e, TEN_E_DATA, "%.60s: %s%s a sample: expected f32 or whole numbers", c->name,
                    ten_type_name(c->type), ten_shape_text(&c->shape, text));
    }
}

static bool augments(const struct batch_augment *a)
{
    return a->resized > 0 || a->crop > 0 || a->reflect > 0 || a->flip > 0 || a->cutout > 0 ||
           a->brightness > 0 || a->contrast > 0 || a->saturation > 0 || batch_augment_mixes(a);
}

static int check_mixing(struct feeder *f, const char *label, struct ten_err *e)
{
    if (!f->mixes)
        return 0;
    if (samples_need(f->samples, label, e) < 0)
        return -1;
    if (f->column[f->label].count != 1 || f->column[f->label].type == TEN_F32)
        return fail(e, TEN_E_DATA, "%.60s: not one whole number a sample: expected labels to mix",
                    label);
    if (f->opt.classes < 1)
        return fail(e, TEN_E_USAGE, "augmentation: mixup or cutmix without a number of classes: "
                    "expected labels of known classes");
    return 0;
}

static int learn_images(struct feeder *f, struct ten_err *e)
{
    const struct samples_column *c = &f->column[f->image];
    const struct batch_form *form = &f->form;
    int64_t bytes = f->rows * (int64_t)sizeof(float);

    if (batch_form_init(&f->form, c->type, &c->shape, &f->opt.augment, &f->opt.scale,
                        f->opt.evaluate, e) < 0)
        return -1;
    if (mul_i64(bytes, form->out_h * form->out_w, &bytes) && mul_i64(bytes, form->c, &bytes) &&
        mul_i64(bytes, form->t, &bytes))
        return 0;
    return fail(e, TEN_E_DATA, "a batch of %lld images of %lld x %lld x %lld: expected less than 2^63 bytes",
                (long long)(f->rows * form->t), (long long)form->out_h, (long long)form->out_w,
                (long long)form->c);
}

static int learn_samples(struct feeder *f, struct ten_err *e)
{
    struct feeder_options *o = &f->opt;
    const char *image = o->image ? o->image : "image", *label = o->label ? o->label : "label";

    f->count = samples_count(f->samples);
    f->batches = (f->count + o->batch - 1) / o->batch;
    if (o->drop_last && !o->evaluate)
        f->batches = f->count / o->batch;
    if (f->batches == 0)
        return fail(e, TEN_E_DATA, "%lld samples: expected %lld at least, one batch",
                    (long long)f->count, o->drop_last ? (long long)o->batch : 1);
    f->rows = ((o->batch < f->count ? o->batch : f->count) - 1) / o->ranks + 1;
    f->image = f->source ? f->columns - 1 : o->image ? samples_find(f->samples, o->image)
                                                     : samples_pictures(f->samples);
    f->label = samples_find(f->samples, label);
    f->mixes = batch_augment_mixes(&o->augment) && !o->evaluate;
    if (f->image < 0 && (augments(&o->augment) || o->scale.channels > 0))
        return samples_need(f->samples, image, e);
    for (int c = 0; c < f->columns; c++)
        if (c != f->image && check_column(&f->column[c], e) < 0)
            return -1;
    if (f->image >= 0 && learn_images(f, e) < 0)
        return -1;
    return check_mixing(f, label, e);
}

/* [rows, sample's shape], as many elements as rows can be. */
static struct tensor new_column(const struct feeder *f, int c)
{
    const struct ten_shape *shape = &f->column[c].shape;
    int64_t dim[TEN_MAX_RANK] = {f->rows};

    memcpy(dim + 1, shape->dim, (size_t)shape->rank * sizeof *dim);
    if (c == f->image) {
        dim[shape->rank - 2] = f->form.out_h;           /* behind samples, and frames of clips */
        dim[shape->rank - 1] = f->form.out_w;
    }
    const int64_t n = dims_count(shape->rank + 1, dim);
    const bool number = c == f->image || f->column[c].type == TEN_F32;
    return tensor_over(xaligned((size_t)(n > 0 ? n : 1) * sizeof(float)), number ? TEN_F32 : TEN_I32,
                       shape->rank + 1, dim);
}

static void slot_init(struct slot *s, const struct feeder *f)
{
    s->column = xcalloc((size_t)f->columns, sizeof *s->column);
    s->sample = xmalloc((size_t)f->rows * sizeof *s->sample);
    for (int c = 0; c < f->columns; c++)
        s->column[c] = new_column(f, c);
    if (f->mixes)
        s->soft = tensor_over(xaligned((size_t)(f->rows * f->opt.classes) * sizeof(float)), TEN_F32, 2,
                              (int64_t[]){f->rows, f->opt.classes});
    s->batch = (struct batch){.columns = f->columns, .column = s->column, .sample = s->sample,
                              .image = f->image >= 0 ? &s->column[f->image] : NULL,
                              .label = f->label >= 0 ? &s->column[f->label] : NULL,
                              .soft = f->mixes ? &s->soft : NULL};
}

static void maker_init(struct maker *m, struct feeder *f)
{
    m->f = f;
    m->epoch = -1;
    m->order = xmalloc((size_t)f->count * sizeof *m->order);
    if (f->image < 0)
        return;
    m->scratch = xaligned((size_t)batch_form_scratch(&f->form));
    if (f->source)
        m->made = xaligned((size_t)f->column[f->image].bytes);
    if (f->mixes)
        m->partner = xaligned((size_t)batch_form_count(&f->form) * sizeof(float));
}

/* Columns of the samples and, behind them, of the source. */
static void learn_columns(struct feeder *f, const struct samples *s)
{
    int n;
    const struct samples_column *stored = samples_columns(s, &n);

    f->source = f->opt.evaluate ? f->opt.evaluated : f->opt.source;
    f->columns = n + (f->source ? 1 : 0);
    f->column = xcalloc((size_t)f->columns + 1, sizeof *f->column);
    memcpy(f->column, stored, (size_t)n * sizeof *stored);
    if (!f->source)
        return;
    const struct ten_shape *shape = &f->source->shape;
    const int64_t count = dims_count(shape->rank, shape->dim);
    f->column[n] = (struct samples_column){.name = f->source->name, .type = TEN_U8, .shape = *shape,
                                           .count = count, .bytes = count};
}

struct feeder *feeder_new(const struct samples *s, const struct feeder_options *opt,
                          struct ten_err *e)
{
    struct feeder *f = xcalloc(1, sizeof *f);

    assert(opt->batch >= 1 && opt->rank >= 0 && opt->rank < (opt->ranks > 0 ? opt->ranks : 1));
    f->samples = s;
    f->opt = *opt;
    f->opt.ranks = opt->ranks > 0 ? opt->ranks : 1;
    f->opt.threads = opt->threads > 0 ? opt->threads : 1;
    f->slots = (opt->depth > 0 ? opt->depth : DEPTH) + 1;
    learn_columns(f, s);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->made, NULL);
    pthread_cond_init(&f->room, NULL);
    if (learn_samples(f, e) < 0) {
        feeder_free(f);
        return NULL;
    }
    f->slot = xcalloc((size_t)f->slots, sizeof *f->slot);
    for (int i = 0; i < f->slots; i++)
        slot_init(&f->slot[i], f);
    f->maker = xcalloc((size_t)f->opt.threads, sizeof *f->maker);
    for (int i = 0; i < f->opt.threads; i++)
        maker_init(&f->maker[i], f);
    if (start_threads(f, e) < 0) {
        feeder_free(f);
        return NULL;
    }
    return f;
}

static void slot_free(struct slot *s, int columns)
{
    for (int c = 0; c < columns; c++)
        free(s->column[c].data);
    free(s->soft.data);
    free(s->column);
    free(s->sample);
}

void feeder_free(struct feeder *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->ending = true;
    pthread_cond_broadcast(&f->room);
    pthread_mutex_unlock(&f->lock);
    for (int i = 0; i < f->threads; i++)
        pthread_join(f->maker[i].thread, NULL);
    for (int i = 0; f->maker && i < f->opt.threads; i++) {
        free(f->maker[i].order);
        free(f->maker[i].partner);
        free(f->maker[i].made);
        free(f->maker[i].scratch);
    }
    for (int i = 0; f->slot && i < f->slots; i++)
        slot_free(&f->slot[i], f->columns);
    batch_form_free(&f->form);
    pthread_cond_destroy(&f->room);
    pthread_cond_destroy(&f->made);
    pthread_mutex_destroy(&f->lock);
    free(f->maker);
    free(f->slot);
    free(f->column);
    free(f);
}

/* ---- Taking batches -------------------------------------------------------------------------- */

int64_t feeder_batches(const struct feeder *f) { return f->batches; }
double feeder_waited(const struct feeder *f) { return f->waited; }

int feeder_go_on(struct feeder *f, int64_t epoch, int64_t batch, const char *path, struct ten_err *e)
{
    if (batch > f->batches)
        return fail(e, TEN_E_DATA, "%s: is after batch %lld of an epoch, which has %lld here: expected the samples and the "
                    "size of batches that it was trained with", path, (long long)batch, (long long)f->batches);
    feeder_seek(f, epoch, batch);
    return 0;
}

void feeder_position(const struct feeder *f, int64_t *epoch, int64_t *batch)
{
    *epoch = f->at_epoch;
    *batch = f->at_batch;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Give the caller's slot back to the threads; the lock is held. */
static void let_go(struct feeder *f)
{
    if (!f->held)
        return;
    f->slot[(f->next - 1) % f->slots].ready = false;
    f->held = false;
    pthread_cond_signal(&f->room);
}

/* The slot of the next ticket, once it is filled. */
static struct slot *take_slot(struct feeder *f)
{
    struct slot *s = &f->slot[f->next % f->slots];

    pthread_mutex_lock(&f->lock);
    let_go(f);
    if (!s->ready) {
        const double since = seconds();

        while (!s->ready)
            pthread_cond_wait(&f->made, &f->lock);
        f->waited += seconds() - since;
    }
    f->next++;
    f->held = true;
    pthread_mutex_unlock(&f->lock);
    return s;
}

int feeder_next(struct feeder *f, struct batch *b, struct ten_err *e)
{
    if (f->err.code == 0 && f->at_batch == f->batches) {
        f->at_epoch++;
        f->at_batch = 0;
        return 0;
    }
    if (f->err.code == 0) {
        const struct slot *s = take_slot(f);

        f->err = s->err;
        *b = s->batch;
    }
    if (f->err.code != 0) {
        *e = f->err;
        return -1;
    }
    f->at_batch++;
    return 1;
}

void feeder_seek(struct feeder *f, int64_t epoch, int64_t batch)
{
    assert(epoch >= 0 && batch >= 0 && batch <= f->batches);
    if (epoch == f->at_epoch && batch == f->at_batch && f->err.code == 0)
        return;
    pthread_mutex_lock(&f->lock);
    f->paused = true;
    while (f->busy > 0)
        pthread_cond_wait(&f->made, &f->lock);
    for (int i = 0; i < f->slots; i++)
        f->slot[i].ready = false;
    f->at_epoch = f->epoch = epoch;
    f->at_batch = f->number = batch;
    f->taken = f->next = 0;
    f->held = f->paused = false;
    f->err.code = 0;
    pthread_cond_broadcast(&f->room);
    pthread_mutex_unlock(&f->lock);
}
