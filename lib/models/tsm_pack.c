#include "models/tsm_pack.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "video/pack.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tsm_pack {
    struct pack *store;
    char *path;
    struct sampling sampling;
    struct crop_train train;
    struct crop_test test;
    bool drawn;
    enum crop_modality modality;
    struct samples *labels;
    struct feeder_source source;
};

/* Shorter sides before the centre is cut out: 256 for 224. */
static int64_t shorter_of(int64_t size) { return size * 256 / 224; }

/* ---- One clip ---------------------------------------------------------------------------------- */

static void cut(uint8_t *to, const struct tsm_pack *p, const uint8_t *frames, const struct crop_frame *f,
                const struct video_key *key)
{
    struct crop_box box;
    if (!p->drawn) {
        crop_views(to, &p->test, p->modality, frames, p->sampling.segments, f);
        return;
    }
    crop_draw(&box, &p->train, f, key);
    crop_clip(to, p->train.size, &box, p->modality, frames, p->sampling.segments, f);
}

/* The feeder has threads of its own: one of them does all of a clip. */
static int make(void *ctx, uint8_t *to, const struct batch_key *key, int64_t sample, struct ten_err *e)
{
    const struct tsm_pack *p = ctx;
    const struct pack_video *v = pack_video(p->store, sample);
    const int64_t l = p->sampling.length, frames = p->sampling.segments * l, pixels = v->height * v->width;
    const struct crop_frame f = {v->height, v->width, l * v->channels};
    const struct video_key draws = {key->seed, key->epoch, sample};
    int64_t *index = xmalloc((size_t)(sampling_clips(&p->sampling) * frames) * sizeof *index);
    uint8_t *read = xmalloc((size_t)(2 * frames * pixels * v->channels)), *clip = read + frames * pixels * v->channels;
    const int threads = omp_get_max_threads();

    omp_set_num_threads(1);
    sampling_frames(index, &p->sampling, v->frames, &draws);
    const int rc = pack_frames(p->store, sample, index, frames, read, e);
    if (rc == 0) {
        sampling_beside(clip, read, p->sampling.segments, l, pixels, v->channels);
        cut(to, p, clip, &f, &draws);
    }
    omp_set_num_threads(threads);
    free(read);
    free(index);
    return rc;
}

/* ---- Labels ------------------------------------------------------------------------------------- */

static int64_t channels_of(enum crop_modality m) { return m == CROP_FLOW ? CROP_MOTION : CROP_COLOURS; }

static int check_videos(const struct tsm_pack *p, struct ten_err *e)
{
    const int64_t channels = channels_of(p->modality);
    for (int64_t i = 0; i < pack_count(p->store); i++) {
        const struct pack_video *v = pack_video(p->store, i);
        if (v->label == PACK_UNKNOWN)
            return fail(e, TEN_E_DATA, "%s: video %lld has no label: expected one for each", p->path, (long long)i);
        if (v->channels != channels)
            return fail(e, TEN_E_DATA, "%s: video %lld has %lld channels: expected %lld, %s", p->path, (long long)i,
                        (long long)v->channels, (long long)channels, p->modality == CROP_FLOW ? "motion" : "colours");
    }
    return 0;
}

static int write_labels(int fd, const int32_t *label, int64_t n, struct ten_err *e)
{
    struct ten_writer *w = ten_create_fd(fd, temp_folder(), NULL, e);
    const struct ten_record rec = {.name = "label", .type = TEN_I32, .shape = {1, {n}}, .data = label};
    const int rc = !w || ten_write(w, &rec, e) < 0 || ten_finish(w, e) < 0 ? -1 : 0;
    ten_discard(w);
    return rc;
}

/* Samples come from streams. */
static struct samples *labels_of(const struct tsm_pack *p, struct ten_err *e)
{
    const int64_t n = pack_count(p->store);
    const int fd = temp_file(e);
    int32_t *label = xmalloc((size_t)(n + 1) * sizeof *label);
    struct samples *s = NULL;
    for (int64_t i = 0; i < n; i++)
        label[i] = pack_video(p->store, i)->label;
    if (fd >= 0 && write_labels(fd, label, n, e) == 0 && lseek(fd, 0, SEEK_SET) == 0) {
        struct ten_reader *in = ten_open_fd(fd, p->path, NULL, e);
        s = in ? samples_open(p->path, in, NULL, e) : NULL;
        ten_close(in);
    }
    free(label);
    if (fd >= 0)
        close(fd);
    return s;
}

/* ---- Life ----------------------------------------------------------------------------------------- */

static void store_now(void *of, struct ten_input *now)
{
    const struct tsm_pack *p = of;
    *now = (struct ten_input){.name = p->path, .records = pack_count(p->store), .bytes = -1,
                              .digest = pack_digest(p->store)};
}

struct tsm_pack *tsm_pack_open(struct tool *t, const char *path, const struct tsm_pack_options *o)
{
    struct tsm_pack *p = xcalloc(1, sizeof *p);
    p->path = xstrdup(path);
    p->drawn = o->train;
    p->modality = o->modality;
    p->sampling = (struct sampling){.mode = o->dense ? SAMPLING_DENSE : SAMPLING_UNIFORM, .segments = o->segments,
                                    .phase = o->train ? SAMPLING_TRAIN : SAMPLING_VALID, .length = o->length};
    p->train = (struct crop_train){.size = o->size};
    crop_train_scales(&p->train, o->modality);
    p->test = (struct crop_test){.size = o->size, .shorter = shorter_of(o->size), .views = 1};
    p->source = (struct feeder_source){.name = "clip", .make = make, .ctx = p,
                                       .shape = {4, {o->segments, o->size, o->size, o->length * channels_of(o->modality)}}};
    if (!(p->store = pack_open(path, &t->err)) || check_videos(p, &t->err) < 0 || !(p->labels = labels_of(p, &t->err))) {
        tsm_pack_close(p);
        return NULL;
    }
    ten_writer_input(t->out, store_now, p);
    return p;
}

void tsm_pack_close(struct tsm_pack *p)
{
    if (!p)
        return;
    samples_close(p->labels);
    pack_close(p->store);
    free(p->path);
    free(p);
}

struct samples *tsm_pack_samples(const struct tsm_pack *p) { return p->labels; }
const struct feeder_source *tsm_pack_source(const struct tsm_pack *p) { return &p->source; }
