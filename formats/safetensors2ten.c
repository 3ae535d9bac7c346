/* formats/safetensors2ten.c - a safetensors file as a model. */
#include "formats/bytes.h"
#include "formats/rename.h"
#include "formats/safetensors.h"
#include "base/mem.h"
#include "stream/attrs.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAP = 1, KEY_PREFIX };

struct opts {
    struct tool tool;
    const char *file, *map;
    struct renames renames;
    struct safetensors header;
    char (*names)[TEN_MAX_NAME + 1];    /* of the records */
    const char *config;                 /* NULL: the metadata has none */
    char *group_attrs;
};

static const struct argp_option options[] = {
    {"map", KEY_MAP, "FILE", 0, "Rename: FILE has lines of an old and a new name", 0},
    {"prefix", KEY_PREFIX, "TEXT", 0, "Put TEXT before every tensor's name", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_MAP:       o->map = arg; break;
    case KEY_PREFIX:    o->renames.prefix = arg; break;
    case ARGP_KEY_ARG:
        if (st->arg_num > 0)
            argp_error(st, "%s: expected one FILE", arg);
        o->file = arg;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE]", "Write the tensors of a safetensors file, from standard input when "
    "no FILE is named, as records of one group whose attributes are the file's metadata.\v"
    "Example:\n  safetensors2ten --map=names.txt model.safetensors >model.ten", tool_common, 0, 0
};

/* Metadata become attributes, but for `config', which a model has as its first record. */
static int take_metadata(struct opts *o)
{
    json_t *attrs = json_deep_copy(o->header.metadata);

    o->config = json_string_value(json_object_get(o->header.metadata, "config"));
    if (o->config && json_object_get(o->renames.given, "config")) {
        json_decref(attrs);
        return fail(&o->tool.err, TEN_E_DATA, "%s: config: a tensor and an entry of the metadata: "
                    "expected one of them", o->file);
    }
    json_object_del(attrs, "config");
    if (json_object_size(attrs) > 0)
        o->group_attrs = attrs_text(attrs);
    json_decref(attrs);
    return 0;
}

static int read_header(struct opts *o, struct source *src)
{
    const char *file = source_name(src);
    struct source *map = o->map ? tool_source(&o->tool, o->map) : NULL;

    if (o->map && (!map || renames_read(&o->renames, map, &o->tool.err) < 0))
        return -1;
    if (safetensors_header(src, &o->header, &o->tool.err) < 0)
        return -1;
    o->names = xcalloc((size_t)o->header.n, sizeof *o->names);
    for (int64_t i = 0; i < o->header.n; i++)
        if (renames_apply(&o->renames, file, o->header.tensors[i].name, o->names[i],
                          &o->tool.err) < 0)
            return -1;
    return renames_finish(&o->renames, file, &o->tool.err) < 0 ? -1 : take_metadata(o);
}

static int write_config(struct opts *o)
{
    const struct ten_record rec = {.name = "config", .type = TEN_UTF8, .data = o->config,
                                   .shape = {1, {(int64_t)strlen(o->config)}},
                                   .group_attrs = o->group_attrs};

    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int write_tensor(struct opts *o, struct source *src, const struct safetensor *t,
                        const char *name)
{
    struct ten_record rec = {.name = name, .type = t->type, .shape = t->shape,
                             .group_attrs = o->group_attrs};
    const int64_t at = source_offset(src), bytes = t->end - t->begin, max = o->tool.opt.max_record;
    struct ten_err *e = &o->tool.err;
    int64_t n;

    if (max > 0 && bytes > max)
        return fail(e, TEN_E_DATA, "%s: tensor %.80s: %lld bytes: expected at most %lld "
                    "(--max-record)", source_name(src), t->name, (long long)bytes, (long long)max);
    if ((n = source_take(src, &rec.data, bytes, e)) < 0)
        return -1;
    if (n < bytes)
        return fail(e, TEN_E_DATA, "%s: byte %lld: tensor %.80s: ends after %lld of %lld bytes: "
                    "expected the whole of it", source_name(src), (long long)at, t->name,
                    (long long)n, (long long)bytes);
    if (t->type == TEN_BOOL && (n = find_not_bool(rec.data, bytes)) >= 0)
        return fail(e, TEN_E_DATA, "%s: byte %lld: tensor %.80s: %d: expected 0 or 1 as BOOL",
                    source_name(src), (long long)(at + n), t->name,
                    ((const unsigned char *)rec.data)[n]);
    return ten_write(o->tool.out, &rec, e);
}

static int convert(struct opts *o)
{
    struct source *src = tool_source(&o->tool, o->file);
    const void *left;
    int rc = src ? read_header(o, src) : -1;

    if (rc == 0 && o->config)
        rc = write_config(o);
    progress_start(&o->tool.progress, "tensors", o->header.n);
    for (int64_t i = 0; i < o->header.n && rc == 0; i++) {
        rc = write_tensor(o, src, &o->header.tensors[i], o->names[i]);
        progress_step(&o->tool.progress, i + 1, "");
    }
    if (rc < 0)
        return -1;

    const int64_t more = source_peek(src, &left, 1, &o->tool.err);
    if (more > 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: byte %lld: more data: expected the end after "
                    "the last tensor", source_name(src), (long long)source_offset(src));
    return (int)more;
}

int main(int argc, char **argv)
{
    struct opts o = {.file = "-"};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = tool_close(&o.tool, convert(&o));
    safetensors_free(&o.header);
    renames_free(&o.renames);
    free(o.names);
    free(o.group_attrs);
    return rc;
}
