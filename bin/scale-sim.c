/* bin/scale-sim.c - simulated training on many processors. */
#include "stream/tool.h"

#include "accel/scaling.h"
#include "base/mem.h"
#include "base/numbers.h"
#include "text/tsv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SETS = 64, MAX_POINTS = 1024, MAX_VALUES = 64 };

struct opts {
    struct tool tool;
    struct scaling s;
    enum scaling_preset preset;
    int algorithm, jitter;              /* -1: the preset's */
    bool numbers, unfitted;
    char *set[MAX_SETS];                /* NAME=VALUE */
    int sets;
    char *change[MAX_SETS];             /* likewise, after fitting */
    int changes;
    const char *what_if;                /* NAME=VALUE,... */
    double value[MAX_VALUES];
    int values;
    const char *fit;                    /* a table of allreduce-bench */
    struct scaling_run run[2];
    int runs;
    double workers[MAX_POINTS];
    int points;
};

enum { KEY_WHAT_IF = 1, KEY_FIT, KEY_RUN, KEY_NUMBERS, KEY_UNFITTED, KEY_JITTER, KEY_CHANGE };

static const struct argp_option options[] = {
    {"preset", 'p', "NAME", 0, "summit (default) or laptop: what is not set otherwise", 0},
    {"workers", 'w', "A:B|LIST", 0, "Numbers of workers: doubling from A to B, or these (default 6:1536, or 1:2)", 0},
    {"algorithm", 'a', "NAME", 0, "How gradients are added up: ring, rdouble, rabenseifner, tree, double-tree or hier", 0},
    {"set", 's', "NAME=VALUE", 0, "One of the model's numbers, which --numbers lists", 0},
    {"run", KEY_RUN, "WORKERS:SECONDS", 0, "A training of this length, to be explained: the first one by the computation of a clip, a "
     "second one by jitter (default for summit: 6:179700 and 1536:853)", 0},
    {"unfitted", KEY_UNFITTED, 0, 0, "Explain no run: take all numbers as they are", 0},
    {"fit", KEY_FIT, "FILE", 0, "Latency and bandwidth from a table of allreduce-bench", 0},
    {"jitter", KEY_JITTER, "NAME", 0, "How computation varies from worker to worker: normal (default) or exponential", 0},
    {"change", KEY_CHANGE, "NAME=VALUE", 0, "After fitting, this value of a number instead of its own; may be given again", 0},
    {"what-if", KEY_WHAT_IF, "NAME=VALUE,...", 0, "After fitting, one number after the other instead of its own", 0},
    {"numbers", KEY_NUMBERS, 0, 0, "Print the model's numbers instead", 0},
    {0}
};

static double *number_of(struct scaling *s, const char *name, size_t length)
{
    for (const struct scaling_number *n = scaling_numbers; n->name; n++)
        if (strlen(n->name) == length && strncmp(n->name, name, length) == 0)
            return (double *)((char *)s + n->offset);
    return NULL;
}

/* The number that NAME=... names, and where its values begin. */
static double *assigned(struct argp_state *st, struct scaling *s, const char *text, const char **values)
{
    const char *equals = strchr(text, '=');
    double *number = equals ? number_of(s, text, (size_t)(equals - text)) : NULL;
    if (!number)
        argp_error(st, "%s: expected NAME=VALUE, NAME as --numbers lists them", text);
    *values = equals + 1;
    return number;
}

/* One more NAME=VALUE for later. */
static void remember(struct argp_state *st, struct scaling *s, char **list, int *n, char *arg)
{
    const char *values;
    if (*n == MAX_SETS)
        argp_error(st, "%s: more than %d numbers", arg, MAX_SETS);
    assigned(st, s, arg, &values);
    tool_float(st, values, 0, INFINITY);
    list[(*n)++] = arg;
}

/* Numbers with commas between: how many. */
static int list_of(struct argp_state *st, const char *arg, double *v)
{
    char *copy = xstrdup(arg), *rest = copy, *word;
    int n = 0;
    while ((word = strsep(&rest, ",")) && n < MAX_VALUES)
        v[n++] = tool_float(st, word, 0, INFINITY);
    free(copy);
    return n;
}

static void parse_workers(struct argp_state *st, struct opts *o, const char *arg)
{
    char *copy = xstrdup(arg), *rest = copy, *word;
    const bool range = strchr(arg, ':');
    double v[MAX_POINTS];
    int n = 0;
    while ((word = strsep(&rest, range ? ":" : ",")) && n < MAX_POINTS)
        v[n++] = (double)tool_int(st, word, 1, INT32_MAX);
    free(copy);
    if (range && (n != 2 || v[1] < v[0]))
        argp_error(st, "--workers: %s: expected FROM:TO", arg);
    o->points = 0;
    for (double p = v[0]; range && p <= v[1]; p *= 2)
        o->workers[o->points++] = p;
    for (int i = 0; !range && i < n; i++)
        o->workers[o->points++] = v[i];
}

static void parse_run(struct argp_state *st, struct opts *o, char *arg)
{
    char *seconds = strchr(arg, ':');
    if (!seconds || o->runs == 2)
        argp_error(st, "--run: %s: expected WORKERS:SECONDS, at most twice", arg);
    char *workers = xstrdup(arg);
    *strchr(workers, ':') = 0;
    o->run[o->runs].workers = (double)tool_int(st, workers, 1, INT32_MAX);
    o->run[o->runs++].seconds = tool_float(st, seconds + 1, 0, 1e18);
    free(workers);
}

static const char *const presets[] = {"summit", "laptop", NULL};

/* The preset comes first, in whatever order the options stood. */
static void settle(struct argp_state *st, struct opts *o)
{
    const char *values;
    scaling_preset(&o->s, o->preset);
    if (o->algorithm >= 0)
        o->s.algorithm = (enum allreduce)o->algorithm;
    if (o->jitter >= 0)
        o->s.jitter_kind = (enum jitter)o->jitter;
    for (int i = 0; i < o->sets; i++)
        *assigned(st, &o->s, o->set[i], &values) = tool_float(st, strchr(o->set[i], '=') + 1, 0, INFINITY);
    if (o->points == 0)
        parse_workers(st, o, o->preset == SCALING_SUMMIT ? "6:1536" : "1:2");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    const char *values;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'p':           o->preset = (enum scaling_preset)tool_choice(st, arg, presets); break;
    case 'w':           parse_workers(st, o, arg); break;
    case 'a':           o->algorithm = tool_choice(st, arg, allreduce_names); break;
    case 's':           remember(st, &o->s, o->set, &o->sets, arg); break;
    case KEY_CHANGE:    remember(st, &o->s, o->change, &o->changes, arg); break;
    case KEY_JITTER:    o->jitter = tool_choice(st, arg, jitter_names); break;
    case KEY_RUN:       parse_run(st, o, arg); break;
    case KEY_UNFITTED:  o->unfitted = true; break;
    case KEY_FIT:       o->fit = arg; break;
    case KEY_WHAT_IF:
        assigned(st, &o->s, arg, &values);
        o->values = list_of(st, values, o->value);
        o->what_if = arg;
        break;
    case KEY_NUMBERS:   o->numbers = true; break;
    case ARGP_KEY_END:  settle(st, o); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Print what training on many processors would take, by a model of input, computation, all-reduce and stragglers. "
    "Everything is simulated; the numbers it was fitted with are told.\v"
    "Example:\n  scale-sim --workers=6:12288 --what-if=model_bytes=97.3e6,152e6", tool_common, 0, 0
};

/* ---- Fitting ------------------------------------------------------------------------------------------------- */

static int read_number(double *v, const struct tsv *t, int64_t row, int column, struct ten_err *e)
{
    const char *cell = tsv_cell(t, row, column);
    const char *end = cell + strlen(cell);
    if (parse_f64(cell, end, v) != end || !(*v > 0))
        return fail(e, TEN_E_DATA, "%s: line %lld: %s: %s: expected a number above 0", t->name, (long long)t->lines[row + 1],
                    t->cells[column], cell);
    return 0;
}

/* Rows of our algorithm among more than one worker. */
static int64_t read_samples(struct allreduce_sample *sample, const struct opts *o, const struct tsv *t, struct ten_err *e)
{
    static const char *const names[] = {"algorithm", "workers", "bytes", "seconds"};
    int column[4];
    int64_t n = 0;
    for (int k = 0; k < 4; k++)
        if ((column[k] = tsv_column(t, names[k])) < 0)
            return fail(e, TEN_E_DATA, "%s: no column %s: expected a table of allreduce-bench", t->name, names[k]);
    for (int64_t i = 0; i < t->rows; i++) {
        struct allreduce_sample *s = &sample[n];
        if (strcmp(tsv_cell(t, i, column[0]), allreduce_names[o->s.algorithm]) != 0)
            continue;
        if (read_number(&s->workers, t, i, column[1], e) < 0 || read_number(&s->bytes, t, i, column[2], e) < 0 ||
            read_number(&s->seconds, t, i, column[3], e) < 0)
            return -1;
        n += s->workers > 1;
    }
    return n;
}

static int fit_links(struct opts *o)
{
    struct source *src = tool_source(&o->tool, o->fit);
    struct tsv t = {0};
    double error;
    int rc = src ? tsv_read(&t, src, &o->tool.err) : -1;
    struct allreduce_sample *sample = xmalloc((size_t)(t.rows + 1) * sizeof *sample);
    const int64_t n = rc == 0 ? read_samples(sample, o, &t, &o->tool.err) : -1;
    if (n >= 0 && scaling_fit_links(&o->s, sample, n, &error, &o->tool.err) == 0)
        tool_note(&o->tool, "%s: latency %.3g s, bandwidth %.3g B/s, relative error %.0f %%", o->fit, o->s.latency_in,
                  o->s.bandwidth_in, 100 * error);
    else
        rc = -1;
    free(sample);
    tsv_free(&t);
    return rc;
}

/* What explains the runs; computation is kept as the operations a worker reaches, so that a network of more of them takes
 * longer. */
static int explain_runs(struct opts *o)
{
    static const struct scaling_run paper[2] = {{6, 179700}, {1536, 853}};
    if (o->runs == 0 && o->preset == SCALING_SUMMIT)
        memcpy(o->run, paper, sizeof paper);
    const int n = o->unfitted ? 0 : o->runs == 0 && o->preset == SCALING_SUMMIT ? 2 : o->runs;
    const int rc = n == 0 ? 0
                 : n == 2 ? scaling_fit_runs(&o->s, o->run, &o->tool.err)
                 : scaling_fit(&o->s, offsetof(struct scaling, clip_seconds), 1e-9, 1e6, o->run[0].workers, o->run[0].seconds, &o->tool.err);
    if (rc < 0 || n == 0)
        return rc;
    tool_note(&o->tool, "simulated: a clip takes %.4g s to explain %g s with %g workers", o->s.clip_seconds, o->run[0].seconds,
              o->run[0].workers);
    if (n == 2)
        tool_note(&o->tool, "simulated: jitter is %.4f to explain %g s with %g workers", o->s.jitter, o->run[1].seconds,
                  o->run[1].workers);
    if (o->s.clip_macs > 0) {
        o->s.worker_flops = o->s.clip_macs * 6 / (o->s.clip_seconds - o->s.clip_bytes / o->s.worker_bandwidth);
        o->s.clip_seconds = 0;
    }
    return 0;
}

/* ---- Tables ---------------------------------------------------------------------------------------------------- */

static void print_numbers(const struct opts *o)
{
    printf("name\tvalue\tunit\tmeaning\n");
    for (const struct scaling_number *n = scaling_numbers; n->name; n++)
        printf("%s\t%.10g\t%s\t%s\n", n->name, *(const double *)((const char *)&o->s + n->offset), *n->unit ? n->unit : "-", n->meaning);
}

static void print_points(const struct opts *o, const struct scaling *s, const char *what)
{
    for (int i = 0; i < o->points; i++) {
        struct scaling_point y;
        scaling_at(&y, s, o->workers[i]);
        printf("simulated\t%s\t%g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", what, y.workers, y.io, y.compute, y.wait,
               y.comm, y.exposed, y.step, y.throughput, y.efficiency, y.epoch, y.total);
    }
}

/* What --change says, which has been looked at, and its text; the caller's. */
static char *change(struct opts *o)
{
    char *what = xstrdup(o->changes ? o->change[0] : "-");
    for (int i = 0; i < o->changes; i++) {
        const char *equals = strchr(o->change[i], '=');
        *number_of(&o->s, o->change[i], (size_t)(equals - o->change[i])) = strtod(equals + 1, NULL);
        if (i == 0)
            continue;
        char *longer = xasprintf("%s,%s", what, o->change[i]);
        free(what);
        what = longer;
    }
    return what;
}

static void print_table(struct opts *o, const char *changed)
{
    printf("kind\twhat_if\tworkers\tio\tcompute\twait\tcomm\texposed\tstep\tthroughput\tefficiency\tepoch\ttotal\n");
    if (!o->what_if)
        print_points(o, &o->s, changed);
    const int length = o->what_if ? (int)(strchr(o->what_if, '=') - o->what_if) : 0;
    for (int i = 0; i < o->values; i++) {
        struct scaling s = o->s;
        *number_of(&s, o->what_if, (size_t)length) = o->value[i];
        char *what = xasprintf("%s%s%.*s=%g", o->changes ? changed : "", o->changes ? "," : "", length, o->what_if, o->value[i]);
        print_points(o, &s, what);
        free(what);
    }
}

int main(int argc, char **argv)
{
    struct opts o = {.preset = SCALING_SUMMIT, .algorithm = -1, .jitter = -1};
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    rc = o.fit ? fit_links(&o) : 0;
    if (rc == 0)
        rc = explain_runs(&o);
    char *changed = change(&o);
    if (rc == 0 && o.numbers)
        print_numbers(&o);
    else if (rc == 0)
        print_table(&o, changed);
    free(changed);
    return tool_close(&o.tool, rc);
}
