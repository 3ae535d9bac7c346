/* formats/idx2ten.c - IDX files (MNIST) as batches. */
#include "formats/bytes.h"
#include "formats/idx.h"
#include "stream/tool.h"
#include "tensor/cast.h"

#include <string.h>

enum { KEY_BATCH = 1, KEY_PAD, KEY_NAME, MAX_FILES = 2 };

/* One file, and what its elements become. */
struct part {
    const char *path, *file;            /* as given; for messages */
    struct gunzip *in;
    struct idx idx;
    bool image, label;                  /* pictures of one channel; numbers of classes */
    const char *name;
};

struct opts {
    struct tool tool;
    int64_t batch, pad, group;
    const char *name;                   /* of the first file's record; NULL: by its contents */
    struct part parts[MAX_FILES];
    int nparts;
};

static const struct argp_option options[] = {
    {"batch", KEY_BATCH, "N", 0, "Items in a group (default 64)", 0},
    {"pad", KEY_PAD, "P", 0, "Put P zeros around images: 2 makes 28x28 into 32x32", 0},
    {"name", KEY_NAME, "NAME", 0, "Name of the record of the first file (default: image, label or "
     "x, by its contents)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_BATCH:     o->batch = tool_int(st, arg, 1, INT32_MAX); break;
    case KEY_PAD:       o->pad = tool_int(st, arg, 0, 4096); break;
    case KEY_NAME:      o->name = arg; break;
    case ARGP_KEY_ARG:
        if (o->nparts == MAX_FILES)
            argp_error(st, "%s: expected two files at most", arg);
        o->parts[o->nparts++].path = arg;
        break;
    case ARGP_KEY_END:
        if (o->nparts == 0)
            o->parts[o->nparts++].path = "-";
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[IMAGES [LABELS]]", "Write IDX files, plain or compressed by gzip, as "
    "batches: pictures as `image' u8 [N,H,W,1], whole numbers of rank 1 as `label' i32 [N], "
    "others as they are.\v"
    "Example:\n  idx2ten --pad=2 train-images-idx3-ubyte.gz "
    "train-labels-idx1-ubyte.gz >train.ten", tool_common, 0, 0
};

/* ---- Opening --------------------------------------------------------------------------------- */

static int open_part(struct opts *o, struct part *p)
{
    struct source *src = tool_source(&o->tool, p->path);
    const struct idx *h = &p->idx;

    if (!src)
        return -1;
    p->file = source_name(src);
    if (!(p->in = gunzip_new(src, &o->tool.err)) ||
        idx_read_header(p->in, p->file, &p->idx, &o->tool.err) < 0)
        return -1;
    p->image = h->type == TEN_U8 && h->shape.rank == 3;
    p->label = h->shape.rank == 1 && h->type != TEN_F32 && h->type != TEN_F64;
    p->name = p->image ? "image" : p->label ? "label" : "x";
    return 0;
}

static int open_parts(struct opts *o)
{
    struct part *first = &o->parts[0], *second = &o->parts[1];

    for (int i = 0; i < o->nparts; i++)
        if (open_part(o, &o->parts[i]) < 0)
            return -1;
    if (o->name)
        first->name = o->name;
    if (o->pad > 0 && !first->image)
        return fail(&o->tool.err, TEN_E_DATA, "%s: --pad: expected images, u8 of rank 3",
                    first->file);
    if (o->nparts == 2 && first->idx.shape.dim[0] != second->idx.shape.dim[0])
        return fail(&o->tool.err, TEN_E_DATA, "%s: %lld items, but %lld in %s: expected as many",
                    second->file, (long long)second->idx.shape.dim[0],
                    (long long)first->idx.shape.dim[0], first->file);
    if (o->nparts == 2 && strcmp(first->name, second->name) == 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: another %s: expected images and then labels",
                    second->file, second->name);
    return 0;
}

/* ---- Batches --------------------------------------------------------------------------------- */

static void make_images(struct opts *o, const struct part *p, struct ten_record *rec)
{
    const int64_t n = rec->shape.dim[0], h = rec->shape.dim[1], w = rec->shape.dim[2];

    rec->shape = (struct ten_shape){4, {n, h + 2 * o->pad, w + 2 * o->pad, 1}};
    if (o->pad > 0 && p == &o->parts[0]) {
        void *y = tool_buffer(&o->tool, (size_t)ten_bytes(rec));
        idx_pad(y, rec->data, n, h, w, o->pad);
        rec->data = y;
    }
}

/* Little-endian elements, of i32 for labels. */
static void make_numbers(struct opts *o, const struct part *p, struct ten_record *rec)
{
    const int elem = (int)ten_elem_size(rec->type);
    const int64_t n = ten_count(rec);
    int32_t *labels = tool_buffer(&o->tool, (size_t)n * (sizeof *labels + (size_t)elem));
    void *swapped = labels + n;

    if (elem > 1) {
        swap_bytes(swapped, rec->data, elem, n);
        rec->data = swapped;
    }
    if (p->label && rec->type != TEN_I32) {
        cast(labels, TEN_I32, rec->data, rec->type, n);
        rec->data = labels;
        rec->type = TEN_I32;
    }
}

static int write_part(struct opts *o, struct part *p, int64_t n)
{
    struct ten_record rec = {.name = p->name, .type = p->idx.type, .shape = p->idx.shape,
                             .group = o->group};

    rec.shape.dim[0] = n;
    if (idx_take(p->in, p->file, &p->idx, n, &rec.data, &o->tool.err) < 0)
        return -1;
    if (p->image)
        make_images(o, p, &rec);
    else if (p->label || ten_elem_size(rec.type) > 1)
        make_numbers(o, p, &rec);
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

/* A file of no items makes one batch of none, so that its shape is not lost. */
static int convert(struct opts *o)
{
    const int64_t items = o->parts[0].idx.shape.dim[0];
    int64_t done = 0;

    progress_start(&o->tool.progress, "items", items);
    do {
        const int64_t n = items - done < o->batch ? items - done : o->batch;

        for (int i = 0; i < o->nparts; i++)
            if (write_part(o, &o->parts[i], n) < 0)
                return -1;
        o->group++;
        done += n;
        progress_step(&o->tool.progress, done, "");
    } while (done < items);
    for (int i = 0; i < o->nparts; i++)
        if (idx_end(o->parts[i].in, o->parts[i].file, &o->tool.err) < 0)
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 64};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    rc = open_parts(&o);
    if (rc == 0)
        rc = convert(&o);
    rc = tool_close(&o.tool, rc);
    for (int i = 0; i < o.nparts; i++)
        gunzip_free(o.parts[i].in);
    return rc;
}
