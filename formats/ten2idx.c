/* formats/ten2idx.c - batches as IDX files (MNIST). */
#include "base/files.h"
#include "formats/bytes.h"
#include "formats/idx.h"
#include "stream/tool.h"

#include <errno.h>
#include <string.h>

enum { KEY_NAME = 1, MAX_FILES = 2 };

/* One file, and the records that go into it. */
struct part {
    const char *path, *name;
    struct save *save;                  /* NULL until the first record */
    enum ten_type type;                 /* in the file */
    struct ten_shape shape;             /* dim 0 counts the items written */
    int header;                         /* bytes */
};

struct opts { struct tool tool; struct part parts[MAX_FILES]; int nparts; };

static const struct argp_option options[] = {
    {"name", KEY_NAME, "NAME", 0, "Name of the records for the first file (default image)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_NAME:      o->parts[0].name = arg; break;
    case ARGP_KEY_ARG:
        if (o->nparts == MAX_FILES)
            argp_error(st, "%s: expected two files at most", arg);
        o->parts[o->nparts++].path = arg;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(st, "no file: expected IMAGES, or IMAGES and LABELS");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "IMAGES [LABELS]", "Write the records `image' on standard input to the IDX "
    "file IMAGES, batch after batch, and the records `label' to LABELS.\v"
    "Example:\n  idx2ten train-images train-labels | ten2idx images labels", tool_common, 0, 0
};

/* Images of one channel are files of rank 3; labels are bytes. */
static void plan(struct part *p, const struct ten_record *rec, bool label)
{
    p->type = label && rec->type == TEN_I32 && rec->shape.rank == 1 ? TEN_U8 : rec->type;
    p->shape = rec->shape;
    if (!label && rec->shape.rank == 4 && rec->shape.dim[3] == 1)
        p->shape.rank = 3;
    p->shape.dim[0] = 0;
}

static int bad_output(struct opts *o, const struct part *p)
{
    return fail(&o->tool.err, TEN_E_DATA, "%s: %s: the file is incomplete", p->path,
                strerror(errno));
}

static int start(struct opts *o, struct part *p, const struct ten_record *rec)
{
    unsigned char header[IDX_MAX_HEADER];
    char text[192];

    plan(p, rec, p != &o->parts[0]);
    p->header = rec->shape.rank > 0 ? idx_header(header, p->type, &p->shape) : 0;
    if (p->header == 0)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %s%s: expected u8, i8, i16, i32, f32 "
                    "or f64 of rank 1 to 8", (long long)rec->offset, rec->name,
                    ten_type_name(rec->type), ten_shape_text(&rec->shape, text));
    if (!(p->save = save_open(p->path, &o->tool.err)))
        return -1;
    if (fwrite(header, 1, (size_t)p->header, save_file(p->save)) < (size_t)p->header)
        return bad_output(o, p);
    return 0;
}

/* Later batches are of the first one's shape, but for the number of items. */
static int check_same(struct opts *o, const struct part *p, const struct ten_record *rec)
{
    struct part now = {0};
    char text[192], first[192];

    plan(&now, rec, p != &o->parts[0]);
    now.shape.dim[0] = p->shape.dim[0];
    if (now.type == p->type && now.shape.rank == p->shape.rank &&
        memcmp(now.shape.dim, p->shape.dim, (size_t)p->shape.rank * sizeof *p->shape.dim) == 0)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %s%s: expected batches of one type and "
                "shape, after %s%s", (long long)rec->offset, rec->name, ten_type_name(rec->type),
                ten_shape_text(&rec->shape, text), ten_type_name(p->type),
                ten_shape_text(&p->shape, first));
}

/* Labels as bytes into y. */
static int narrow(struct opts *o, uint8_t *y, const struct ten_record *rec)
{
    const int32_t *x = rec->data;

    for (int64_t i = 0; i < rec->shape.dim[0]; i++) {
        if (x[i] < 0 || x[i] > UINT8_MAX)
            return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: element %lld: %d: expected 0 to "
                        "255", (long long)rec->offset, rec->name, (long long)i, x[i]);
        y[i] = (uint8_t)x[i];
    }
    return 0;
}

static int append(struct opts *o, struct part *p, const struct ten_record *rec)
{
    const int64_t n = ten_count(rec);
    const void *data = rec->data;

    if (p->save ? check_same(o, p, rec) < 0 : start(o, p, rec) < 0)
        return -1;
    const int elem = (int)ten_elem_size(p->type);
    if (p->type != rec->type) {
        data = tool_buffer(&o->tool, (size_t)n);
        if (narrow(o, (uint8_t *)data, rec) < 0)
            return -1;
    } else if (elem > 1) {
        data = tool_buffer(&o->tool, (size_t)(n * elem));
        swap_bytes((void *)data, rec->data, elem, n);
    }
    if (fwrite(data, (size_t)elem, (size_t)n, save_file(p->save)) < (size_t)n)
        return bad_output(o, p);
    p->shape.dim[0] += rec->shape.dim[0];
    return 0;
}

/* Now the number of items is known. */
static int finish(struct opts *o, struct part *p)
{
    unsigned char header[IDX_MAX_HEADER];
    struct save *save = p->save;

    if (!save)
        return fail(&o->tool.err, TEN_E_DATA, "standard input: no record %s: expected at least "
                    "one", p->name);
    if (idx_header(header, p->type, &p->shape) == 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %lld items: expected at most %u", p->path,
                    (long long)p->shape.dim[0], UINT32_MAX);
    if (fseek(save_file(save), 0, SEEK_SET) < 0 ||
        fwrite(header, 1, (size_t)p->header, save_file(save)) < (size_t)p->header)
        return bad_output(o, p);
    p->save = NULL;
    return save_commit(save, &o->tool.err);
}

static int take_record(struct opts *o, const struct ten_record *rec)
{
    for (int i = 0; i < o->nparts; i++)
        if (strcmp(rec->name, o->parts[i].name) == 0)
            return append(o, &o->parts[i], rec);
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.parts = {{.name = "image"}, {.name = "label"}}};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0)
        if ((rc = take_record(&o, &rec)) < 0)
            break;
    for (int i = 0; i < o.nparts && rc == 0; i++)
        rc = finish(&o, &o.parts[i]);
    for (int i = 0; i < MAX_FILES; i++)
        save_abort(o.parts[i].save);
    return tool_close(&o.tool, rc);
}
