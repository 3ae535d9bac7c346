/* formats/raw2ten.c - bytes without a header as records. */
#include "base/mem.h"
#include "stream/tool.h"

#include <string.h>

enum { KEY_NAME = 1, KEY_TYPE, KEY_DIMS, KEY_BATCH };

struct opts {
    struct tool tool;
    const char *name;
    enum ten_type type;
    struct ten_shape sample;
    int64_t batch;                  /* 0: records are samples, without an axis for them */
    char **files;
    int nfiles;
    int64_t sample_bytes, samples, records;
};

static const struct argp_option options[] = {
    {"name", KEY_NAME, "NAME", 0, "Name of the records (default x)", 0},
    {"type", KEY_TYPE, "TYPE", 0, "Type of the elements, little-endian (default u8)", 0},
    {"dims", KEY_DIMS, "D,...", 0,
     "Dims of one sample; the input is one sample after the other", 0},
    {"batch", KEY_BATCH, "N", 0,
     "Put N samples into a record, along a new first axis; the last may hold fewer", 0},
    {0}
};

static enum ten_type parse_type(struct argp_state *st, const char *arg)
{
    const enum ten_type type = ten_type_parse(arg);

    if (type == 0)
        argp_error(st, "%s: no such type: expected one such as u8, i32 or f32", arg);
    return type;
}

/* Sample dims leave room for the batch axis. */
static void check(struct argp_state *st, struct opts *o)
{
    struct ten_record all = {.type = o->type,
                             .shape = {.rank = 1, .dim = {o->batch ? o->batch : 1}}};
    struct ten_err e;

    if (o->sample.rank == 0 && o->batch == 0)
        argp_error(st, "no size: expected --dims, --batch or both");
    memcpy(all.shape.dim + 1, o->sample.dim, (size_t)o->sample.rank * sizeof *all.shape.dim);
    all.shape.rank += o->sample.rank;
    if (ten_check_shape(o->type, &all.shape, &e) < 0)
        argp_error(st, "%s", e.text);
    all.shape = o->sample;
    o->sample_bytes = ten_bytes(&all);
    if (ten_elem_size(o->type) == 0 && ten_count(&all) * ten_elem_bits(o->type) % 8 != 0)
        argp_error(st, "%s: samples end inside a byte: expected --dims that fill bytes",
                   ten_type_name(o->type));
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_NAME:      o->name = arg; break;
    case KEY_TYPE:      o->type = parse_type(st, arg); break;
    case KEY_DIMS:
        o->sample.rank = tool_ints(st, arg, o->sample.dim, TEN_MAX_RANK - 1, 1, INT64_MAX);
        break;
    case KEY_BATCH:     o->batch = tool_int(st, arg, 1, INT64_MAX); break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    case ARGP_KEY_END:  check(st, o); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]",
    "Write plain bytes, from standard input when no FILE is named, as records of a given name, "
    "type and shape.\v"
    "Example:\n  zstd -dc clips.zst | raw2ten --name=clip --dims=8,48,48,3 --batch=16 >clips.ten",
    tool_common, 0, 0
};

static int write_samples(struct opts *o, const void *data, int64_t n)
{
    struct ten_record rec = {.name = o->name, .type = o->type, .shape = o->sample, .data = data,
                             .group = o->records++};

    if (o->batch > 0) {
        memmove(rec.shape.dim + 1, rec.shape.dim, (TEN_MAX_RANK - 1) * sizeof *rec.shape.dim);
        rec.shape.dim[0] = n;
        rec.shape.rank++;
    }
    o->samples += n;
    progress_step(&o->tool.progress, o->samples, "");
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int convert(struct opts *o, const char *path)
{
    const int64_t want = (o->batch ? o->batch : 1) * o->sample_bytes;
    struct source *src = tool_source(&o->tool, path);
    const void *p;
    int64_t n;

    if (!src)
        return -1;
    do {
        if ((n = source_take(src, &p, want, &o->tool.err)) < 0)
            return -1;
        if (n >= o->sample_bytes && write_samples(o, p, n / o->sample_bytes) < 0)
            return -1;
    } while (n == want);
    if (n % o->sample_bytes != 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: byte %lld: %lld bytes are left over: expected "
                    "samples of %lld bytes", source_name(src), (long long)source_offset(src),
                    (long long)(n % o->sample_bytes), (long long)o->sample_bytes);
    return 0;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.name = "x", .type = TEN_U8, .nfiles = 1, .files = standard};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "samples", 0);
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = convert(&o, o.files[i]);
    return tool_close(&o.tool, rc);
}
