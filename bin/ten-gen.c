/* bin/ten-gen.c - make tensors out of nothing. */
#include "stream/tool.h"

#include "base/mem.h"
#include "stream/attrs.h"
#include "tensor/fill.h"

#include <math.h>
#include <stdlib.h>

/* One tensor of every group. */
struct plan {
    const char *name;
    enum ten_type type;
    struct ten_shape shape;
    struct fill fill;
    struct rng rng;
};

struct opts {
    struct tool tool;
    int64_t records;
    struct fill fill;
    const char *lo, *hi, *value;
    char *attrs, *group_attrs;
    struct plan *plans;
    int nplans;
};

enum { LO = 256, HI, MEAN, STD, VALUE, ATTRS, GROUP_ATTRS };

static const struct argp_option options[] = {
    {"records", 'n', "N", 0, "Write N groups; elements go on counting (default 1)", 0},
    {"fill", 'f', "KIND", 0, "arange: 0, 1, 2 ... wrapping in integer types (default); zeros; "
     "constant; uniform; or normal", 0},
    {"lo", LO, "X", 0, "First of arange, smallest of uniform (default 0)", 0},
    {"hi", HI, "X", 0, "Bound above uniform, itself excluded (default 1; for integer types the "
     "largest value and one)", 0},
    {"mean", MEAN, "X", 0, "Mean of normal (default 0)", 0},
    {"std", STD, "X", 0, "Standard deviation of normal (default 1)", 0},
    {"value", VALUE, "X", 0, "Value of constant (default 1)", 0},
    {"attrs", ATTRS, "JSON", 0, "Attributes of every record, a JSON object", 0},
    {"group-attrs", GROUP_ATTRS, "JSON", 0, "Attributes of every group, a JSON object", 0},
    {0}
};

static char *object(struct argp_state *st, const char *option, const char *arg)
{
    struct ten_err e = {0};
    json_t *json = attrs_parse(arg, option, &e);
    char *text;

    if (!json)
        argp_error(st, "%s", e.text);
    text = attrs_text(json);
    json_decref(json);
    return text;
}

/* What an option says a tensor of this type should hold; unset: as it is. */
static void number(struct argp_state *st, long double *v, const char *option, const char *arg,
                   enum ten_type type, int above)
{
    long double lo, hi;
    const bool bounded = fill_limits(type, &lo, &hi);
    char *end;

    if (!arg)
        return;
    *v = strtold(arg, &end);
    if (end == arg || *end != 0)
        argp_error(st, "%s: %s: not a number: expected one", option, arg);
    if (bounded && !(*v >= lo && *v <= hi + above && *v == floorl(*v)))
        argp_error(st, "%s: %s: not a value of %s: expected a whole number from %.0Lf to %.0Lf",
                   option, arg, ten_type_name(type), lo, hi + above);
}

static void plan(struct argp_state *st, struct opts *o, struct plan *p, char **arg)
{
    struct ten_err e = {0};
    char *purpose = xasprintf("ten-gen.%s", arg[0]);
    long double lo = 0, hi = 0;

    *p = (struct plan){.name = arg[0], .type = ten_type_parse(arg[1]), .fill = o->fill,
                       .rng = {o->tool.opt.seed, rng_stream(purpose)}};
    free(purpose);
    if (p->type == 0)
        argp_error(st, "TYPE: %s: no such type: expected one of those in ten(5), such as f32 or u8",
                   arg[1]);
    p->shape.rank = tool_ints(st, arg[2], p->shape.dim, TEN_MAX_RANK, 0, INT64_MAX);
    if (ten_check_shape(p->type, &p->shape, &e) < 0)
        argp_error(st, "DIMS: %s", e.text);
    if (fill_limits(p->type, &lo, &hi))
        p->fill.hi = hi + 1;
    number(st, &p->fill.lo, "--lo", o->lo, p->type, 0);
    number(st, &p->fill.hi, "--hi", o->hi, p->type, 1);
    number(st, &p->fill.value, "--value", o->value, p->type, 0);
    if (p->fill.kind == FILL_UNIFORM && !(p->fill.lo < p->fill.hi))
        argp_error(st, "--hi: %s: expected more than --lo", o->hi ? o->hi : "its default");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const kinds[] = {"arange", "zeros", "constant", "uniform", "normal", NULL};
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'n':           o->records = tool_int(st, arg, 0, INT64_MAX); break;
    case 'f':           o->fill.kind = (enum fill_kind)tool_choice(st, arg, kinds); break;
    case LO:            o->lo = arg; break;
    case HI:            o->hi = arg; break;
    case VALUE:         o->value = arg; break;
    case MEAN:          o->fill.mean = (float)tool_float(st, arg, -3e38, 3e38); break;
    case STD:           o->fill.std = (float)tool_float(st, arg, 0, 3e38); break;
    case ATTRS:
        free(o->attrs);
        o->attrs = object(st, "--attrs", arg);
        break;
    case GROUP_ATTRS:
        free(o->group_attrs);
        o->group_attrs = object(st, "--group-attrs", arg);
        break;
    case ARGP_KEY_ARGS:
        if ((st->argc - st->next) % 3 != 0)
            argp_error(st, "%s: expected NAME TYPE DIMS for every tensor", st->argv[st->argc - 1]);
        o->nplans = (st->argc - st->next) / 3;
        o->plans = xcalloc((size_t)o->nplans, sizeof *o->plans);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(st, "no tensor: expected NAME TYPE DIMS");
        break;
    case ARGP_KEY_END:
        for (int i = 0; i < o->nplans; i++)
            plan(st, o, &o->plans[i], st->argv + st->argc - 3 * (o->nplans - i));
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "NAME TYPE DIMS [NAME TYPE DIMS]...", "Write a stream of tensors made up on "
    "the spot: numbered, constant or random.  The tensors named together form a group.\v"
    "DIMS are the dimensions with commas between, empty for a scalar.\n\nExample:\n"
    "  ten-gen --fill=uniform image u8 8,32,32,3 label i32 8 | ten-info",
    tool_common, 0, 0
};

static int write_group(struct opts *o, int64_t group)
{
    int rc = 0;

    for (int i = 0; i < o->nplans && rc == 0; i++) {
        const struct plan *p = &o->plans[i];
        struct ten_record rec = {.name = p->name, .type = p->type, .shape = p->shape,
                                 .group = group, .attrs = o->attrs, .group_attrs = o->group_attrs};
        const int64_t n = ten_count(&rec);
        void *data = tool_buffer(&o->tool, (size_t)ten_bytes(&rec));

        /* A sequence longer than 2^62 elements starts again. */
        const int64_t first = (int64_t)((uint64_t)group * (uint64_t)n & INT64_MAX >> 1);
        fill(data, p->type, &p->fill, &p->rng, first, n);
        rec.data = data;
        rc = ten_write(o->tool.out, &rec, &o->tool.err);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.records = 1, .fill = {.hi = 1, .value = 1, .std = 1}};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    for (int64_t group = 0; group < o.records && rc == 0; group++)
        rc = write_group(&o, group);
    free(o.plans);
    free(o.attrs);
    free(o.group_attrs);
    return tool_close(&o.tool, rc);
}
