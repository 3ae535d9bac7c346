#include "models/video_score.h"

#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "nn/checkpoint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Networks ------------------------------------------------------------------------------- */

/* A key that the family has, and what it means that it has not. */
static int64_t number(const json_t *config, const char *key)
{
    return json_integer_value(json_object_get(config, key));
}

/* Whether frames see each other, by the full configuration. */
static bool mixes_frames(const json_t *config)
{
    const char *inflate = json_string_value(json_object_get(config, "inflate"));
    return number(config, "shift") != 0 || (inflate && strcmp(inflate, "none") != 0) ||
           json_is_true(json_object_get(config, "temporal_pool")) ||
           json_is_true(json_object_get(config, "non_local"));
}

/* Change the configuration of m to net->segments frames and net->size pixels: the caller's. */
static json_t *adapted(const struct model *m, const struct video_net *net)
{
    json_t *config = json_deep_copy(m->config);
    json_t *in = json_pack("[IIII]", (json_int_t)net->segments, (json_int_t)net->size,
                           (json_int_t)net->size, (json_int_t)m->in[3]);
    json_object_set_new(config, "in", in);
    json_object_set_new(config, "frames", json_integer(net->segments));
    return config;
}

static int plan(struct video_net *net, const struct model *m, int64_t segments, bool full,
                struct ten_err *e)
{
    if (m->in_rank != 4 || number(m->config, "frames") == 0 || m->out_rank != 1)
        return fail(e, TEN_E_DATA, "%s: no network of clips: expected one with frames that gives "
                    "an answer for all of them", net->path);
    if (m->in[1] != m->in[2])
        return fail(e, TEN_E_DATA, "%s: it reads frames of %" PRId64 "x%" PRId64 ": expected "
                    "squares", net->path, m->in[2], m->in[1]);
    if (segments && segments != m->in[0] && mixes_frames(m->config))
        return fail(e, TEN_E_DATA, "%s: %" PRId64 " segments: expected %" PRId64 ", the frames "
                    "that its shifts were trained with", net->path, segments, m->in[0]);
    net->segments = segments ? segments : m->in[0];
    net->train_size = m->in[1];
    net->size = full ? m->in[1] * 256 / 224 : m->in[1];
    return 0;
}

static int open_net(struct video_net *net, struct tool *t, const char *path, int64_t segments,
                    const struct video_protocol *p, struct memory *memory)
{
    struct ten_reader *in = tool_reader(t, path);
    json_t *config = in ? checkpoint_config(in, &t->err) : NULL;
    struct model *as_trained = config ? model_new(config, memory, &t->err) : NULL;
    *net = (struct video_net){.path = path, .weight = 1};
    json_decref(config);
    if (!as_trained)
        return -1;
    if (plan(net, as_trained, segments, p->full, &t->err) == 0) {
        config = adapted(as_trained, net);
        net->m = model_new(config, memory, &t->err);
        json_decref(config);
    }
    model_free(as_trained);
    if (!net->m)
        return -1;
    const struct part part = {.prefix = "", .params = net->m->params};
    return checkpoint_load(in, &(struct checkpoint){.nparts = 1, .parts = &part}, &t->err);
}

int video_nets_open(struct video_net *nets, int n, struct tool *t, const char *const *path, const double *weight, int64_t segments,
                    const struct video_protocol *p, struct memory *memory)
{
    for (int i = 0; i < n; i++) {
        struct video_net *net = &nets[i];
        if (open_net(net, t, path[i], segments, p, memory) < 0)
            return -1;
        net->weight = weight ? weight[i] : 1;
        if (net->m->out != nets[0].m->out)
            return fail(&t->err, TEN_E_DATA, "%s: %" PRId64 " classes: expected %" PRId64 ", as of %s", path[i], net->m->out, nets[0].m->out, path[0]);
        if (p->mode == SAMPLING_DENSE && net->segments > SAMPLING_SPAN)
            return fail(&t->err, TEN_E_DATA, "%s: %" PRId64 " frames: expected at most %d for --dense", path[i], net->segments, SAMPLING_SPAN);
    }
    return 0;
}

void video_nets_close(struct video_net *nets, int n)
{
    for (int i = 0; i < n; i++)
        model_free(nets[i].m);
}

/* ---- Protocols ------------------------------------------------------------------------------ */

const char *const video_protocols[] = {"sth-efficient", "sth-accurate", "k400-uniform", "k400-10crop", "k400-dense", NULL};

void video_protocol_set(struct video_protocol *p, int i)
{
    static const struct { enum sampling_mode mode; int views; bool full; } rules[] = {
        {SAMPLING_UNIFORM, 1, false}, {SAMPLING_TWICE, 3, true}, {SAMPLING_UNIFORM, 1, false},
        {SAMPLING_UNIFORM, 10, false}, {SAMPLING_DENSE, 1, false},
    };
    p->mode = rules[i].mode;
    p->views = rules[i].views;
    p->full = rules[i].full;
}

/* ---- Scores --------------------------------------------------------------------------------- */

/* Views u8 [n,T,S,S,c] as the network reads them. */
static int prepare(struct tensor *x, const uint8_t *views, int64_t c,
                   const struct video_protocol *p, struct ten_err *e)
{
    const int64_t *d = x->dim, pixels = d[1] * d[2] * d[3];
    struct batch_form form;
    if (p->modality != CROP_RGB) {
        crop_normalise(x->f, views, d[0] * pixels, c, p->modality);
        return 0;
    }
    if (batch_form_init(&form, TEN_U8, &(struct ten_shape){4, {d[1], d[2], d[3], c}},
                        &(struct batch_augment){0}, &p->scale, true, e) < 0)
        return -1;
    void *scratch = xaligned((size_t)batch_form_scratch(&form) + 1);
    struct batch_look look;
    batch_look(&look, &form, &(struct batch_key){0}, 0);
    for (int64_t i = 0; i < d[0]; i++)
        batch_image(x->f + i * pixels * d[4], views + i * pixels * c, &form, &look, scratch);
    free(scratch);
    batch_form_free(&form);
    return 0;
}

/* sum [K] += answers for n views. */
static int add_views(double *sum, const struct video_net *net, const uint8_t *views, int64_t n,
                     int64_t c, const struct video_protocol *p, struct ten_err *e)
{
    struct model *m = net->m;
    struct tape *t = tape_new(m->params->memory, 0);
    struct tensor x = tensor_new(m->params->memory, TEN_F32, 5,
                                 (int64_t[]){n, m->in[0], m->in[1], m->in[2], m->in[3]});
    tape_mode(t)->record = tape_mode(t)->training = false;
    const int rc = prepare(&x, views, c, p, e);
    struct var *y = tape_input(t, x);
    if (rc == 0) {
        y = model_forward(m, t, y);
        y = op_compact(t, p->softmax ? op_softmax(t, y) : y);
        for (int64_t i = 0; i < n; i++)
            for (int64_t k = 0; k < m->out; k++)
                sum[k] += y->v.f[i * m->out + k];
    }
    tape_free(t);
    return rc;
}

/* All clips and crops of a video: *n views u8 [n,T,S,S,c], the caller's.  NULL with *e set. */
static uint8_t *views_of(int64_t *n, const struct video_net *net, const struct video_protocol *p,
                         struct videos *in, const struct video *v, struct ten_err *e)
{
    const struct sampling s = {p->mode, SAMPLING_TEST, net->segments, p->length};
    const struct crop_test crop = {net->size, net->train_size * 256 / 224, p->views};
    const struct crop_frame f = {v->size.height, v->size.width, v->size.channels * p->length};
    const int64_t clips = sampling_clips(&s), frames = clips * s.segments, c = f.channels;
    const int64_t bytes = f.height * f.width * c, view = s.segments * crop.size * crop.size * c;
    int64_t *index = xmalloc((size_t)(frames * p->length) * sizeof *index);
    uint8_t *clip = xmalloc((size_t)(2 * frames * bytes)), *to = NULL;
    const struct video_key none = {0};
    *n = clips * p->views;
    if (videos_sample(in, v, &s, &none, index, clip + frames * bytes, clip, e) == 0) {
        to = xmalloc((size_t)(*n * view));
        for (int64_t i = 0; i < clips; i++)
            crop_views(to + i * p->views * view, &crop, p->modality, clip + i * s.segments * bytes,
                       s.segments, &f);
    }
    free(clip);
    free(index);
    return to;
}

static int add_net(double *score, const struct video_net *net, const struct video_protocol *p,
                   struct videos *in, const struct video *v, struct ten_err *e)
{
    const int64_t c = v->size.channels * p->length, K = net->m->out;
    const int64_t reads = p->modality == CROP_RGB ? c : crop_channels(p->modality, c);
    int64_t n;
    if (reads != net->m->in[3])
        return fail(e, TEN_E_DATA, "video %" PRId64 ": %" PRId64 " channels, --length=%" PRId64 ": "
                    "expected what makes %" PRId64 ", which %s reads", v->number, v->size.channels,
                    p->length, net->m->in[3], net->path);
    uint8_t *views = views_of(&n, net, p, in, v, e);
    double *sum = xcalloc((size_t)K, sizeof *sum);
    const int64_t view = net->segments * net->size * net->size * c;
    int rc = views ? 0 : -1;
    for (int64_t i = 0; rc == 0 && i < n; i += p->batch)
        rc = add_views(sum, net, views + i * view, n - i < p->batch ? n - i : p->batch, c, p, e);
    for (int64_t k = 0; rc == 0 && k < K; k++)
        score[k] += net->weight * sum[k] / (double)n;
    free(sum);
    free(views);
    return rc;
}

int video_score(float *score, const struct video_net *nets, int n, const struct video_protocol *p,
                struct videos *in, const struct video *v, struct ten_err *e)
{
    const int64_t K = nets[0].m->out;
    double *all = xcalloc((size_t)K, sizeof *all);
    int rc = 0;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = add_net(all, &nets[i], p, in, v, e);
    for (int64_t k = 0; rc == 0 && k < K; k++)
        score[k] = (float)all[k];
    free(all);
    return rc;
}
