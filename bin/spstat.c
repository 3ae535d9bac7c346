/* bin/spstat.c - what a sparse matrix is like, and what its product will take. */
#include "sparse/profile.h"
#include "stream/tool.h"

#include <inttypes.h>
#include <string.h>

enum { SAMPLE = 256, EXACT, WAYS };

struct opts {
    struct tool tool;
    const char *path;                   /* of B; NULL: A itself */
    int64_t sample, ways;
};

static const struct argp_option options[] = {
    {"sample", SAMPLE, "N", 0, "Estimate the entries of the product from rows of about N "
     "multiplications (default 1000000)", 0},
    {"exact", EXACT, 0, 0, "Count them", 0},
    {"ways", WAYS, "W", 0, "Inputs of a merge (default 64)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case SAMPLE:        o->sample = tool_int(st, arg, 1, INT64_MAX); break;
    case EXACT:         o->sample = 0; break;
    case WAYS:          o->ways = tool_int(st, arg, 2, 1 << 20); break;
    case ARGP_KEY_ARG:
        if (st->arg_num >= 1)
            argp_error(st, "%s: one matrix too many: expected at most B", arg);
        if (strcmp(arg, "-") == 0)
            argp_error(st, "B: -: A is standard input: expected a file");
        o->path = arg;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[B]", "Describe the sparse matrix A on standard input as a table of one row, "
    "and what the product A B takes, B being a file or, where none is named, A.\v"
    "Example:\n  mtxgen st2d5 --grid=100,100 | spstat --exact", tool_common, 0, 0
};

static const char header[] =
    "rows\tcols\tentries\tempty_rows\tmin_length\tmean_length\tmax_length\tbandwidth\tdiagonal\t"
    "symmetric\tproducts\tbound\tproduct_entries\tcompression\tcondensed\tk_init\n";

/* Products over entries, 1 where there are none. */
static double compression(const struct profile_product *p)
{
    return p->entries > 0 ? (double)p->products / p->entries : 1;
}

static void print_profile(const struct opts *o, const struct csr *a, const struct csr *b)
{
    struct profile p;
    struct profile_product q = {0};
    profile(&p, a);
    printf("%s%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t", header, a->rows, a->cols, a->n);
    printf("%" PRId64 "\t%" PRId64 "\t%.6g\t%" PRId64 "\t", p.empty, p.shortest,
           a->rows ? (double)a->n / (double)a->rows : 0, p.longest);
    printf("%" PRId64 "\t%" PRId64 "\t%d\t", p.bandwidth, p.diagonal, p.symmetric);
    if (b) {
        profile_product(&q, a, b, o->sample, o->tool.opt.seed);
        printf("%" PRId64 "\t%" PRId64 "\t%.0f\t%.4g\t", q.products, q.bound, q.entries,
               compression(&q));
    } else {
        printf("nan\tnan\tnan\tnan\t");
    }
    printf("%" PRId64 "\t%" PRId64 "\n", p.longest, profile_first_merge(p.longest, o->ways));
}

static int read_b(struct opts *o, struct csr *b, const struct csr *a)
{
    struct ten_reader *in = tool_reader(&o->tool, o->path);
    if (!in || csr_read(b, in, o->path, NULL, &o->tool.err) < 0)
        return -1;
    if (b->rows == a->cols)
        return 0;
    return fail(&o->tool.err, TEN_E_DATA, "%s: %" PRId64 " rows: expected %" PRId64
                ", the columns of A", o->path, b->rows, a->cols);
}

int main(int argc, char **argv)
{
    struct opts o = {.sample = 1000000, .ways = 64};
    struct csr a, b = {0};

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    int rc = csr_read(&a, o.tool.in, "", NULL, &o.tool.err);
    if (rc == 0 && o.path)
        rc = read_b(&o, &b, &a);
    if (rc == 0)
        print_profile(&o, &a, o.path ? &b : a.rows == a.cols ? &a : NULL);
    csr_free(&a);
    csr_free(&b);
    return tool_close(&o.tool, rc);
}
