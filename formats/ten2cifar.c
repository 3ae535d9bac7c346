/* formats/ten2cifar.c - batches as a binary file of CIFAR-10 or CIFAR-100. */
#include "formats/cifar.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FINE = 1 };

/* A record of the group that is read, kept until the other one is there. */
struct kept { void *data; size_t room; int64_t n, offset; bool there; };

struct opts {
    struct tool tool;
    enum cifar set;
    int64_t group;
    struct kept image, label;
    struct kept items;              /* for writing */
};

static const struct argp_option options[] = {
    {"fine", KEY_FINE, 0, 0, "Write CIFAR-100; labels are its 100 classes, of which the "
     "superclasses follow", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_FINE:      o->set = CIFAR_FINE; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write batches of `image' u8 [N,32,32,3] and `label' i32 [N] on standard "
    "input in the binary format of CIFAR-10.\v"
    "Example:\n  ten-shuf <train.ten | ten2cifar >data_batch.bin", tool_common, 0, 0
};

static void *room(struct kept *k, size_t bytes)
{
    if (bytes > k->room) {
        free(k->data);
        k->data = xmalloc(bytes);
        k->room = bytes;
    }
    return k->data;
}

static int keep(struct opts *o, struct kept *k, const struct ten_record *rec, const char *expected)
{
    const size_t bytes = (size_t)ten_bytes(rec);

    if (k->there)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: a second one: expected one a group",
                    (long long)rec->offset, rec->name);
    if (expected) {
        char text[192];
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %s%s: expected %s",
                    (long long)rec->offset, rec->name, ten_type_name(rec->type),
                    ten_shape_text(&rec->shape, text), expected);
    }
    if (bytes > 0)
        memcpy(room(k, bytes), rec->data, bytes);
    k->n = rec->shape.dim[0];
    k->offset = rec->offset;
    k->there = true;
    return 0;
}

static int check_labels(struct opts *o)
{
    const int32_t *label = o->label.data;
    const int classes = cifar_classes(o->set);

    if (o->label.n != o->image.n)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: label: %lld for %lld images: expected as "
                    "many", (long long)o->label.offset, (long long)o->label.n,
                    (long long)o->image.n);
    for (int64_t i = 0; i < o->label.n; i++)
        if (label[i] < 0 || label[i] >= classes)
            return fail(&o->tool.err, TEN_E_DATA, "byte %lld: label: element %lld: %d: expected 0 "
                        "to %d", (long long)o->label.offset, (long long)i, (int)label[i],
                        classes - 1);
    return 0;
}

/* Images and labels as soon as both are there. */
static int write_items(struct opts *o)
{
    const size_t item = (size_t)cifar_item(o->set), n = (size_t)o->image.n;

    if (!o->image.there || !o->label.there)
        return 0;
    if (check_labels(o) < 0)
        return -1;
    o->image.there = o->label.there = false;
    if (n == 0)
        return 0;
    cifar_pack(o->set, room(&o->items, n * item), o->image.data, o->label.data, o->image.n);
    if (fwrite(o->items.data, item, n, stdout) < n)
        return fail(&o->tool.err, TEN_E_DATA, "standard output: %s: the output is incomplete",
                    strerror(errno));
    return 0;
}

static int end_group(struct opts *o)
{
    if (!o->image.there && !o->label.there)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "group %lld: no record %s: expected image and label",
                (long long)o->group, o->image.there ? "label" : "image");
}

static int take_record(struct opts *o, const struct ten_record *rec)
{
    const int64_t *d = rec->shape.dim;

    if (rec->group != o->group && end_group(o) < 0)
        return -1;
    o->group = rec->group;
    if (strcmp(rec->name, "image") == 0) {
        const bool good = rec->type == TEN_U8 && rec->shape.rank == 4 && d[1] == CIFAR_SIDE &&
                          d[2] == CIFAR_SIDE && d[3] == 3;
        return keep(o, &o->image, rec, good ? NULL : "u8[N,32,32,3]");
    }
    if (strcmp(rec->name, "label") == 0)
        return keep(o, &o->label, rec,
                    rec->type == TEN_I32 && rec->shape.rank == 1 ? NULL : "i32[N]");
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.set = CIFAR_10};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, TOOL_IN | TOOL_BINARY, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0)
        if ((rc = take_record(&o, &rec)) < 0 || (rc = write_items(&o)) < 0)
            break;
    if (rc == 0)
        rc = end_group(&o);
    rc = tool_close(&o.tool, rc);
    free(o.image.data);
    free(o.label.data);
    free(o.items.data);
    return rc;
}
