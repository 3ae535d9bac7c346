/* bin/ten-dot.c - inner products of the records of two streams. */
#include "stream/tool.h"

#include "base/mem.h"
#include "tensor/dot.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One line of the result. */
struct total { char *name; int64_t count; struct dot sum; };

struct opts {
    struct tool tool;
    const char *record, *path[2];
    bool total;
    struct total *totals;
    int ntotals;
};

static const struct argp_option options[] = {
    {"record", 'r', "GLOB", 0, "Only records whose name matches (default *)", 0},
    {"total", 't', 0, 0, "One line for each name, summed over the groups", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'r':           o->record = arg; break;
    case 't':           o->total = true; break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 2)
            argp_error(st, "%s: one stream too many: expected two", arg);
        o->path[st->arg_num] = arg;
        break;
    case ARGP_KEY_END:
        if (st->arg_num < 2)
            argp_error(st, "expected two streams");
        if (strcmp(o->path[0], "-") == 0 && strcmp(o->path[1], "-") == 0)
            argp_error(st, "standard input twice: expected a file on one side");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "A B", "Multiply the records of stream A with those of stream B, element by "
    "element, and print the sums as a table: <a,b> and the lengths |a| and |b|. "
    "One of A and B may be -, standard input.\v"
    "Example:\n  ten-gen x f32 5 >x.ten\n  ten-dot x.ten x.ten", tool_common, 0, 0
};

/* The next record that was asked for: as ten_next(). */
static int next(struct opts *o, struct ten_reader *r, struct ten_record *rec)
{
    int rc;

    while ((rc = ten_next(r, rec, &o->tool.err)) > 0 && fnmatch(o->record, rec->name, 0) != 0)
        ;
    return rc;
}

static bool same_shape(const struct ten_shape *a, const struct ten_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof a->dim[0]) == 0;
}

static int check(struct opts *o, const struct ten_record *a, const struct ten_record *b)
{
    char text[2][192];

    if (strcmp(a->name, b->name) != 0)
        return fail(&o->tool.err, TEN_E_DATA, "group %" PRId64 ": %s stands against %s: expected "
                    "equal names in both streams (--record chooses)", a->group, a->name, b->name);
    if (!same_shape(&a->shape, &b->shape))
        return fail(&o->tool.err, TEN_E_DATA, "group %" PRId64 ": %s: %s against %s: expected "
                    "equal shapes", a->group, a->name, ten_shape_text(&a->shape, text[0]),
                    ten_shape_text(&b->shape, text[1]));
    return 0;
}

static struct total *total_of(struct opts *o, const char *name)
{
    for (int i = 0; i < o->ntotals; i++)
        if (strcmp(o->totals[i].name, name) == 0)
            return &o->totals[i];
    o->totals = xrealloc(o->totals, (size_t)(o->ntotals + 1) * sizeof *o->totals);
    o->totals[o->ntotals] = (struct total){.name = xstrdup(name)};
    return &o->totals[o->ntotals++];
}

static void print(const char *name, int64_t count, const struct dot *d)
{
    printf("%s\t%" PRId64 "\t%.17g\t%.17g\t%.17g\n", name, count, d->ab, sqrt(d->aa), sqrt(d->bb));
}

static void multiply(struct opts *o, const struct ten_record *a, const struct ten_record *b)
{
    const struct dot d = dot_any(a->data, a->type, b->data, b->type, ten_count(a));

    if (o->total) {
        struct total *t = total_of(o, a->name);

        t->count += ten_count(a);
        t->sum = (struct dot){t->sum.ab + d.ab, t->sum.aa + d.aa, t->sum.bb + d.bb};
    } else {
        printf("%" PRId64 "\t", a->group);
        print(a->name, ten_count(a), &d);
    }
}

static int multiply_all(struct opts *o, struct ten_reader *in[2])
{
    struct ten_record a, b;
    int left, right, rc = 0;

    printf("%sname\tcount\tdot\tnorm_a\tnorm_b\n", o->total ? "" : "group\t");
    while (rc == 0) {
        if ((left = next(o, in[0], &a)) < 0 || (right = next(o, in[1], &b)) < 0)
            return -1;
        if (left != right)
            return fail(&o->tool.err, TEN_E_DATA, "%s: ends before %s: expected as many records "
                        "in both", o->path[left], o->path[right]);
        if (left == 0)
            break;
        if ((rc = check(o, &a, &b)) == 0)
            multiply(o, &a, &b);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.record = "*"};
    struct ten_reader *in[2];
    int rc = -1;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    if ((in[0] = tool_reader(&o.tool, o.path[0])) && (in[1] = tool_reader(&o.tool, o.path[1])))
        rc = multiply_all(&o, in);
    for (int i = 0; i < o.ntotals; i++) {
        if (rc == 0)
            print(o.totals[i].name, o.totals[i].count, &o.totals[i].sum);
        free(o.totals[i].name);
    }
    free(o.totals);
    return tool_close(&o.tool, rc);
}
