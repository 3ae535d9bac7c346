/* bin/ten-cmp.c - compare two tensor streams, record by record. */
#include "stream/attrs.h"
#include "stream/tool.h"

#include "tensor/cast.h"
#include "tensor/tolerance.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *path[2];
    struct tolerance tolerance;
    bool attrs;

    int64_t record, group;              /* number of the record; group of the one before */
    bool different;
};

static const struct argp_option options[] = {
    {"attrs", 'A', 0, 0, "Compare attributes and groups as well", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->tolerance;
        break;
    case 'A':           o->attrs = true; break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 2)
            argp_error(st, "%s: one stream too many: expected A and B", arg);
        o->path[st->arg_num] = arg;
        break;
    case ARGP_KEY_END:
        if (st->arg_num < 2)
            argp_error(st, "%s: expected two streams, A and B", st->arg_num ? "B is missing" : "no stream");
        if (strcmp(o->path[0], "-") == 0 && strcmp(o->path[1], "-") == 0)
            argp_error(st, "A and B: both are standard input: expected a file for one of them");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* A line about this record. */
__attribute__((format(printf, 3, 4)))
static void differ(struct opts *o, const struct ten_record *rec, const char *fmt, ...)
{
    va_list ap;

    o->different = true;
    if (o->tool.opt.quiet)
        return;
    printf("record %" PRId64 " %s: ", o->record, rec->name);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static void compare_attrs(struct opts *o, const struct ten_record *rec, const char *what,
                          const char *a, const char *b)
{
    json_t *x = attrs_parse(a, what, &o->tool.err), *y = x ? attrs_parse(b, what, &o->tool.err) : NULL;

    /* What is no JSON can still be the same text. */
    if (x && y ? !json_equal(x, y) : strcmp(a ? a : "", b ? b : "") != 0)
        differ(o, rec, "%s %s against %s", what, a ? a : "{}", b ? b : "{}");
    json_decref(x);
    json_decref(y);
}

/* "[1,2]" of element i. */
static char *index_text(const struct ten_shape *shape, int64_t i, char text[192])
{
    struct ten_shape index = *shape;

    for (int k = shape->rank - 1; k >= 0; k--) {
        index.dim[k] = i % shape->dim[k];
        i /= shape->dim[k];
    }
    return ten_shape_text(&index, text);
}

static void compare_values(struct opts *o, const struct ten_record *a, const struct ten_record *b)
{
    char first[192], worst[192], x[32], y[32];
    struct difference d;

    compare(&d, a->data, b->data, a->type, ten_count(a), &o->tolerance);
    if (d.count == 0)
        return;
    differ(o, a, "%" PRId64 " of %" PRId64 " values differ, first at %s, worst at %s: %s against %s, "
           "absolute %.6g, relative %.6g", d.count, ten_count(a), index_text(&a->shape, d.first, first),
           index_text(&a->shape, d.worst, worst), elem_text(a->data, a->type, d.worst, x),
           elem_text(b->data, b->type, d.worst, y), d.absolute, d.relative);
}

static void compare_records(struct opts *o, const struct ten_record *a, const struct ten_record *b)
{
    char x[192], y[192];

    if (strcmp(a->name, b->name) != 0)
        differ(o, a, "name %s against %s", a->name, b->name);
    if (a->type != b->type)
        differ(o, a, "type %s against %s", ten_type_name(a->type), ten_type_name(b->type));
    ten_shape_text(&a->shape, x);
    ten_shape_text(&b->shape, y);
    if (strcmp(x, y) != 0)
        differ(o, a, "shape %s against %s", x, y);
    if (o->attrs) {
        if (a->group != b->group)
            differ(o, a, "group %" PRId64 " against %" PRId64, a->group, b->group);
        compare_attrs(o, a, "attributes", a->attrs, b->attrs);
        if (a->group != o->group)
            compare_attrs(o, a, "group attributes", a->group_attrs, b->group_attrs);
        o->group = a->group;
    }
    if (a->type == b->type && strcmp(x, y) == 0)
        compare_values(o, a, b);
}

/* One stream has ended; `more` and what follows are only in the other. */
static int count_rest(struct opts *o, struct ten_reader *in, const char *longer, const char *shorter)
{
    struct ten_record rec;
    int64_t n = o->record + 1;
    int rc;

    while ((rc = ten_next(in, &rec, &o->tool.err)) > 0)
        n++;
    o->different = true;
    if (rc == 0 && !o->tool.opt.quiet)
        printf("%s ends after %" PRId64 " records: %s has %" PRId64 "\n", shorter, o->record, longer, n);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], {&tolerance_argp, 0, 0, 0}, {0}};
    const struct argp argp = {
        options, parse, "A B", "Compare two tensor streams, of which one may be - for standard input: names, "
        "types, shapes and values of one record after the other.  Exit status 0 when they agree, 1 when "
        "they differ; --quiet says no more.\v"
        "Example:\n  ten-gen x f32 8 >a.ten\n  ten-cat --zstd a.ten | ten-cmp --attrs a.ten -", children, 0, 0
    };
    struct opts o = {.group = -1};
    struct ten_record rec[2];
    struct ten_reader *in[2];
    int more[2] = {1, 1}, rc = 0;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = (in[i] = tool_reader(&o.tool, o.path[i])) ? 0 : -1;
    while (rc == 0) {
        for (int i = 0; i < 2 && rc == 0; i++)
            rc = (more[i] = ten_next(in[i], &rec[i], &o.tool.err)) < 0 ? -1 : 0;
        if (rc < 0 || !more[0] || !more[1])
            break;
        compare_records(&o, &rec[0], &rec[1]);
        o.record++;
    }
    if (rc == 0 && more[0] != more[1])
        rc = count_rest(&o, in[more[1]], o.path[more[1]], o.path[more[0]]);
    rc = tool_close(&o.tool, rc);
    return rc == 0 && o.different ? TEN_E_DATA : rc;
}
