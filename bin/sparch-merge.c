/* bin/sparch-merge.c - add two sparse matrices with a merger of SpArch, comparator by comparator.
 */
#include "accel/sparch_merge.h"
#include "accel/sparch_values.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 256, DROP_ZEROS, STATS };

struct opts {
    struct tool tool;
    struct sparch_merger merger;
    const char *b, *stats;
};

static const struct argp_option options[] = {
    {"width", 'w', "N", 0, "Elements that the merger takes a cycle (default 16)", 0},
    {"chunk", CHUNK, "C", 0,
     "Chunks of the hierarchical array, a divisor of N (default: N/4, or N where that is no "
     "divisor); N: a flat array",
      0},
    {"drop-zeros", DROP_ZEROS, 0, 0, "Leave out sums that are 0", 0},
    {"stats", STATS, "FILE", 0, "Write comparators, cycles and elements to FILE, a table", 0},
    {0}
};

static void check(struct argp_state *st, struct sparch_merger *m)
{
    if (m->chunk == 0)
        m->chunk = m->width % 4 == 0 ? m->width / 4 : m->width;
    if (m->width % m->chunk != 0)
        argp_error(st, "--chunk=%" PRId64 ": expected a divisor of the width, %" PRId64, m->chunk,
                   m->width);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'w':           o->merger.width = tool_int(st, arg, 1, SPARCH_MAX_WIDTH); break;
    case CHUNK:         o->merger.chunk = tool_int(st, arg, 1, SPARCH_MAX_WIDTH); break;
    case DROP_ZEROS:    o->merger.drop_zeros = true; break;
    case STATS:         o->stats = arg; break;
    case ARGP_KEY_ARG:
        if (o->b)
            argp_error(st, "%s: a second file: expected one matrix B", arg);
        o->b = arg;
        break;
    case ARGP_KEY_NO_ARGS: argp_error(st, "no matrix B: expected a file"); break;
    case ARGP_KEY_END:  check(st, &o->merger); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "B",
    "Add the sparse matrices A, on standard input, and B, a file, as a merger of SpArch does, by "
    "comparing windows of their elements all with all; the sum goes to standard output.\v"
    "Example:\n  mtxgen rmat --scale=8 --edges=900 >b.ten\n"
    "  mtxgen rmat --scale=8 --edges=900 --seed=1 | sparch-merge --stats=stats.tsv b.ten >sum.ten",
    tool_common, 0, 0
};

static struct sparch_elem *elements(const struct csr *m)
{
    double *owned;
    const double *v = sparch_values(m, &owned);
    struct sparch_elem *e = xmalloc(((size_t)m->n + 1) * sizeof *e);
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t k = m->ptr[i]; k < m->ptr[i + 1]; k++)
            e[k] = (struct sparch_elem){(uint64_t)i << 32 | m->col[k], v ? v[k] : 1};
    free(owned);
    return e;
}

static int write_stats(struct opts *o)
{
    const struct sparch_merger *m = &o->merger;
    FILE *f = fopen(o->stats, "w");
    if (!f)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected a file to write to", o->stats,
                    strerror(errno));
    fprintf(f, "width\tchunk\tcomparators\tcycles\ttaken\tgiven\tadditions\tdropped\tmost_"
               "pairs\tsimulated\n");
    fprintf(f,
            "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
            "\t%" PRId64 "\t%" PRId64 "\tmodel\n",
            m->width, m->chunk, sparch_comparators(m->width, m->chunk), m->cycles, m->taken,
            m->given, m->additions, m->dropped, m->most_pairs);
    const bool failed = ferror(f);
    if (fclose(f) != 0 || failed)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected room for a table", o->stats,
                    strerror(errno));
    return 0;
}

static int merge(struct opts *o, const struct csr *a, const struct csr *b)
{
    struct csr c;
    if (a->rows != b->rows || a->cols != b->cols)
        return fail(&o->tool.err, TEN_E_DATA,
                    "shapes [%" PRId64 ",%" PRId64 "] and [%" PRId64 ",%" PRId64
                    "]: expected equal ones",
                    a->rows, a->cols, b->rows, b->cols);
    struct sparch_elem *x = elements(a), *y = elements(b),
                       *z = xmalloc(((size_t)(a->n + b->n) + 1) * sizeof *z);
    const int64_t n = sparch_merge_streams(&o->merger, z, x, a->n, y, b->n);
    sparch_to_csr(&c, z, n, a->rows, a->cols);
    const int rc = csr_write(o->tool.out, &c, 0, &o->tool.err);
    csr_free(&c);
    free(x);
    free(y);
    free(z);
    return rc == 0 && o->stats ? write_stats(o) : rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.merger = {.width = 16}};
    struct csr a = {0}, b = {0};
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    int rc = csr_read(&a, o.tool.in, "", NULL, &o.tool.err);
    if (rc == 0) {
        struct ten_reader *in = tool_reader(&o.tool, o.b);
        rc = in ? csr_read(&b, in, o.b, NULL, &o.tool.err) : -1;
    }
    if (rc == 0)
        rc = merge(&o, &a, &b);
    csr_free(&a);
    csr_free(&b);
    return tool_close(&o.tool, rc);
}
