/* bin/spgemm.c - products of sparse matrices. */
#include "sparse/product.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    TRANSPOSE_A = 256, TRANSPOSE_B, MASK, COMPLEMENT, SEMIRING, ACCUM, METHOD, MEMORY, TMPDIR, EXPLAIN,
    SYMBOLIC, DRY_RUN, TOPK, DROP, TYPE, UNSORTED, REPEAT
};

struct opts { struct tool tool; struct dist *dist; struct product product; const char *tmpdir; };

static const struct argp_option options[] = {
    {"transpose-a", TRANSPOSE_A, 0, 0, "Multiply the transpose of A", 0},
    {"transpose-b", TRANSPOSE_B, 0, 0, "Multiply by the transpose of B", 0},
    {"semiring", SEMIRING, "NAME", 0, "What adds and multiplies (default plus_times)", 0},
    {"mask", MASK, "FILE", 0, "Only places where this matrix has an entry", 0},
    {"complement", COMPLEMENT, 0, 0, "Only places where the mask has none", 0},
    {"accum", ACCUM, "FILE", 0, "Add the product to this matrix", 0},
    {"topk", TOPK, "K", 0, "Of each row, only the K entries of largest magnitude", 0},
    {"drop", DROP, "T", 0, "Without entries whose magnitude is below T", 0},
    {"type", TYPE, "TYPE", 0,
     "Compute with values of f32, f64 or i64 (default: what the factors have)", 0},
    {"unsorted", UNSORTED, 0, 0, "Columns of a row in any order", 0},
    {"symbolic", SYMBOLIC, 0, 0, "Only the structure, without values", 0},
    {"dry-run", DRY_RUN, 0, 0, "Only tell the log what the product would take", 0},
    {"explain", EXPLAIN, 0, 0, "Tell the log how many rows were added by which method", 0},
    {"repeat", REPEAT, "N", 0, "Multiply N times in memory that is kept, for --explain to tell the least time", 0},
    {"method", METHOD, "NAME", 0,
     "auto (default), copy, sort, dense, ranges, hash or repeat, where it can be used", 0},
    {"memory", MEMORY, "SIZE", 0,
     "Multiply in SIZE bytes of memory; factors lie in temporary files, and the product where it may not fit "
     "(default: all in memory)",
     0},
    {"tmpdir", TMPDIR, "DIR", 0, "Folder of temporary files (default: TMPDIR, or /tmp)", 0},
    {0}
};

static enum ten_type parse_type(struct argp_state *st, const char *arg)
{
    static const char *const names[] = {"f32", "f64", "i64", NULL};
    return (enum ten_type[]){TEN_F32, TEN_F64, TEN_I64}[tool_choice(st, arg, names)];
}

static void parse_end(const struct opts *o, struct argp_state *st)
{
    const struct product *p = &o->product;
    if (p->how.complement && !p->mask)
        argp_error(st, "complement: no mask: expected --mask");
    if (p->transpose_b && p->paths > 1)
        argp_error(st, "transpose-b: several factors behind the first: expected one at most");
    if (p->memory > 0 && dist_size(o->dist) > 1)
        argp_error(st, "memory: %d processes: expected one, or no limit", dist_size(o->dist));
    if (p->memory > 0 && p->repeat > 0)
        argp_error(st, "repeat: a limit of memory: expected one of --memory, --repeat");
    if (p->repeat > 0 && !p->explain)
        argp_error(st, "repeat: nothing tells the time: expected --explain with it");
    if (p->dry_run && p->repeat > 0)
        argp_error(st, "repeat: nothing is multiplied: expected it without --dry-run");
    if (p->memory > 0 && p->dry_run)
        argp_error(st, "memory: nothing is multiplied: expected it without --dry-run");
    if (p->symbolic && (p->accum || p->how.topk > 0 || p->how.drop > 0))
        argp_error(
            st, "symbolic: there are no values: expected none of --accum, --topk, --drop with it");
    if (p->how.unsorted && (p->accum || p->how.topk > 0))
        argp_error(st, "unsorted: expected neither --accum nor --topk with it");
    for (int i = 0; i < p->paths; i++)
        if (strcmp(p->path[i], "-") == 0)
            argp_error(st, "-: A is standard input: expected a file");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct product *p = &o->product;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case TRANSPOSE_A:   p->transpose_a = true; break;
    case TRANSPOSE_B:   p->transpose_b = true; break;
    case SEMIRING: p->how.semiring = (enum semiring)tool_choice(st, arg, semiring_names); break;
    case MASK:          p->mask = arg; break;
    case COMPLEMENT:    p->how.complement = true; break;
    case ACCUM:         p->accum = arg; break;
    case TOPK:          p->how.topk = tool_int(st, arg, 1, INT64_MAX); break;
    case DROP:          p->how.drop = tool_float(st, arg, 0, 1e300); break;
    case TYPE:          p->type = parse_type(st, arg); break;
    case UNSORTED:      p->how.unsorted = true; break;
    case SYMBOLIC:      p->symbolic = true; break;
    case DRY_RUN:       p->dry_run = true; break;
    case EXPLAIN:       p->explain = true; break;
    case REPEAT:        p->repeat = tool_int(st, arg, 1, 1000000); break;
    case METHOD:
        p->how.method = (enum spgemm_method)tool_choice(st, arg, spgemm_method_names);
        break;
    case MEMORY:        p->memory = tool_size(st, arg); break;
    case TMPDIR:        o->tmpdir = arg; break;
    case ARGP_KEY_ARG:
        p->path = xrealloc(p->path, (size_t)(p->paths + 1) * sizeof *p->path);
        p->path[p->paths++] = arg;
        break;
    case ARGP_KEY_END:  parse_end(o, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "[B]...",
    "Multiply the sparse matrix A on standard input by B, a file, or by itself; with "
    "several files multiply all, in the order that takes the least work.\v"
    "Example:\n  mtxgen st2d5 --grid=100,100 | spgemm --explain | ten-info",
    tool_common,
    0,
    0};

int main(int argc, char **argv)
{
    struct opts o = {0};
    if (!(o.dist = dist_join(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    if (o.tmpdir)
        setenv("TMPDIR", o.tmpdir, 1);
    if (o.product.symbolic)
        o.product.how.semiring = SEMIRING_any_pair;
    const int rc = product_run(&o.tool, o.dist, &o.product);
    free(o.product.path);
    return tool_close(&o.tool, rc);
}
