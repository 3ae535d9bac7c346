#include "video/videos.h"

#include "base/mem.h"
#include "stream/attrs.h"
#include "video/groups.h"
#include "video/pack.h"

#include <stdlib.h>
#include <string.h>

struct videos {
    char *path;
    struct pack *store;                /* NULL: a stream */
    struct clip_reader *in;
    struct clip_group group;
    int64_t row, number;                /* next row of the group; next video */
    struct video now;
    char *name;                         /* of the group */
};

/* ---- Stores --------------------------------------------------------------------------------- */

static void store_now(void *of, struct ten_input *now)
{
    const struct videos *v = of;
    *now = (struct ten_input){.name = v->path, .records = pack_count(v->store), .bytes = -1,
                              .digest = pack_digest(v->store)};
}

struct videos *videos_open(struct tool *t, const char *path)
{
    struct videos *v = xcalloc(1, sizeof *v);
    v->path = path ? xstrdup(path) : NULL;
    v->store = path ? pack_open(path, &t->err) : NULL;
    struct ten_reader *in = path ? NULL : tool_reader(t, "-");
    if (v->store && t->out)
        ten_writer_input(t->out, store_now, v);
    if (in)
        v->in = clip_reader_new(in);
    if (v->store || v->in)
        return v;
    videos_close(v);
    return NULL;
}

void videos_close(struct videos *v)
{
    if (!v)
        return;
    pack_close(v->store);
    clip_reader_free(v->in);
    free(v->path);
    free(v->name);
    free(v);
}

int64_t videos_count(const struct videos *v) { return v->store ? pack_count(v->store) : 0; }

/* ---- Streams -------------------------------------------------------------------------------- */

/* The group's attribute name, the caller's. */
static char *name_of(const struct clip_group *g, struct ten_err *e)
{
    json_t *attrs = attrs_parse(g->clip.group_attrs, "group attributes", e);
    const char *name = json_string_value(json_object_get(attrs, "name"));
    char *copy = attrs ? xstrdup(name ? name : "") : NULL;
    json_decref(attrs);
    return copy;
}

static int next_group(struct videos *v, struct ten_err *e)
{
    int rc;
    do
        rc = clip_reader_next(v->in, &v->group, e);
    while (rc > 0 && v->group.clip.shape.dim[0] == 0);
    free(v->name);
    v->row = 0;
    v->name = rc > 0 ? name_of(&v->group, e) : NULL;
    return rc > 0 && !v->name ? -1 : rc;
}

static int next_row(struct videos *v, struct ten_err *e)
{
    const int rc = v->name && v->row < v->group.clip.shape.dim[0] ? 1 : next_group(v, e);
    const struct clip_group *g = &v->group;
    const int64_t *d = g->clip.shape.dim;
    if (rc <= 0)
        return rc;
    v->now = (struct video){
        .frames = d[1], .size = {d[2], d[3], d[4]}, .labelled = g->label != NULL,
        .label = g->label ? g->label[v->row] : 0, .name = v->name,
        .group_attrs = g->clip.group_attrs, .history = g->clip.history,
        .pixels = (const uint8_t *)g->clip.data + v->row * (d[1] * d[2] * d[3] * d[4]),
    };
    v->row++;
    return 1;
}

int videos_next(struct videos *v, struct video *one, struct ten_err *e)
{
    const int rc = !v->store ? next_row(v, e) : v->number < pack_count(v->store);
    if (rc <= 0)
        return rc;
    if (v->store) {
        const struct pack_video *s = pack_video(v->store, v->number);
        v->now = (struct video){.frames = s->frames, .size = {s->height, s->width, s->channels},
                                .labelled = s->label != PACK_UNKNOWN, .label = s->label,
                                .name = s->name};
    }
    v->now.number = v->number++;
    *one = v->now;
    return 1;
}

/* ---- Frames --------------------------------------------------------------------------------- */

int videos_frames(struct videos *v, const int64_t *index, int64_t n, uint8_t *to,
                  struct ten_err *e)
{
    const struct crop_frame *f = &v->now.size;
    const int64_t bytes = f->height * f->width * f->channels;
    if (v->store)
        return pack_frames(v->store, v->now.number, index, n, to, e);
    for (int64_t i = 0; i < n; i++)
        memcpy(to + i * bytes, v->now.pixels + index[i] * bytes, (size_t)bytes);
    return 0;
}

int videos_sample(struct videos *v, const struct video *one, const struct sampling *s,
                  const struct video_key *key, int64_t *index, uint8_t *scratch, uint8_t *to,
                  struct ten_err *e)
{
    const int64_t l = s->length, segments = sampling_clips(s) * s->segments;
    const int64_t c = one->size.channels, pixels = one->size.height * one->size.width;
    sampling_frames(index, s, one->frames, key);
    if (l == 1)
        return videos_frames(v, index, segments, to, e);
    if (videos_frames(v, index, segments * l, scratch, e) < 0)
        return -1;
    sampling_beside(to, scratch, segments, l, pixels, c);
    return 0;
}
