/* bin/allreduce-bench.c - how long processes take to add up vectors. */
#include "stream/tool.h"

#include "accel/scaling.h"
#include "base/mem.h"
#include "dist/reduction.h"
#include "metrics/timing.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SIZES = 64 };

struct opts {
    struct tool tool;
    struct dist *dist;
    bool chosen[DIST_ALGORITHMS];
    int64_t bytes[MAX_SIZES];           /* on the wire */
    int sizes;
    int64_t runs;
    struct reduction_options reduction;
};

/* One algorithm and size. */
struct entry {
    enum dist_algorithm algorithm;
    int64_t bytes, n;                   /* n floats */
    struct reduction *reduction;
    float *v;
    double *seconds;                    /* [runs] */
};

static const struct argp_option options[] = {
    {"algorithm", 'a', "LIST", 0,
     "Of native, ring, rdouble, rabenseifner and hier, with commas between (default all)", 0},
    {"bytes", 'n', "A:B|LIST", 0,
     "Sizes: from A to B, each four times the last, or these; with K, M or G "
     "(default 1K:16M)", 0},
    {"runs", 'r', "N", 0, "Measurements of each (default 21)", 0},
    {"wire", 'w', "TYPE", 0, "How numbers travel: f32 (default) or bf16, but for native", 0},
    {"per-node", 'p', "N", 0,
     "For hier: N ranks, one after the other, are taken to share a node", 0},
    {0}
};

/* ---- Options --------------------------------------------------------------------------------- */

static void parse_algorithms(struct argp_state *st, struct opts *o, const char *arg)
{
    char *copy = xstrdup(arg), *rest = copy, *word;
    memset(o->chosen, 0, sizeof o->chosen);
    while ((word = strsep(&rest, ",")))
        o->chosen[tool_choice(st, word, dist_algorithms)] = true;
    free(copy);
}

static void add_size(struct argp_state *st, struct opts *o, int64_t bytes)
{
    if (o->sizes == MAX_SIZES || bytes < 4 || bytes > (int64_t)sizeof(float) * REDUCTION_MAX)
        argp_error(st, "--bytes: %lld: expected at most %d sizes of 4 to 1G", (long long)bytes,
                   MAX_SIZES);
    o->bytes[o->sizes++] = bytes;
}

static void parse_sizes(struct argp_state *st, struct opts *o, const char *arg)
{
    char *copy = xstrdup(arg), *rest = copy, *word, *to = strchr(copy, ':');
    o->sizes = 0;
    if (to) {
        *to = 0;
        const int64_t least = tool_size(st, copy), most = tool_size(st, to + 1);
        if (least < 4 || most < least)
            argp_error(st, "--bytes: %s: expected FROM:TO, from 4 bytes", arg);
        for (int64_t b = least; b <= most; b *= 4)
            add_size(st, o, b);
    }
    while (!to && (word = strsep(&rest, ",")))
        add_size(st, o, tool_size(st, word));
    free(copy);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'a': parse_algorithms(st, o, arg); break;
    case 'n': parse_sizes(st, o, arg); break;
    case 'r': o->runs = tool_int(st, arg, 1, 1 << 20); break;
    case 'w':
        o->reduction.bf16 = tool_choice(st, arg, (const char *[]){"f32", "bf16", NULL});
        break;
    case 'p': o->reduction.per_node = (int)tool_int(st, arg, 1, INT32_MAX); break;
    case ARGP_KEY_END:
        if (o->sizes == 0)
            parse_sizes(st, o, "1K:16M");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Measure how long the processes that mpirun started take to add up vectors, by "
    "several algorithms, and print medians of the slowest process; on standard error, latency and "
    "bandwidth that explain them.\v"
    "Example:\n  mpirun -np 2 allreduce-bench --bytes=1K:64M >links.tsv", tool_common, 0, 0
};

/* ---- Measuring ------------------------------------------------------------------------------- */

/* Small whole numbers: their sums are exact, in bf16 too while there are few ranks. */
static float number(int rank, int64_t i) { return (float)((i + rank) % 3 - 1); }

static float sum_of(int ranks, int64_t i)
{
    float sum = 0;
    for (int r = 0; r < ranks; r++)
        sum += number(r, i);
    return sum;
}

/* Of the slowest rank. */
static double seconds_of(struct opts *o, struct entry *x)
{
    double together = 0, took;
    for (int64_t i = 0; i < x->n; i++)
        x->v[i] = number(dist_rank(o->dist), i);
    dist_max(o->dist, &together, 1);
    const double since = raw_seconds();
    if (o->dist) {
        reduction_start(x->reduction, x->v);
        while (!reduction_push(x->reduction))
            continue;
    }
    took = raw_seconds() - since;
    dist_max(o->dist, &took, 1);
    return took;
}

static int check(struct opts *o, const struct entry *x)
{
    double wrong = 0;
    for (int64_t i = 0; i < x->n; i++)
        wrong += x->v[i] != sum_of(dist_size(o->dist), i);
    dist_max(o->dist, &wrong, 1);
    if (wrong == 0)
        return 0;
    dist_agreed(o->dist);
    return fail(&o->tool.err, TEN_E_NUMERIC, "%s: %lld bytes: %g sums are wrong: expected none",
                dist_algorithms[x->algorithm], (long long)x->bytes, wrong);
}

static struct entry entry_new(struct opts *o, enum dist_algorithm a, int64_t bytes, int number)
{
    struct reduction_options how = o->reduction;
    struct entry x = {.algorithm = a, .bytes = bytes};
    how.algorithm = a;
    how.bf16 = o->reduction.bf16 && a != DIST_NATIVE;
    x.n = bytes / (int64_t)(how.bf16 ? sizeof(uint16_t) : sizeof(float));
    x.v = xaligned((size_t)x.n * sizeof *x.v);
    x.seconds = xmalloc((size_t)o->runs * sizeof *x.seconds);
    x.reduction = o->dist ? reduction_new(o->dist, &how, x.n, number) : NULL;
    return x;
}

static void entry_free(struct entry *x)
{
    reduction_free(x->reduction);
    free(x->v);
    free(x->seconds);
}

/* In turn, so that what changes on the machine meanwhile meets all alike.  The first run of each is
 * checked, and does not count. */
static int measure(struct opts *o, struct entry *entry, int n)
{
    progress_start(&o->tool.progress, "runs", o->runs);
    for (int i = 0; i < n; i++) {
        seconds_of(o, &entry[i]);
        if (check(o, &entry[i]) < 0)
            return -1;
    }
    for (int64_t run = 0; run < o->runs; run++) {
        for (int i = 0; i < n; i++)
            entry[i].seconds[run] = seconds_of(o, &entry[i]);
        progress_step(&o->tool.progress, run + 1, "");
    }
    progress_end(&o->tool.progress);
    return 0;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void print_table(const struct opts *o, const struct entry *entry, int n,
                        struct allreduce_sample *sample)
{
    puts("algorithm\tworkers\tbytes\tseconds\tleast\tmost\truns");
    for (int i = 0; i < n; i++) {
        const struct timing t = timing_of(entry[i].seconds, o->runs);
        const int p = dist_size(o->dist);
        sample[i] = (struct allreduce_sample){p, (double)entry[i].bytes, t.median};
        printf("%s\t%d\t%lld\t%.4g\t%.4g\t%.4g\t%lld\n", dist_algorithms[entry[i].algorithm], p,
               (long long)entry[i].bytes, t.median, t.min, t.max, (long long)o->runs);
    }
}

/* Of each algorithm that the model knows; entries of one stand together. */
static void tell_fits(struct opts *o, const struct entry *entry, int n,
                      const struct allreduce_sample *sample)
{
    const int per_node = o->reduction.per_node ? o->reduction.per_node : dist_size(o->dist);
    for (int i = 0; i < n; i += o->sizes)
        for (int a = 0; a < ALLREDUCES; a++) {
            const char *name = allreduce_names[a];
            struct scaling s = {.workers_per_node = per_node, .algorithm = (enum allreduce)a};
            struct ten_err none = {0};
            double error;
            if (strcmp(name, dist_algorithms[entry[i].algorithm]) == 0 &&
                scaling_fit_links(&s, sample + i, o->sizes, &error, &none) == 0)
                tool_note(&o->tool, "%s: latency %.3g s, bandwidth %.3g B/s, relative error %.0f %%",
                          name, s.latency_in, s.bandwidth_in, 100 * error);
        }
}

int main(int argc, char **argv)
{
    struct opts o = {.runs = 21, .chosen = {true, true, true, true, true}};
    int n = 0;

    if (!(o.dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    if (dist_rank(o.dist) > 0) {
        o.tool.opt.quiet = true;
        o.tool.progress.to = NULL;
    }
    struct entry *entry = xcalloc((size_t)DIST_ALGORITHMS * (size_t)o.sizes, sizeof *entry);
    for (int a = 0; a < DIST_ALGORITHMS; a++)
        for (int k = 0; k < o.sizes && o.chosen[a]; k++, n++)
            entry[n] = entry_new(&o, (enum dist_algorithm)a, o.bytes[k], n);
    const int rc = measure(&o, entry, n);
    struct allreduce_sample *sample = xcalloc((size_t)n, sizeof *sample);
    if (rc == 0) {
        print_table(&o, entry, n, sample);
        tell_fits(&o, entry, n, sample);
    }
    for (int i = 0; i < n; i++)
        entry_free(&entry[i]);
    free(entry);
    free(sample);
    return tool_close(&o.tool, rc);
}
