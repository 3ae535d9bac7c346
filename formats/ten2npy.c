/* formats/ten2npy.c - a record as a NumPy array. */
#include "formats/npy.h"
#include "stream/tool.h"
#include "tensor/cast.h"

#include <errno.h>
#include <string.h>

enum { KEY_RECORD = 1, KEY_ALL };

struct opts { struct tool tool; const char *record; bool all; };

static const struct argp_option options[] = {
    {"record", KEY_RECORD, "NAME", 0, "Write the record of this name", 0},
    {"all", KEY_ALL, 0, 0, "Write all of them, one array after the other, for numpy.load() again "
     "and again on one file object", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_RECORD:    o->record = arg; break;
    case KEY_ALL:       o->all = true; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the one record on standard input, or the one of a given name, as a "
    "NumPy array (.npy).\v"
    "Example:\n  ten2npy --record=feat <features.ten >feat.npy", tool_common, 0, 0
};

static int write_array(struct tool *t, const struct ten_record *rec)
{
    struct ten_record to = {.type = npy_element(rec->type), .shape = rec->shape, .data = rec->data};
    const size_t bytes = (size_t)ten_bytes(&to);
    char header[NPY_WRITTEN];
    const size_t size = (size_t)npy_header(header, to.type, &to.shape);

    if (to.type != rec->type && rec->type != TEN_UTF8) {
        void *y = tool_buffer(t, bytes);
        cast(y, to.type, rec->data, rec->type, ten_count(rec));
        to.data = y;
    }
    if (fwrite(header, 1, size, stdout) < size || fwrite(to.data, 1, bytes, stdout) < bytes)
        return fail(&t->err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                    strerror(errno));
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_err *e = &o.tool.err;
    struct ten_record rec;
    int64_t found = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, e)) > 0) {
        if (o.record && strcmp(rec.name, o.record) != 0)
            continue;
        if (++found > 1 && !o.all) {
            rc = fail(e, TEN_E_DATA, "byte %lld: %s: a second array: expected one; --record takes "
                      "those of one name, --all takes several", (long long)rec.offset, rec.name);
            break;
        }
        if ((rc = write_array(&o.tool, &rec)) < 0)
            break;
    }
    if (rc == 0 && found == 0)
        rc = fail(e, TEN_E_DATA, "standard input: no record%s%s: expected one", o.record ? " " : "",
                  o.record ? o.record : "");
    return tool_close(&o.tool, rc);
}
