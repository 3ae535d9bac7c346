/*
 * formats/ten2safetensors.c - a model as a safetensors file.
 *
 * The header, which comes first, names all tensors; so their data wait in a temporary file until
 * the last has been seen.  Tensors are written by falling size of their elements, so that each lies
 * at a multiple of it, as programs that map the file need it.
 */
#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "formats/rename.h"
#include "formats/safetensors.h"
#include "stream/attrs.h"
#include "stream/tool.h"
#include "tensor/cast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

struct opts {
    struct tool tool;
    struct renames names;           /* finds names that come twice */
    struct safetensors to;          /* begin and end: in the temporary file */
    int64_t room, bytes;
    json_t *metadata;
    int spool;
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "", "Write the records of the one group on standard input as a safetensors "
    "file, its attributes and texts as metadata.\v"
    "Example:\n  ten2safetensors <model.ten >model.safetensors", tool_common, 0, 0
};

/* Attributes of the group are metadata, where all values are strings: others as their JSON text. */
static int take_attrs(struct opts *o, const char *text)
{
    json_t *attrs = attrs_parse(text, "group attributes", &o->tool.err), *value;
    const char *key;

    if (!attrs)
        return -1;
    json_object_foreach(attrs, key, value) {
        if (json_is_string(value)) {
            json_object_set(o->metadata, key, value);
        } else {
            char *json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
            json_object_set_new(o->metadata, key, json_string(json));
            free(json);
        }
    }
    json_decref(attrs);
    return 0;
}

static int take_text(struct opts *o, const struct ten_record *rec)
{
    json_t *text = json_stringn(rec->data ? rec->data : "", (size_t)ten_bytes(rec));

    if (!text)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: not UTF-8: expected text for the "
                    "metadata", (long long)rec->offset, rec->name);
    if (json_object_get(o->metadata, rec->name)) {
        json_decref(text);
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: also an attribute of the group: "
                    "expected one of them", (long long)rec->offset, rec->name);
    }
    json_object_set_new(o->metadata, rec->name, text);
    return 0;
}

static int take_tensor(struct opts *o, const struct ten_record *rec)
{
    struct safetensor t = {.type = safetensors_element(rec->type),
                           .shape = rec->shape, .begin = o->bytes};
    const struct ten_record to = {.type = t.type, .shape = t.shape};
    const int64_t bytes = ten_bytes(&to);
    const void *data = rec->data;

    if (strcmp(rec->name, "__metadata__") == 0)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: __metadata__: expected another name for "
                    "a tensor", (long long)rec->offset);
    if (o->to.n == o->room) {
        o->room = o->room ? 2 * o->room : 64;
        o->to.tensors = xrealloc(o->to.tensors, (size_t)o->room * sizeof *o->to.tensors);
    }
    if (t.type != rec->type) {
        void *y = tool_buffer(&o->tool, (size_t)bytes);
        cast(y, t.type, rec->data, rec->type, ten_count(rec));
        data = y;
    }
    t.name = xstrdup(rec->name);
    t.end = o->bytes += bytes;
    o->to.tensors[o->to.n++] = t;
    if (write_all(o->spool, data, (size_t)bytes) < 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: %lld bytes needed for %s", temp_folder(),
                    strerror(errno), (long long)bytes, rec->name);
    return 0;
}

static int take_record(struct opts *o, const struct ten_record *rec)
{
    char name[TEN_MAX_NAME + 1];

    if (rec->group > 0)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: a second group: expected one; a file "
                    "has one tensor of a name", (long long)rec->offset, rec->name);
    if (!o->metadata) {
        o->metadata = json_object();
        if (take_attrs(o, rec->group_attrs) < 0)
            return -1;
    }
    if (renames_apply(&o->names, "standard input", rec->name, name, &o->tool.err) < 0)
        return -1;
    return rec->type == TEN_UTF8 ? take_text(o, rec) : take_tensor(o, rec);
}

/* Larger elements first; the order of the stream among equals. */
static int by_alignment(const void *a, const void *b)
{
    const struct safetensor *x = a, *y = b;
    const size_t m = ten_elem_size(x->type), n = ten_elem_size(y->type);

    return m != n ? (m > n ? -1 : 1) : (x->begin > y->begin) - (x->begin < y->begin);
}

static int put(struct opts *o, const void *p, size_t n)
{
    if (fwrite(p, 1, n, stdout) < n)
        return fail(&o->tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                    strerror(errno));
    return 0;
}

static int copy_from_spool(struct opts *o, int64_t begin, int64_t end)
{
    void *piece = tool_buffer(&o->tool, PIECE);

    while (begin < end) {
        const int64_t left = end - begin;
        const ssize_t n = pread(o->spool, piece, left < PIECE ? (size_t)left : PIECE, begin);

        if (n <= 0)
            return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected the temporary file",
                        temp_folder(), n < 0 ? strerror(errno) : "cut short");
        if (put(o, piece, (size_t)n) < 0)
            return -1;
        begin += n;
    }
    return 0;
}

static int write_file(struct opts *o)
{
    struct safetensors placed = o->to;
    int64_t size, at = 0;
    char *header;
    int rc;

    qsort(o->to.tensors, (size_t)o->to.n, sizeof *o->to.tensors, by_alignment);
    placed.metadata = json_object_size(o->metadata) > 0 ? o->metadata : NULL;
    placed.tensors = xcalloc((size_t)o->to.n, sizeof *placed.tensors);
    for (int64_t i = 0; i < placed.n; i++) {
        const struct safetensor *t = &o->to.tensors[i];
        placed.tensors[i] = *t;
        placed.tensors[i].begin = at;
        placed.tensors[i].end = at += t->end - t->begin;
    }
    size = safetensors_header_text(&placed, &header, &o->tool.err);
    free(placed.tensors);
    if (size < 0)
        return -1;
    rc = put(o, header, (size_t)size);
    free(header);
    for (int64_t i = 0; i < o->to.n && rc == 0; i++)
        rc = copy_from_spool(o, o->to.tensors[i].begin, o->to.tensors[i].end);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int rc = 0;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    o.spool = temp_file(&o.tool.err);
    if (o.spool < 0)
        rc = -1;
    while (rc == 0 && (rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0)
        rc = take_record(&o, &rec);
    if (rc == 0)
        rc = write_file(&o);
    rc = tool_close(&o.tool, rc);
    for (int64_t i = 0; i < o.to.n; i++)
        free((char *)o.to.tensors[i].name);
    safetensors_free(&o.to);
    renames_free(&o.names);
    json_decref(o.metadata);
    if (o.spool >= 0)
        close(o.spool);
    return rc;
}
