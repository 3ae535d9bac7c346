/* formats/cifar2ten.c - the binary files of CIFAR-10 and CIFAR-100 as batches. */
#include "formats/cifar.h"
#include "stream/attrs.h"
#include "stream/tool.h"

#include <stdlib.h>

enum { KEY_BATCH = 1, KEY_FINE, KEY_COARSE };

struct opts {
    struct tool tool;
    enum cifar set;
    int64_t batch, groups, items;
    char **files, *group_attrs;
    int nfiles;
    uint8_t *image;                 /* a batch that is being filled, n items by now */
    int32_t *label;
    int64_t n;
};

static const struct argp_option options[] = {
    {"batch", KEY_BATCH, "N", 0, "Images in a group (default 64)", 0},
    {"fine", KEY_FINE, 0, 0, "Read CIFAR-100; labels are its 100 classes", 0},
    {"coarse", KEY_COARSE, 0, 0, "Read CIFAR-100; labels are its 20 superclasses", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_BATCH:     o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case KEY_FINE:      o->set = CIFAR_FINE; break;
    case KEY_COARSE:    o->set = CIFAR_COARSE; break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Write the binary files of CIFAR-10, from standard input when no "
    "FILE is named, as batches of `image' u8 [N,32,32,3] and `label' i32 [N].\v"
    "Example:\n  cifar2ten cifar-10-batches-bin/data_batch_*.bin >train.ten", tool_common, 0, 0
};

static char *class_names(enum cifar set)
{
    json_t *attrs = json_object(), *names = json_array();
    char *text;

    for (int i = 0; i < cifar_classes(set); i++)
        json_array_append_new(names, json_string(cifar_class(set, i)));
    json_object_set_new(attrs, "classes", names);
    text = attrs_text(attrs);
    json_decref(attrs);
    return text;
}

static int write_batch(struct opts *o)
{
    const struct ten_record image = {
        .name = "image", .type = TEN_U8, .data = o->image, .group = o->groups,
        .group_attrs = o->group_attrs, .shape = {4, {o->n, CIFAR_SIDE, CIFAR_SIDE, 3}},
    };
    const struct ten_record label = {
        .name = "label", .type = TEN_I32, .data = o->label, .group = o->groups,
        .shape = {1, {o->n}},
    };

    o->items += o->n;
    o->groups++;
    o->n = 0;
    progress_step(&o->tool.progress, o->items, "");
    if (ten_write(o->tool.out, &image, &o->tool.err) < 0)
        return -1;
    return ten_write(o->tool.out, &label, &o->tool.err);
}

/* Fill the batch with what the file has left: 1 when it is full, 0 at the end of the file. */
static int fill_batch(struct opts *o, struct source *src)
{
    const int item = cifar_item(o->set);
    const int64_t at = source_offset(src), want = (o->batch - o->n) * item;
    const void *p;
    const int64_t got = source_take(src, &p, want, &o->tool.err), n = got / item;

    if (got < 0)
        return -1;
    if (got % item != 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: byte %lld: %lld bytes are left over: expected "
                    "items of %d bytes", source_name(src), (long long)(at + n * item),
                    (long long)(got % item), item);

    const int64_t bad = cifar_unpack(o->set, o->image + o->n * CIFAR_BYTES, o->label + o->n, p, n);
    if (bad >= 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: byte %lld: label: %d: expected 0 to %d",
                    source_name(src), (long long)(at + bad * item + (o->set == CIFAR_FINE)),
                    (int)o->label[o->n + bad], cifar_classes(o->set) - 1);
    o->n += n;
    return o->n == o->batch;
}

/* A batch goes on in the next file. */
static int convert(struct opts *o)
{
    int rc = 0;

    for (int i = 0; i < o->nfiles && rc == 0; i++) {
        struct source *src = tool_source(&o->tool, o->files[i]);

        if (!src)
            return -1;
        while ((rc = fill_batch(o, src)) > 0)
            if (write_batch(o) < 0)
                return -1;
        if (rc == 0 && source_offset(src) == 0)
            return fail(&o->tool.err, TEN_E_DATA, "%s: empty input: expected items of %d bytes",
                        source_name(src), cifar_item(o->set));
    }
    return rc == 0 && o->n > 0 ? write_batch(o) : rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.batch = 64, .files = standard, .nfiles = 1};
    int rc;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    o.group_attrs = class_names(o.set);
    o.image = tool_buffer(&o.tool, (size_t)o.batch * (CIFAR_BYTES + sizeof *o.label));
    o.label = (int32_t *)(o.image + o.batch * CIFAR_BYTES);
    progress_start(&o.tool.progress, "images", 0);
    rc = tool_close(&o.tool, convert(&o));
    free(o.group_attrs);
    return rc;
}
