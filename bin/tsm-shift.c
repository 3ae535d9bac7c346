/* bin/tsm-shift.c - the temporal shift of TSM, and its adjoint, on streams of clips and activations. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/attrs.h"
#include "tensor/shift.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *record;
    int64_t segments;                   /* frames of a clip where they lie along the first axis; 0: an axis of their own */
    int64_t div;
    bool online, adjoint;
    int64_t shifted, thin;              /* records so far; of these with too few channels to move any */
};

enum { KEY_RECORD = 1, KEY_ADJOINT };

static const struct argp_option options[] = {
    {"segments", 'T', "T", 0, "Records are [N*T,...,C]: T frames after each other are a clip (default: records are [N,T,...,C])", 0},
    {"div", 'd', "D", 0, "1/D of the channels move in each direction (default 8)", 0},
    {"mode", 'm', "MODE", 0, "bi: from the next and the previous frame (default); uni: from the previous one alone", 0},
    {"record", KEY_RECORD, "NAME", 0, "Shift the records of this name (default clip)", 0},
    {"adjoint", KEY_ADJOINT, 0, 0, "The transpose: take gradients back through the shift", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'T':           o->segments = tool_int(st, arg, 1, INT64_MAX); break;
    case 'd':           o->div = tool_int(st, arg, 2, INT64_MAX); break;
    case 'm':           o->online = tool_choice(st, arg, (const char *[]){"bi", "uni", NULL}) == 1; break;
    case KEY_RECORD:    o->record = arg; break;
    case KEY_ADJOINT:   o->adjoint = true; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Move a part of the channels of every clip one frame along time, as networks with temporal shift modules do; "
    "frames of one clip never reach another.\v"
    "Example:\n  ten-gen clip f32 2,8,32,32,16 | tsm-shift --mode=uni | ten-stat", tool_common, 0, 0
};

/* What the options make of a record, which has at least a frame axis and channels. */
static int geometry(struct shift *s, const struct opts *o, const struct ten_record *rec, struct ten_err *e)
{
    const int first = o->segments ? 1 : 2;
    const struct ten_shape *d = &rec->shape;

    if (d->rank < first + 1)
        return fail(e, TEN_E_DATA, "standard input: %s: rank %d: expected [%s,...,channels]", rec->name, d->rank,
                    o->segments ? "N*T" : "N,T");
    if (o->segments && d->dim[0] % o->segments != 0)
        return fail(e, TEN_E_DATA, "standard input: %s: %" PRId64 " frames: expected a multiple of the %" PRId64 " of a clip",
                    rec->name, d->dim[0], o->segments);
    if (ten_elem_size(rec->type) == 0)
        return fail(e, TEN_E_DATA, "standard input: %s: %s: expected elements of whole bytes", rec->name, ten_type_name(rec->type));

    const int64_t c = d->dim[d->rank - 1];
    *s = (struct shift){.n = o->segments ? d->dim[0] / o->segments : d->dim[0], .t = o->segments ? o->segments : d->dim[1],
                        .hw = 1, .c = c, .fold = o->online ? 0 : c / o->div, .back = c / o->div, .step = o->adjoint ? -1 : 1,
                        .elem = ten_elem_size(rec->type)};
    for (int i = first; i < d->rank - 1; i++)
        s->hw *= d->dim[i];
    return 0;
}

/* The attributes of rec with what was done to it; free() it. */
static char *described(const struct opts *o, const struct ten_record *rec, struct ten_err *e)
{
    json_t *attrs = attrs_parse(rec->attrs, "attributes", e);
    char *text;

    if (!attrs)
        return NULL;
    json_object_set_new(attrs, "shift", json_pack("{s:s,s:I,s:b}", "mode", o->online ? "uni" : "bi", "div", (json_int_t)o->div,
                                                  "adjoint", o->adjoint));
    text = attrs_text(attrs);
    json_decref(attrs);
    return text;
}

static int shift(struct opts *o, const struct ten_record *rec)
{
    struct ten_record out = *rec;
    struct shift s;
    char *attrs;
    int rc;

    if (geometry(&s, o, rec, &o->tool.err) < 0 || !(attrs = described(o, rec, &o->tool.err)))
        return -1;
    void *y = tool_buffer(&o->tool, (size_t)ten_bytes(rec));
    shift_time(y, rec->data, &s);
    out.data = y;
    out.attrs = attrs;
    rc = ten_write(o->tool.out, &out, &o->tool.err);
    free(attrs);
    o->shifted++;
    o->thin += s.back == 0;
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.record = "clip", .div = 8};
    struct ten_record rec;
    int64_t records = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "records", 0);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        if ((rc = strcmp(rec.name, o.record) == 0 ? shift(&o, &rec) : ten_write(o.tool.out, &rec, &o.tool.err)) < 0)
            break;
        progress_step(&o.tool.progress, ++records, "");
    }
    if (rc == 0 && records > 0 && o.shifted == 0)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: %" PRId64 " records, none to shift: expected one named %s", records, o.record);
    if (rc == 0 && o.thin > 0)
        tool_note(&o.tool, "%" PRId64 " records have fewer than %" PRId64 " channels, so that none of theirs moved", o.thin, o.div);
    return tool_close(&o.tool, rc);
}
