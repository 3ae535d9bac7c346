/* formats/ten2npz.c - a group of records as an archive of NumPy arrays. */
#include "base/mem.h"
#include "formats/npy.h"
#include "formats/rename.h"
#include "formats/zip.h"
#include "stream/tool.h"
#include "tensor/cast.h"

#include <stdlib.h>

enum { KEY_DEFLATE = 1 };

struct opts {
    struct tool tool;
    struct zipper zip;
    struct renames names;           /* finds names that come twice */
};

static const struct argp_option options[] = {
    {"deflate", KEY_DEFLATE, 0, 0, "Compress the arrays, as numpy.savez_compressed does", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_DEFLATE:   o->zip.deflate = true; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    (void)arg;
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the records of the one group on standard input as a NumPy archive "
    "(.npz).\v"
    "Example:\n  ten2npz <model.ten >weights.npz", tool_common, 0, 0
};

static int add_array(struct opts *o, const struct ten_record *rec)
{
    struct ten_record to = {.type = npy_element(rec->type), .shape = rec->shape, .data = rec->data};
    const size_t bytes = (size_t)ten_bytes(&to);
    char name[TEN_MAX_NAME + 1], header[NPY_WRITTEN], *member;
    int rc;

    if (rec->group > 0)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: a second group: expected one; an "
                    "archive has one array of a name", (long long)rec->offset, rec->name);
    if (renames_apply(&o->names, "standard input", rec->name, name, &o->tool.err) < 0)
        return -1;
    if (to.type != rec->type && rec->type != TEN_UTF8) {
        void *y = tool_buffer(&o->tool, bytes);
        cast(y, to.type, rec->data, rec->type, ten_count(rec));
        to.data = y;
    }
    member = xasprintf("%s.npy", rec->name);
    rc = zipper_add(&o->zip, member, header, (size_t)npy_header(header, to.type, &to.shape),
                    to.data, bytes, &o->tool.err);
    free(member);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.zip.to = stdout};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0)
        if ((rc = add_array(&o, &rec)) < 0)
            break;
    if (rc == 0)
        rc = zipper_finish(&o.zip, &o.tool.err);
    rc = tool_close(&o.tool, rc);
    zipper_free(&o.zip);
    renames_free(&o.names);
    return rc;
}
