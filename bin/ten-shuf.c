/* bin/ten-shuf.c - samples or groups in random order. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/parcel.h"
#include "stream/rows.h"
#include "stream/shuffle.h"

#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    int64_t size, memory;
    bool groups;
    struct shuffle *shuffle;
    int64_t written;                    /* groups */
};

static const struct argp_option options[] = {
    {"size",   'b', "N",    0, "Samples in each group written (default: as in the first read)", 0},
    {"groups", 'g', 0,      0, "Shuffle whole groups and leave what is in them in order", 0},
    {"memory", 'm', "SIZE", 0, "Hold SIZE bytes of samples in memory and put more into temporary "
     "files (default 128M)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'b': o->size = tool_int(st, arg, 1, INT64_MAX); break;
    case 'g': o->groups = true; break;
    case 'm': o->memory = tool_size(st, arg); break;
    case ARGP_KEY_END:
        if (o->groups && o->size > 0)
            argp_error(st, "--size with --groups: expected one of them, groups stay as they are");
        break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the samples of a stream, which lie along the first axis of all "
    "records of a group, in an order drawn by --seed, every order being as likely as any other. A "
    "stream larger than --memory goes through temporary files in TMPDIR, in the same order.\v"
    "Example:\n  ten-gen x i32 10 | ten-shuf --seed=1 | ten-dump", tool_common, 0, 0
};

/* ---- Samples ------------------------------------------------------------------------------ */

struct samples { struct rows like, one; struct rows_writer *out; };

static int write_sample(void *arg, const void *item, int64_t bytes, struct ten_err *e)
{
    struct samples *s = arg;

    (void)bytes;
    row_unpack(&s->one, &s->like, item);
    return rows_write(s->out, &s->one, 0, 1, e);
}

static int emit_samples(struct opts *o, struct rows_reader *r)
{
    struct ten_err *e = &o->tool.err;
    struct samples s = {.out = rows_writer_new(o->tool.out, o->size > 0 ? o->size : 1)};
    int rc;

    rows_like(r, &s.like);
    s.one.rec = xcalloc((size_t)s.like.columns, sizeof *s.one.rec);
    s.one.bits = xcalloc((size_t)s.like.columns, sizeof *s.one.bits);
    rc = shuffle_emit(o->shuffle, write_sample, &s, e);
    if (rc == 0)
        rc = rows_flush(s.out, e);
    rows_writer_free(s.out);
    free(s.one.rec);
    free(s.one.bits);
    return rc;
}

static int shuffle_samples(struct opts *o)
{
    struct ten_err *e = &o->tool.err;
    struct rows_reader *r = rows_reader_new(o->tool.in);
    struct rows rows;
    int rc;

    while ((rc = rows_next(r, &rows, e)) > 0) {
        const int64_t bytes = row_bytes(&rows);
        void *item;

        if (o->size == 0)
            o->size = rows.n;
        for (int64_t i = 0; i < rows.n && rc > 0; i++) {
            if (!(item = shuffle_add(o->shuffle, bytes, e)))
                rc = -1;
            else
                row_pack(item, &rows, i);
        }
        if (rc < 0)
            break;
    }
    if (rc == 0)
        rc = emit_samples(o, r);
    rows_reader_free(r);
    return rc;
}

/* ---- Groups ------------------------------------------------------------------------------- */

/* A group on its way into the shuffle: its records, one parcel behind the other. */
struct group { char *p; int64_t used, room; };

static void add_record(struct group *g, struct ten_record *rec)
{
    int64_t bytes;

    if (g->used > 0)                                    /* what belongs to the group is kept once */
        rec->group_attrs = rec->history = NULL;
    bytes = parcel_bytes(rec);
    if (g->used + bytes > g->room) {
        g->room = g->used + bytes > 2 * g->room ? g->used + bytes : 2 * g->room;
        g->p = xrealloc(g->p, (size_t)g->room);
    }
    parcel_pack(g->p + g->used, rec);
    g->used += bytes;
}

static int add_group(struct opts *o, struct group *g)
{
    void *item = shuffle_add(o->shuffle, g->used, &o->tool.err);

    if (!item)
        return -1;
    memcpy(item, g->p, (size_t)g->used);
    g->used = 0;
    return 0;
}

static int write_group(void *arg, const void *item, int64_t bytes, struct ten_err *e)
{
    const char *p = item, *end = p + bytes;
    struct opts *o = arg;
    int rc = 0;

    while (p < end && rc == 0) {
        struct ten_record rec;

        p = parcel_unpack(&rec, p);
        rec.group = o->written;
        rc = ten_write(o->tool.out, &rec, e);
    }
    o->written++;
    return rc;
}

static int shuffle_groups(struct opts *o)
{
    struct ten_err *e = &o->tool.err;
    struct group g = {0};
    struct ten_record rec;
    int64_t group = 0;
    int rc;

    while ((rc = ten_next(o->tool.in, &rec, e)) > 0) {
        if (rec.group != group && g.used > 0 && (rc = add_group(o, &g)) < 0)
            break;
        group = rec.group;
        add_record(&g, &rec);
    }
    if (rc == 0 && g.used > 0)
        rc = add_group(o, &g);
    free(g.p);
    return rc < 0 ? rc : shuffle_emit(o->shuffle, write_group, o, e);
}

int main(int argc, char **argv)
{
    struct opts o = {.memory = (int64_t)128 << 20};
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    o.shuffle = shuffle_new(&(struct rng){o.tool.opt.seed, rng_stream("ten-shuf")}, o.memory);
    rc = o.groups ? shuffle_groups(&o) : shuffle_samples(&o);
    shuffle_free(o.shuffle);
    return tool_close(&o.tool, rc);
}
