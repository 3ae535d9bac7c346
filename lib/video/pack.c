#include "video/pack.h"

#include "base/fail.h"
#include "base/hash.h"
#include "base/mem.h"
#include "stream/access.h"
#include "stream/attrs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6 };
#define MOST_BYTES ((int64_t)1 << 40)                /* of a frame */

struct pack {
    struct access *file;
    char *path;
    int64_t n;
    struct pack_video *video;                      /* [n] */
    char *names;
    uint64_t digest;
};

/* ---- Opening -------------------------------------------------------------------------------- */

static int no_store(const struct pack *s, const char *why, struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "%s: %s: expected a store that video-pack wrote", s->path, why);
}

/* The record of this name at byte `at`, and its payload, the caller's. */
static void *read_record(const struct pack *s, int64_t at, const char *name, enum ten_type type,
                         struct access_record *rec, struct ten_err *e)
{
    if (access_find(s->file, at, rec, e) < 0)
        return NULL;
    if (strcmp(rec->name, name) != 0 || rec->type != type) {
        no_store(s, "its index is somewhere else", e);
        return NULL;
    }
    /* Its size is a claim; packed payloads are rarely a thousandth as long. */
    if (rec->bytes / 1024 > access_size(s->file)) {
        no_store(s, "its index is larger than the file", e);
        return NULL;
    }
    char *data = xmalloc((size_t)rec->bytes + 1);
    data[rec->bytes] = 0;
    if (access_read(s->file, rec, (int64_t[]){0}, 1, rec->bytes, data, e) == 0)
        return data;
    free(data);
    return NULL;
}

/* Where the index and the names start. */
static int find_index(const struct pack *s, int64_t *index, int64_t *names, struct ten_err *e)
{
    struct access_record tail;
    struct ten_err unsaid;
    if (access_find(s->file, access_size(s->file) - PACK_TAIL, &tail, &unsaid) < 0 ||
        strcmp(tail.name, "store") != 0)
        return no_store(s, "no index at its end", e);
    char *text = strndup(tail.attrs, (size_t)tail.attrs_bytes);
    json_t *attrs = attrs_parse(text, "attributes", e);
    *index = json_integer_value(json_object_get(attrs, "index"));
    *names = json_integer_value(json_object_get(attrs, "name"));
    json_decref(attrs);
    free(text);
    return attrs ? 0 : -1;
}

static int read_names(struct pack *s, int64_t at, struct ten_err *e)
{
    struct access_record rec;
    s->names = read_record(s, at, "name", TEN_UTF8, &rec, e);
    char *p = s->names;
    for (int64_t i = 0; p && i < s->n; i++) {
        char *end = strchr(p, '\n');
        if (!end)
            return no_store(s, "fewer names than videos", e);
        *end = 0;
        s->video[i].name = p;
        p = end + 1;
    }
    return s->names ? 0 : -1;
}

/* Numbers that can be those of a video: sizes of clips of its frames fit int64_t. */
static bool plausible(const struct pack_video *v)
{
    int64_t bytes;
    return v->at >= 0 && v->frames >= 1 && v->height >= 1 && v->width >= 1 && v->channels >= 1 &&
           mul_i64(v->height, v->width, &bytes) && mul_i64(bytes, v->channels, &bytes) &&
           bytes <= MOST_BYTES;
}

static int read_index(struct pack *s, struct ten_err *e)
{
    struct access_record rec;
    int64_t index = -1, names = -1;
    if (find_index(s, &index, &names, e) < 0)
        return -1;
    int64_t *row = read_record(s, index, "index", TEN_I64, &rec, e);
    if (!row)
        return -1;
    if (rec.shape.rank != 2 || rec.shape.dim[1] != COLUMNS) {
        free(row);
        return no_store(s, "its index has other columns", e);
    }
    s->n = rec.shape.dim[0];
    s->video = xcalloc((size_t)s->n + 1, sizeof *s->video);
    s->digest = XXH3_64bits(row, (size_t)rec.bytes);
    for (int64_t i = 0; i < s->n; i++) {
        const int64_t *r = row + i * COLUMNS;
        s->video[i] = (struct pack_video){r[0], r[1], r[2], r[3], r[4], (int32_t)r[5], ""};
        if (!plausible(&s->video[i])) {
            free(row);
            return no_store(s, "sizes in its index that no video has", e);
        }
    }
    free(row);
    return read_names(s, names, e);
}

struct pack *pack_open(const char *path, struct ten_err *e)
{
    struct pack *s = xcalloc(1, sizeof *s);
    s->path = xstrdup(path);
    s->file = access_open(path, e);
    if (s->file && read_index(s, e) == 0)
        return s;
    pack_close(s);
    return NULL;
}

void pack_close(struct pack *s)
{
    if (!s)
        return;
    access_close(s->file);
    free(s->video);
    free(s->names);
    free(s->path);
    free(s);
}

int64_t pack_count(const struct pack *s) { return s->n; }
const struct pack_video *pack_video(const struct pack *s, int64_t i) { return &s->video[i]; }
uint64_t pack_digest(const struct pack *s) { return s->digest; }

/* ---- Frames --------------------------------------------------------------------------------- */

int pack_frames(const struct pack *s, int64_t i, const int64_t *index, int64_t n, uint8_t *to,
                 struct ten_err *e)
{
    const struct pack_video *v = &s->video[i];
    const int64_t want[] = {1, v->frames, v->height, v->width, v->channels};
    struct access_record rec;
    if (access_find(s->file, v->at, &rec, e) < 0)
        return -1;
    if (strcmp(rec.name, "clip") != 0 || rec.type != TEN_U8 || rec.shape.rank != 5 ||
        memcmp(rec.shape.dim, want, sizeof want) != 0)
        return no_store(s, "a video is not where its index says", e);
    const int64_t frame = v->height * v->width * v->channels;
    int64_t *from = xmalloc((size_t)n * sizeof *from + 1);
    for (int64_t k = 0; k < n; k++)
        from[k] = index[k] * frame;
    const int rc = access_read(s->file, &rec, from, n, frame, to, e);
    free(from);
    return rc;
}

/* ---- Writing -------------------------------------------------------------------------------- */

struct pack_writer {
    struct ten_writer *out;
    int64_t n, room;
    int64_t *index;                                 /* [n,COLUMNS] */
    char *names;
    size_t names_bytes;
};

struct pack_writer *pack_writer_new(struct ten_writer *out)
{
    struct pack_writer *w = xcalloc(1, sizeof *w);
    w->out = out;
    w->names = xcalloc(1, 1);
    return w;
}

void pack_writer_free(struct pack_writer *w)
{
    if (!w)
        return;
    free(w->index);
    free(w->names);
    free(w);
}

/* Byte of the stream where the next record will start, or -1. */
static int64_t here(struct pack_writer *w, struct ten_err *e)
{
    return ten_flush(w->out, e) < 0 ? -1 : ten_written(w->out);
}

static void add_name(struct pack_writer *w, const char *name)
{
    const size_t n = strlen(name);
    w->names = xrealloc(w->names, w->names_bytes + n + 2);
    memcpy(w->names + w->names_bytes, name, n);
    for (size_t i = 0; i < n; i++)
        if (name[i] == '\n' || name[i] == '\t')
            w->names[w->names_bytes + i] = ' ';
    w->names_bytes += n + 1;
    w->names[w->names_bytes - 1] = '\n';
}

/* The group's attributes with the video's name; the caller's. */
static char *named(const char *attrs, const char *name, struct ten_err *e)
{
    json_t *json = attrs_parse(attrs, "group attributes", e);
    if (!json)
        return NULL;
    char *text = NULL;
    if (*name && json_object_set_new(json, "name", json_string(name)) < 0)
        fail(e, TEN_E_DATA, "%.60s: no UTF-8: expected a name that is text", name);
    else
        text = json_object_size(json) > 0 ? attrs_text(json) : xstrdup("");
    json_decref(json);
    return text;
}

int pack_add(struct pack_writer *w, const struct pack_video *v, const struct ten_record *clip,
              struct ten_err *e)
{
    const char *name = v->name ? v->name : "";
    const int64_t at = here(w, e);
    char *attrs = at < 0 ? NULL : named(clip->group_attrs, name, e);
    if (!attrs)
        return -1;
    if (w->n == w->room) {
        w->room = 2 * w->room + 16;
        w->index = xrealloc(w->index, (size_t)(w->room * COLUMNS) * sizeof *w->index);
    }
    const int64_t row[COLUMNS] = {at, v->frames, v->height, v->width, v->channels, v->label};
    memcpy(w->index + w->n * COLUMNS, row, sizeof row);
    add_name(w, name);
    struct ten_record rec[] = {
        *clip,
        {.name = "label", .type = TEN_I32, .shape = {1, {1}}, .data = &v->label, .group = w->n},
    };
    rec[0].name = "clip";
    rec[0].group = w->n++;
    rec[0].group_attrs = *attrs ? attrs : NULL;
    int rc = ten_write(w->out, &rec[0], e);
    if (rc == 0 && v->label != PACK_UNKNOWN)
        rc = ten_write(w->out, &rec[1], e);
    free(attrs);
    return rc;
}

int pack_end(struct pack_writer *w, struct ten_err *e)
{
    const int64_t index = here(w, e);
    const struct ten_record rows = {.name = "index", .type = TEN_I64, .shape = {2, {w->n, COLUMNS}},
                                    .data = w->index, .group = w->n};
    const struct ten_record names = {.name = "name", .type = TEN_UTF8, .data = w->names,
                                     .shape = {1, {(int64_t)w->names_bytes}}, .group = w->n};
    if (index < 0 || ten_write(w->out, &rows, e) < 0)
        return -1;
    const int64_t at = here(w, e);
    if (at < 0 || ten_write(w->out, &names, e) < 0)
        return -1;
    char *attrs = xasprintf("{\"index\":%" PRId64 ",\"name\":%" PRId64 "}", index, at);
    const struct ten_record tail = {.name = "store", .type = TEN_U8, .shape = {1, {0}},
                                    .data = "", .attrs = attrs, .group = w->n};
    const int rc = ten_write(w->out, &tail, e);
    free(attrs);
    return rc;
}
