/* bin/ten-stat.c - statistics of the values of tensor streams, as a table. */
#include "stream/inputs.h"

#include "base/mem.h"
#include "tensor/cast.h"
#include "tensor/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    struct inputs files;
    bool per_channel;
    int bins;                           /* 0: the statistics */
    double p[STATS_QUANTILES];
    char *quantiles;                    /* p as written, commas turned into zeros */
    int nquantiles;
};

static const struct argp_option options[] = {
    {"per-channel", 'c', 0, 0, "A line for each index of the last axis", 0},
    {"quantiles", 'q', "P,...", 0, "Also these quantiles, each from 0 to 1", 0},
    {"histogram", 'b', "BINS", 0, "Instead, how many values lie in each of BINS equal "
     "parts of their range", 0},
    {0}
};

static void parse_quantiles(struct argp_state *st, struct opts *o, const char *arg)
{
    free(o->quantiles);
    o->quantiles = xstrdup(arg);
    o->nquantiles = 0;
    for (char *rest = o->quantiles, *item; (item = strsep(&rest, ",")); ) {
        if (o->nquantiles == STATS_QUANTILES)
            argp_error(st, "%s: too many numbers: expected at most %d", arg, STATS_QUANTILES);
        o->p[o->nquantiles++] = tool_float(st, item, 0, 1);
    }
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'c':           o->per_channel = true; break;
    case 'q':           parse_quantiles(st, o, arg); break;
    case 'b':           o->bins = (int)tool_int(st, arg, 1, 100000); break;
    case ARGP_KEY_ARGS: inputs_args(&o->files, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Count, extremes, mean and standard deviation of every record of tensor "
    "streams, standard input when no FILE is named or FILE is -, as tab-separated values with a header "
    "line.\vExample:\n  ten-gen --fill=normal x f32 1000 | ten-stat --quantiles=0.05,0.5,0.95",
    tool_common, 0, 0
};

static void print_header(const struct opts *o)
{
    const char *item = o->quantiles;

    printf("group\tname\ttype\tshape%s", o->per_channel ? "\tchannel" : "");
    if (o->bins > 0) {
        puts("\tfrom\tto\tcount\tbar");
        return;
    }
    printf("\tcount\tmin\tmax\tmean\tstd\tzeros\tnan\tinf");
    for (int i = 0; i < o->nquantiles; i++, item += strlen(item) + 1)
        printf("\tq%s", item);
    putchar('\n');
}

static void print_label(const struct opts *o, const struct ten_record *rec, int64_t channel)
{
    char shape[192];

    printf("%" PRId64 "\t%s\t%s\t%s", rec->group, rec->name, ten_type_name(rec->type),
           ten_shape_text(&rec->shape, shape));
    if (o->per_channel)
        printf("\t%" PRId64, channel);
}

/* A value of the tensor, as the tensor has it. */
static void print_element(enum ten_type type, double v)
{
    double element;                     /* room for the widest type */
    char text[32];

    cast(&element, type, &v, TEN_F64, 1);
    printf("\t%s", isnan(v) ? "nan" : elem_text(&element, type, 0, text));
}

static void print_real(double v)
{
    if (isnan(v))
        printf("\tnan");
    else
        printf("\t%.9g", v);
}

static void print_stats(const struct opts *o, enum ten_type type, const struct stats *s,
                        const struct stats_view *x, int64_t channel)
{
    double q[STATS_QUANTILES];

    printf("\t%" PRId64, s->count);
    print_element(type, s->min);
    print_element(type, s->max);
    print_real(stats_mean(s));
    print_real(stats_std(s));
    printf("\t%" PRId64 "\t%" PRId64 "\t%" PRId64, s->zeros, s->nan, s->inf);
    if (o->nquantiles > 0)
        stats_quantiles(q, o->p, o->nquantiles, x, channel);
    for (int i = 0; i < o->nquantiles; i++)
        print_element(type, q[i]);
    putchar('\n');
}

static void print_histogram(const struct opts *o, const struct ten_record *rec, const struct stats *s,
                            const struct stats_view *x, int64_t channel)
{
    enum { WIDTH = 40 };                /* of the longest bar */
    static const char bar[] = "########################################";
    const int bins = s->n == 0 ? 0 : s->min < s->max ? o->bins : 1;
    int64_t *n = xcalloc((size_t)bins, sizeof *n), most = 1;

    stats_histogram(n, bins, s->min, s->max, x, channel);
    for (int b = 0; b < bins; b++)
        most = n[b] > most ? n[b] : most;
    for (int b = 0; b < bins; b++) {
        print_label(o, rec, channel);
        print_real(stats_edge(b, bins, s->min, s->max));
        print_real(stats_edge(b + 1, bins, s->min, s->max));
        printf("\t%" PRId64 "\t%.*s\n", n[b], (int)ceil(WIDTH * ((double)n[b] / (double)most)), bar);
    }
    free(n);
}

static void print_record(const struct opts *o, const struct ten_record *rec)
{
    const int64_t count = ten_count(rec), last = rec->shape.rank ? rec->shape.dim[rec->shape.rank - 1] : 1;
    const int64_t chans = o->per_channel ? last : 1;
    const struct stats_view x = {rec->data, rec->type, chans > 0 ? count / chans : 0, chans};
    struct stats s[STATS_CHANS];

    for (int64_t first = 0; first < chans; first += STATS_CHANS) {
        const int64_t n = chans - first < STATS_CHANS ? chans - first : STATS_CHANS;

        stats_chans(s, &x, first, n);
        for (int64_t c = 0; c < n; c++)
            if (o->bins > 0) {
                print_histogram(o, rec, &s[c], &x, first + c);
            } else {
                print_label(o, rec, first + c);
                print_stats(o, rec->type, &s[c], &x, first + c);
            }
    }
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    print_header(&o);
    while ((rc = inputs_next(&o.files, &o.tool, &rec)) > 0)
        print_record(&o, &rec);
    inputs_close(&o.files);
    free(o.quantiles);
    return tool_close(&o.tool, rc);
}
