#include "models/tsm.h"

#include "base/fail.h"
#include "models/clip.h"

#include <math.h>
#include <string.h>

const char *const tsm_archs[] = {
    "resnet18", "resnet34", "resnet50", "resnet101", "mobilenetv2", "tiny", "bninception", NULL
};
const char *const tsm_inflates[] = {"none", "3x1x1", "3x3x3", "inserted", NULL};
enum { MOBILENET = 4, TINY, BNINCEPTION };

/* Without what all networks for clips have. */
static const char *const configs[] = {
    "{\"family\": \"resnet\", \"stem\": \"large\", \"width\": 64, \"blocks\": [2, 2, 2, 2]}",
    "{\"family\": \"resnet\", \"stem\": \"large\", \"width\": 64, \"blocks\": [3, 4, 6, 3]}",
    "{\"family\": \"resnet\", \"stem\": \"large\", \"block\": \"bottleneck\", \"width\": 64, \"blocks\": [3, 4, 6, 3]}",
    "{\"family\": \"resnet\", \"stem\": \"large\", \"block\": \"bottleneck\", \"width\": 64, \"blocks\": [3, 4, 23, 3]}",
    "{\"family\": \"mobilenet\", \"width\": 1.0}",
    "{\"family\": \"resnet\", \"width\": 16, \"blocks\": [1, 1, 1], \"stem_stride\": 2, \"first_stride\": 2}",
    "{\"family\": \"bninception\"}",
};

void tsm_network_default(struct tsm_network *n)
{
    *n = (struct tsm_network){.arch = TINY, .shift = -1, .div = 8, .dropout = -1, .zero_gamma = -1};
}

/* What only residual networks know. */
static int add_residual(json_t *c, const struct tsm_network *n, struct ten_err *e)
{
    if (n->width != floor(n->width))
        return fail(e, TEN_E_USAGE, "--width=%g: expected a whole number of channels", n->width);
    if (n->width > 0)
        json_object_set_new(c, "width", json_integer((json_int_t)n->width));
    if (n->inflate)
        json_object_set_new(c, "inflate", json_string(tsm_inflates[n->inflate]));
    if (n->block)
        json_object_set_new(c, "shift_place", json_string("block"));
    if (n->frames_apart)
        json_object_set_new(c, "consensus", json_string("none"));
    if (n->temporal_pool)
        json_object_set_new(c, "temporal_pool", json_true());
    if (n->non_local)
        json_object_set_new(c, "non_local", json_true());
    if (n->zero_gamma > 0)
        json_object_set_new(c, "zero_gamma", json_true());
    return 0;
}

/* The others. */
static int add_plain(json_t *c, const struct tsm_network *n, struct ten_err *e)
{
    if (n->inflate || n->block || n->frames_apart || n->temporal_pool || n->non_local)
        return fail(e, TEN_E_USAGE, "--arch=%s: no --place=block, --temporal-pool, --non-local, --i3d or "
                    "--consensus=identity: expected a residual network for these", tsm_archs[n->arch]);
    if (n->arch == BNINCEPTION && (n->width > 0 || n->stem_stride || n->impl))
        return fail(e, TEN_E_USAGE, "--arch=bninception: no --width, --stem-stride or --shift-impl: expected another network "
                    "for these");
    if (n->width > 0)
        json_object_set_new(c, "width", json_real(n->width));
    return 0;
}

static void add_common(json_t *c, const struct tsm_network *n, const int64_t clip[4])
{
    const int shift = n->shift >= 0 ? n->shift : n->inflate ? TSM_NONE : TSM_BI;
    json_t *in = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(in, json_integer(clip[i]));
    json_object_set_new(c, "in", in);
    json_object_set_new(c, "frames", json_integer(clip[0]));
    json_object_set_new(c, "classes", json_integer(n->classes));
    json_object_set_new(c, "dropout", json_real(n->dropout));
    json_object_set_new(c, "shift", json_integer(shift == TSM_NONE ? 0 : n->div));
    if (shift == TSM_UNI)
        json_object_set_new(c, "shift_mode", json_string("uni"));
    if (n->impl)
        json_object_set_new(c, "shift_impl", json_string(clip_impls[n->impl]));
    if (n->stem_stride)
        json_object_set_new(c, "stem_stride", json_integer(n->stem_stride));
}

json_t *tsm_config(const struct tsm_network *n, const int64_t clip[4], struct ten_err *e)
{
    json_t *c = json_loads(configs[n->arch], 0, NULL);
    add_common(c, n, clip);
    if ((n->arch == MOBILENET || n->arch == BNINCEPTION ? add_plain(c, n, e) : add_residual(c, n, e)) == 0)
        return c;
    json_decref(c);
    return NULL;
}

/* ---- For samples ----------------------------------------------------------------------------------------------- */

/* One more than the largest label; 0 with *e set. */
static int64_t count_classes(const struct samples *s, struct ten_err *e)
{
    const int label = samples_need(s, "label", e);
    int n, largest = -1;
    if (label < 0)
        return 0;
    const struct samples_column *c = &samples_columns(s, &n)[label];
    if (c->type != TEN_I32 || c->count != 1)
        return fail(e, TEN_E_DATA, "label: %s: expected i32 [N], or --classes=N", ten_type_name(c->type)), 0;
    for (int64_t i = 0; i < samples_count(s); i++) {
        const int32_t v = *(const int32_t *)samples_row(s, label, i);
        largest = v > largest ? v : largest;
    }
    if (largest < 0)
        fail(e, TEN_E_DATA, "label: no class: expected numbers from 0 on");
    return largest + 1;
}

/* Shape of the clips [T,H,W,C], or NULL with *e set. */
static const int64_t *clip_shape(const struct samples *s, struct ten_err *e)
{
    const int c = samples_need(s, "clip", e);
    int n;
    if (c < 0)
        return NULL;
    const struct samples_column *clip = &samples_columns(s, &n)[c];
    char text[192];
    if (clip->shape.rank == 4)
        return clip->shape.dim;
    fail(e, TEN_E_DATA, "clip: samples of shape %s: expected [T,H,W,C]", ten_shape_text(&clip->shape, text));
    return NULL;
}

static json_t *config_for(struct tsm_options *o, const struct samples *s, const int64_t clip[4], struct ten_err *e)
{
    if (o->train.network.config || o->train.network.config_file)
        return network_config(&o->train.network, e);
    if (o->net.classes == 0 && (o->net.classes = count_classes(s, e)) == 0)
        return NULL;
    return tsm_config(&o->net, clip, e);
}

/* What is stored is compared with the network by the trainer.  clip: as the network sees those of the source. */
static struct model *fitting(struct model *m, const struct feeder_source *source, const int64_t clip[4], struct ten_err *e)
{
    struct ten_shape in = {.rank = m->in_rank}, made = {.rank = 4};
    char is[192], want[192];
    memcpy(in.dim, m->in, (size_t)m->in_rank * sizeof *m->in);
    memcpy(made.dim, clip, 4 * sizeof *clip);
    if (!source || (in.rank == 4 && memcmp(in.dim, made.dim, 4 * sizeof *in.dim) == 0))
        return m;
    fail(e, TEN_E_DATA, "%s: samples of shape %s: expected %s, which the network reads (--segments, --size)", source->name,
         ten_shape_text(&made, is), ten_shape_text(&in, want));
    model_free(m);
    return NULL;
}

/* Clips [T,H,W,C] as the network sees them: 0, or -1 with *e set. */
static int as_seen(int64_t seen[4], const struct tsm_options *o, const int64_t clip[4], struct ten_err *e)
{
    memcpy(seen, clip, 4 * sizeof *clip);
    if (o->modality == CROP_RGB)
        return 0;
    seen[3] = crop_channels(o->modality, clip[3]);
    return seen[3] ? 0 : fail(e, TEN_E_DATA, "clip: %lld channels: expected %s for %s", (long long)clip[3],
                              crop_wanted[o->modality], crop_modalities[o->modality]);
}

struct model *tsm_model(struct tsm_options *o, const struct samples *s, const struct feeder_source *source,
                        struct memory *memory, struct ten_err *e)
{
    const int64_t *stored = source ? source->shape.dim : clip_shape(s, e);
    int64_t clip[4];
    if (!stored || as_seen(clip, o, stored, e) < 0)
        return NULL;
    tsm_fill(o, o->modality == CROP_RGB ? clip[3] : 0);
    json_t *config = config_for(o, s, clip, e);
    struct model *m = config ? model_new(config, memory, e) : NULL;
    json_decref(config);
    m = m ? fitting(m, source, clip, e) : NULL;
    if (m && o->groups)
        tsm_groups(m, o->modality == CROP_FLOW);
    if (m && o->partial_bn)
        tsm_freeze_norms(m);
    return m;
}
