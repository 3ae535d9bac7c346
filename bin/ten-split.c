/* bin/ten-split.c - samples into parts, each a file. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/parts.h"
#include "tensor/cast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    char *spec;                         /* of --parts, cut up */
    const char *prefix, *stratify;
    bool by_hash;
    int64_t size;
    struct shares shares;
    const char *names[MAX_PARTS];

    struct rows like;
    char *block;                        /* a sample */
    int64_t bytes;
    int label;                          /* column to stratify by */
    int64_t label_at;                   /* where in the block it starts */
};

enum { BY_HASH = 256 };

static const struct argp_option options[] = {
    {"parts", 'p', "NAME=SHARE[,NAME=SHARE]...", 0, "Names of the parts and their shares, which "
     "add up to 1 (default train=0.8,valid=0.1,test=0.1)", 0},
    {"prefix",   'o', "PREFIX", 0, "Write PREFIXNAME.ten (default: nothing before NAME)", 0},
    {"stratify", 'l', "RECORD", 0, "Share out the samples of every value of RECORD apart", 0},
    {"by-hash",  BY_HASH, 0, 0, "Choose by what a sample holds: equal samples never part", 0},
    {"size",     'b', "N", 0, "Samples in each group written (default: as in the first read)", 0},
    {0}
};

static void parse_parts(struct argp_state *st, struct opts *o, const char *arg)
{
    double share[MAX_PARTS], sum = 0;
    char *rest, *item;
    int n = 0;

    free(o->spec);
    rest = o->spec = xstrdup(arg);
    while ((item = strsep(&rest, ","))) {
        char *equals = strchr(item, '=');

        if (n == MAX_PARTS)
            argp_error(st, "--parts: expected at most %d", MAX_PARTS);
        if (!equals || equals == item || strchr(item, '/'))
            argp_error(st, "--parts: %s: expected NAME=SHARE, without / in the name", item);
        *equals = 0;
        for (int i = 0; i < n; i++)
            if (strcmp(o->names[i], item) == 0)
                argp_error(st, "--parts: %s: named twice: expected different names", item);
        o->names[n] = item;
        share[n] = tool_float(st, equals + 1, 0, 1);
        sum += share[n++];
    }
    if (!(fabs(sum - 1) < 1e-5))
        argp_error(st, "--parts: shares add up to %g: expected 1", sum);
    shares_set(&o->shares, share, n);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'p': parse_parts(st, o, arg); break;
    case 'o': o->prefix = arg; break;
    case 'l': o->stratify = arg; break;
    case BY_HASH: o->by_hash = true; break;
    case 'b': o->size = tool_int(st, arg, 1, INT64_MAX); break;
    case ARGP_KEY_END:
        if (o->stratify && o->by_hash)
            argp_error(st, "--by-hash with --stratify: expected one of them");
        if (!o->spec)
            parse_parts(st, o, "train=0.8,valid=0.1,test=0.1");
        break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Deal the samples of a stream, which lie along the first axis of all "
    "records of a group, to files: each sample to one of them, in exact shares, drawn by --seed. "
    "The samples pass through a temporary file in TMPDIR, except with --by-hash.\v"
    "Example:\n  ten-gen x f32 100,3 | ten-split --parts=train=0.9,test=0.1", tool_common, 0, 0
};

static int find_label(struct opts *o)
{
    const struct ten_record *rec = NULL;
    struct rows before = o->like;
    char text[192];

    for (int c = 0; c < o->like.columns; c++)
        if (strcmp(o->like.rec[c].name, o->stratify) == 0) {
            rec = &o->like.rec[c];
            o->label = before.columns = c;
            break;
        }
    if (!rec)
        return fail(&o->tool.err, TEN_E_DATA, "--stratify: %s: no record has this name: expected "
                    "one that is in the stream", o->stratify);
    if (o->like.bits[o->label] != ten_elem_bits(rec->type) || rec->type == TEN_F32 ||
        rec->type == TEN_F64 || rec->type == TEN_F16 || rec->type == TEN_BF16)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %.60s: %s%s: expected one whole number "
                    "for each sample", (long long)rec->offset, rec->name, ten_type_name(rec->type),
                    ten_shape_text(&rec->shape, text));
    o->label_at = row_bytes(&before);
    return 0;
}

/* Of the sample in o->block; without --stratify all samples are of one class. */
static int64_t class_of(const struct opts *o)
{
    int64_t class = 0;

    if (o->stratify)
        cast(&class, TEN_I64, o->block + o->label_at, o->like.rec[o->label].type, 1);
    return class;
}

/* What can be known with the first samples, a group of `size`. */
static int start(struct opts *o, struct rows_reader *r, struct parts *parts, int64_t size)
{
    rows_like(r, &o->like);
    o->bytes = row_bytes(&o->like);
    o->block = xmalloc((size_t)o->bytes);
    parts_start(parts, &o->like, o->size > 0 ? o->size : size);
    return o->stratify ? find_label(o) : 0;
}

static int split(struct opts *o, struct rows_reader *r, struct parts *parts, struct deal *deal)
{
    struct ten_err *e = &o->tool.err;
    struct rows rows;
    int rc;

    while ((rc = rows_next(r, &rows, e)) > 0) {
        if (rows.n > 0 && !o->block && start(o, r, parts, rows.n) < 0)
            return -1;
        for (int64_t i = 0; i < rows.n; i++) {
            row_pack(o->block, &rows, i);
            if (deal_sample(deal, o->block, o->bytes, class_of(o), e) < 0)
                return -1;
        }
    }
    return rc == 0 && (rc = deal_finish(deal, e)) == 0 ? parts_finish(parts) : rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.prefix = ""};
    struct rows_reader *r;
    struct parts *parts;
    struct deal *deal = NULL;
    int rc = -1;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    r = rows_reader_new(o.tool.in);
    if ((parts = parts_open(&o.tool, o.prefix, o.names, o.shares.parts))) {
        deal = deal_new(parts, &o.shares, o.tool.opt.seed, o.by_hash);
        rc = split(&o, r, parts, deal);
    }
    deal_free(deal);
    parts_free(parts);
    rows_reader_free(r);
    free(o.block);
    free(o.spec);
    return tool_close(&o.tool, rc);
}
