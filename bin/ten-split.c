/* bin/ten-split.c - samples into parts, each a file. */
#include "stream/tool.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "stream/apportion.h"
#include "stream/rows.h"
#include "tensor/cast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct part {
    const char *name;
    char *path;
    struct save *save;
    struct ten_writer *ten;
    struct rows_writer *rows;
};

struct opts {
    struct tool tool;
    char *spec;                         /* of --parts, cut up */
    const char *prefix, *stratify;
    bool by_hash;
    int64_t size;
    struct shares shares;
    struct part part[MAX_PARTS];

    struct rows like, one;
    char *block;                        /* a sample */
    int64_t bytes;
    int label;                          /* column to stratify by */
    int64_t label_at;                   /* where in the block it starts */
    struct strata *strata;
    FILE *spool;
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
            if (strcmp(o->part[i].name, item) == 0)
                argp_error(st, "--parts: %s: named twice: expected different names", item);
        o->part[n].name = item;
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

/* ---- Parts -------------------------------------------------------------------------------- */

static int open_parts(struct opts *o)
{
    struct ten_err *e = &o->tool.err;

    for (int j = 0; j < o->shares.parts; j++) {
        struct part *p = &o->part[j];

        p->path = xasprintf("%s%s.ten", o->prefix, p->name);
        if (!(p->save = save_open(p->path, e)) ||
            !(p->ten = tool_writer(&o->tool, fileno(save_file(p->save)), p->path)))
            return -1;
    }
    return 0;
}

/* All parts are whole before the first gets its name. */
static int finish_parts(struct opts *o)
{
    struct ten_err *e = &o->tool.err;

    for (int j = 0; j < o->shares.parts; j++)
        if ((o->part[j].rows && rows_flush(o->part[j].rows, e) < 0) ||
            ten_finish(o->part[j].ten, e) < 0)
            return -1;
    for (int j = 0; j < o->shares.parts; j++) {
        struct part *p = &o->part[j];
        struct save *save = p->save;

        p->save = NULL;
        if (save_commit(save, e) < 0)
            return -1;
        if (!o->tool.opt.quiet)
            fprintf(stderr, "%s: %lld samples\n", p->path,
                    p->rows ? (long long)rows_count(p->rows) : 0);
    }
    return 0;
}

static void free_parts(struct opts *o)
{
    for (int j = 0; j < o->shares.parts; j++) {
        rows_writer_free(o->part[j].rows);
        ten_discard(o->part[j].ten);
        save_abort(o->part[j].save);
        free(o->part[j].path);
    }
}

static int give(struct opts *o, int part)
{
    row_unpack(&o->one, &o->like, o->block);
    return rows_write(o->part[part].rows, &o->one, 0, 1, &o->tool.err);
}

/* ---- Samples ------------------------------------------------------------------------------ */

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

static int start(struct opts *o, struct rows_reader *r, int64_t size)
{
    rows_like(r, &o->like);
    o->one.rec = xcalloc((size_t)o->like.columns, sizeof *o->one.rec);
    o->one.bits = xcalloc((size_t)o->like.columns, sizeof *o->one.bits);
    o->bytes = row_bytes(&o->like);
    o->block = xmalloc((size_t)o->bytes);
    for (int j = 0; j < o->shares.parts; j++)
        o->part[j].rows = rows_writer_new(o->part[j].ten, o->size > 0 ? o->size : size);
    return o->stratify ? find_label(o) : 0;
}

static int spool_failed(struct opts *o)
{
    return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected temporary space for the whole stream; "
                "TMPDIR names another folder", temp_folder(), strerror(errno));
}

/* The sample in o->block: to its part, or counted and put aside. */
static int first_pass(struct opts *o)
{
    if (o->by_hash)
        return give(o, apportion_hash(&o->shares, XXH3_64bits_withSeed(o->block, (size_t)o->bytes,
                                                                     o->tool.opt.seed)));
    strata_count(o->strata, class_of(o));
    if (o->bytes > 0 && fwrite(o->block, (size_t)o->bytes, 1, o->spool) != 1)
        return spool_failed(o);
    return 0;
}

static int read_samples(struct opts *o, struct rows_reader *r, int64_t *n)
{
    struct rows rows;
    int rc;

    while ((rc = rows_next(r, &rows, &o->tool.err)) > 0) {
        if (rows.n > 0 && !o->block && start(o, r, rows.n) < 0)
            return -1;
        for (int64_t i = 0; i < rows.n; i++) {
            row_pack(o->block, &rows, i);
            if (first_pass(o) < 0)
                return -1;
        }
        *n += rows.n;
    }
    return rc;
}

static int deal_samples(struct opts *o, int64_t n)
{
    if (fflush(o->spool) != 0 || fseeko(o->spool, 0, SEEK_SET) != 0)
        return spool_failed(o);
    for (int64_t i = 0; i < n; i++) {
        if (o->bytes > 0 && fread(o->block, (size_t)o->bytes, 1, o->spool) != 1)
            return spool_failed(o);
        if (give(o, strata_deal(o->strata, class_of(o))) < 0)
            return -1;
    }
    return 0;
}

static int split(struct opts *o, struct rows_reader *r)
{
    int64_t n = 0;
    int rc, fd = -1;

    if (open_parts(o) < 0)
        return -1;
    if (!o->by_hash && ((fd = temp_file(&o->tool.err)) < 0 || !(o->spool = fdopen(fd, "w+"))))
        return fd < 0 ? -1 : spool_failed(o);
    rc = read_samples(o, r, &n);
    if (rc == 0 && !o->by_hash)
        rc = deal_samples(o, n);
    if (o->spool)
        fclose(o->spool);
    return rc == 0 ? finish_parts(o) : rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.prefix = ""};
    struct rows_reader *r;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    r = rows_reader_new(o.tool.in);
    o.strata = strata_new(&o.shares, o.tool.opt.seed);
    rc = split(&o, r);
    free_parts(&o);
    rows_reader_free(r);
    strata_free(o.strata);
    free(o.one.rec);
    free(o.one.bits);
    free(o.block);
    free(o.spec);
    return tool_close(&o.tool, rc);
}
