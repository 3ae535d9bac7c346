/* formats/npz2ten.c - an archive of NumPy arrays as a group of records. */
#include "base/mem.h"
#include "formats/npy.h"
#include "formats/rename.h"
#include "formats/zip.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAP = 1, KEY_PREFIX };

struct array { struct zip_member member; char name[TEN_MAX_NAME + 1]; };

struct opts {
    struct tool tool;
    const char *file, *map;
    struct renames renames;
    struct array *arrays;
    int64_t narrays;
    struct zip_buffer unpacked;
};

static const struct argp_option options[] = {
    {"map", KEY_MAP, "FILE", 0, "Rename: FILE has lines of an old and a new name", 0},
    {"prefix", KEY_PREFIX, "TEXT", 0, "Put TEXT before every name", 0},
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
    options, parse, "[FILE]", "Write the arrays of a NumPy archive (.npz), from standard input "
    "when no FILE is named, as records of one group.\v"
    "Example:\n  npz2ten --map=names.txt weights.npz >model.ten", tool_common, 0, 0
};

/* The array's name: that of the member without .npy. */
static int array_name(struct zip_member *m, const char *archive, struct ten_err *e)
{
    const size_t n = strlen(m->name);

    if (n < 5 || strcmp(m->name + n - 4, ".npy") != 0)
        return fail(e, TEN_E_DATA, "%s: member %s: expected arrays alone, NAME.npy; ten-python(7) "
                    "tells how to convert a PyTorch checkpoint", archive, m->name);
    m->name[n - 4] = 0;
    return 0;
}

/* All names of the directory must be good before the first array goes out. */
static int list_arrays(struct opts *o, struct unzip *z)
{
    struct zip_member m;
    int rc;

    o->arrays = xcalloc((size_t)z->members, sizeof *o->arrays);
    while ((rc = unzip_next(z, &m, &o->tool.err)) > 0) {
        struct array *a = &o->arrays[o->narrays++];

        if (array_name(&m, z->name, &o->tool.err) < 0 ||
            renames_apply(&o->renames, z->name, m.name, a->name, &o->tool.err) < 0)
            return -1;
        a->member = m;
    }
    return rc < 0 ? -1 : renames_finish(&o->renames, z->name, &o->tool.err);
}

static int write_array(struct opts *o, const char *name, struct source *member)
{
    struct ten_err *e = &o->tool.err;
    struct npy a;
    int rc = npy_read(member, &a, o->tool.opt.max_record, e);
    const void *left;

    if (rc == 0 || (rc > 0 && source_peek(member, &left, 1, e) > 0))
        return fail(e, TEN_E_DATA, "%s: byte %lld: expected one array", source_name(member),
                    (long long)source_offset(member));
    if (rc < 0)
        return -1;

    struct ten_record rec = {.name = name, .type = a.type, .shape = a.shape, .data = a.data};
    if (npy_arranged(&a)) {
        void *y = tool_buffer(&o->tool, (size_t)a.bytes);
        npy_arrange(y, &a);
        rec.data = y;
    }
    return ten_write(o->tool.out, &rec, e);
}

static int convert(struct opts *o, const struct unzip *z, const struct array *a)
{
    const void *bytes = unzip_data(z, &a->member, &o->unpacked, &o->tool.err);
    struct source *member;
    char *where;
    int rc;

    if (!bytes)
        return -1;
    where = xasprintf("%s: %s", z->name, a->member.name);
    member = source_memory(where, bytes, (size_t)a->member.size);
    rc = write_array(o, a->name, member);
    source_close(member);
    free(where);
    return rc;
}

/* The archive's bytes: a file is mapped, a pipe gathered in memory. */
static int open_archive(struct opts *o, struct unzip *z)
{
    struct source *src, *map = NULL;
    const void *bytes;
    int64_t size;

    if (o->map && (!(map = tool_source(&o->tool, o->map)) ||
                   renames_read(&o->renames, map, &o->tool.err) < 0))
        return -1;
    if (!(src = tool_source(&o->tool, o->file)) ||
        (size = source_rest(src, &bytes, &o->tool.err)) < 0)
        return -1;
    return unzip_open(z, source_name(src), bytes, size, &o->tool.err);
}

int main(int argc, char **argv)
{
    struct opts o = {.file = "-"};
    struct unzip z;
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = open_archive(&o, &z);
    if (rc == 0)
        rc = list_arrays(&o, &z);
    progress_start(&o.tool.progress, "arrays", o.narrays);
    for (int64_t i = 0; i < o.narrays && rc == 0; i++) {
        rc = convert(&o, &z, &o.arrays[i]);
        progress_step(&o.tool.progress, i + 1, "");
    }
    rc = tool_close(&o.tool, rc);
    renames_free(&o.renames);
    free(o.arrays);
    free(o.unpacked.p);
    return rc;
}
