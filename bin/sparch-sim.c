/* bin/sparch-sim.c - traffic, time and energy of a sparse product on the SpArch accelerator, by a
 * model. */
#include "accel/sparch_given.h"
#include "accel/sparch_table.h"
#include "stream/tool.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NO_CONDENSE = 256,
    LEAF_WEIGHT,
    EVICT,
    DROP_ZEROS,
    OUT_FORMAT,
    SET,
    CONF,
    FLOPS,
    TRACE,
    EMIT,
    NAME,
    ARCH,
    LIST,
    PLAN,
    FORMAT
};

struct opts {
    struct tool tool;
    struct sparch_params par;
    struct sparch_config config;
    struct sparch_table table;
    bool ladder, list, scheduled;
    enum sparch_schedule before;        /* of the steps before huffman */
    int64_t trace;
    /* what --set and --conf say, in their order; --conf: a name behind a @ */
    char **set;
    int nset;
    const char *b, *emit, *plan;
    struct sparch_given given;
};

static const struct argp_option options[] = {
    {"mode", 'm', "MODE", 0,
     "traffic: memory traffic, and time by its bounds (default); cycle: every cycle", 0},
    {"ladder", 'l', "SCHEDULE", OPTION_ARG_OPTIONAL,
     "A line for each step from OuterSPACE to SpArch; those before huffman "
     "merge as SCHEDULE says, level (default) or chain",
      0},
    {"arch", ARCH, "NAME", 0, "sparch (default) or outerspace", 0},
    {"no-condense", NO_CONDENSE, 0, 0, "Multiply by the columns of A as they are", 0},
    {"schedule", 's', "NAME", 0,
     "Which results are merged when: huffman (default), level, chain, random", 0},
    {"leaf-weight", LEAF_WEIGHT, "WHAT", 0,
     "What huffman goes by: products (default) or entries of A", 0},
    {"plan", PLAN, "FILE", 0,
     "Merge as this table of sparch-plan --leaves says, instead of by a schedule", 0},
    {"prefetch", 'p', "NAME", 0,
     "Which rows leave the buffer: lookahead (default), lru, fifo, belady; none: no buffer", 0},
    {"evict", EVICT, "WHAT", 0,
     "Whole rows leave (row, the default), or as many lines as are needed (line)", 0},
    {"drop-zeros", DROP_ZEROS, 0, 0, "Sums that are 0 leave the merge tree (cycle mode)", 0},
    {"out-format", OUT_FORMAT, "NAME", 0, "C is written as coo (default) or csr", 0},
    {"set", SET, "NAME=VALUE", 0, "Set a parameter of the model; may be given again", 0},
    {"conf", CONF, "FILE", 0, "Set parameters from lines NAME=VALUE", 0},
    {"list-parameters", LIST, 0, 0, "Print all parameters with their values and end", 0},
    {"energy", 'e', 0, 0, "Further columns: energy a FLOP, area", 0},
    {"flops", FLOPS, "WHAT", 0,
     "FLOPs that energy goes by: paper, two a multiplication (default), or exact", 0},
    {"roofline", 'r', 0, 0, "Further columns: operational intensity and the two roofs", 0},
    {"format", FORMAT, "NAME", 0, "tsv: a table (default); json: an object a line", 0},
    {"trace", TRACE, "N", 0, "Instead print what lies where in every N-th cycle (cycle mode)", 0},
    {"emit", EMIT, "FILE", 0,
     "Write the product to FILE, added as the merge tree adds (cycle mode)", 0},
    {"name", NAME, "TEXT", 0, "A first column `matrix' with TEXT", 0},
    {0}
};

static const char *const schedules[] = {"huffman", "level", "chain", "random", NULL};

static void keep_setting(struct opts *o, const char *sign, const char *arg)
{
    o->set = xrealloc(o->set, (size_t)(o->nset + 1) * sizeof *o->set);
    o->set[o->nset++] = xasprintf("%s%s", sign, arg);
}

static error_t parse_model(int key, char *arg, struct argp_state *st, struct opts *o)
{
    switch (key) {
    case 'm':
        o->config.cycles = tool_choice(st, arg, (const char *[]){"traffic", "cycle", NULL}) == 1;
        break;
    case ARCH:
        o->config.outerspace = tool_choice(st, arg,
                                           (const char *[]){"sparch", "outerspace", NULL}) == 1;
        break;
    case NO_CONDENSE: o->config.order.condense = false; break;
    case 's':
        o->config.order.schedule = (enum sparch_schedule)tool_choice(st, arg, schedules);
        o->scheduled = true;
        break;
    case LEAF_WEIGHT:
        o->config.order.weigh_entries = tool_choice(st, arg,
                                                    (const char *[]){"products", "entries",
                                                                     NULL}) == 1;
        break;
    case 'p':
        o->config.policy = (enum sparch_policy)tool_choice(st, arg, (const char *[]){
            "lookahead", "lru", "fifo", "belady", "none", NULL});
        break;
    case EVICT:
        o->config.evict_lines = tool_choice(st, arg, (const char *[]){"row", "line", NULL}) == 1;
        break;
    case DROP_ZEROS:  o->config.drop_zeros = true; break;
    case OUT_FORMAT:
        o->config.csr_out = tool_choice(st, arg, (const char *[]){"coo", "csr", NULL}) == 1;
        break;
    default:          return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void check(struct argp_state *st, const struct opts *o)
{
    if (!o->config.cycles && (o->config.drop_zeros || o->trace || o->emit))
        argp_error(st, "--drop-zeros, --trace and --emit: expected --mode=cycle");
    if (o->plan && (o->ladder || o->scheduled || o->config.outerspace))
        argp_error(st, "--plan with --ladder, --schedule or --arch: expected one of them");
    if (o->trace && o->table.json)
        argp_error(st, "--trace: is a table: expected it without --format=json");
    if (o->ladder && (o->trace || o->emit || o->config.outerspace))
        argp_error(st, "--ladder with --trace, --emit or --arch: expected one of them");
    if (o->config.outerspace && (o->trace || o->emit))
        argp_error(st, "--arch=outerspace with --trace or --emit: expected sparch, whose cycles "
                       "are simulated");
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'l':
        o->ladder = true;
        o->before = arg && tool_choice(st, arg, (const char *[]){"level", "chain", NULL}) == 1
                        ? SPARCH_CHAIN
                        : SPARCH_LEVEL;
        break;
    case SET:           keep_setting(o, "", arg); break;
    case CONF:          keep_setting(o, "@", arg); break;
    case LIST:          o->list = true; break;
    case 'e':           o->table.energy = true; break;
    case FLOPS:
        o->table.exact_flops = tool_choice(st, arg, (const char *[]){"paper", "exact", NULL}) == 1;
        break;
    case 'r':           o->table.roofline = true; break;
    case TRACE:         o->trace = tool_int(st, arg, 1, INT64_MAX); break;
    case EMIT:          o->emit = arg; break;
    case PLAN:          o->plan = arg; break;
    case FORMAT:
        o->table.json = tool_choice(st, arg, (const char *[]){"tsv", "json", NULL}) == 1;
        break;
    case NAME:          o->table.name = arg; break;
    case ARGP_KEY_ARG:
        if (o->b)
            argp_error(st, "%s: a second file: expected at most one matrix B", arg);
        o->b = arg;
        break;
    case ARGP_KEY_END:  check(st, o); break;
    default:            return parse_model(key, arg, st, o);
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[B]",
    "Simulate the product of the sparse matrices A, on standard input, and B, a file or A itself, "
    "on the SpArch accelerator.  The result is a table; all of it comes from a model.\v"
    "Example:\n  mtx2ten email-Enron.mtx | sparch-sim --ladder",
    tool_common, 0, 0
};

static int configure(struct opts *o)
{
    sparch_defaults(&o->par);
    for (int i = 0; i < o->nset; i++) {
        const char *set = o->set[i];
        struct source *s = set[0] == '@' ? tool_source(&o->tool, set + 1) : NULL;
        if (set[0] == '@' ? !s || sparch_set_file(&o->par, s, &o->tool.err) < 0
                          : sparch_set(&o->par, set, &o->tool.err) < 0)
            return -1;
    }
    if (o->par.chunk > o->par.width || (int64_t)o->par.width % (int64_t)o->par.chunk != 0)
        return fail(&o->tool.err, TEN_E_USAGE, "chunk=%g: expected a divisor of width, %g",
                    o->par.chunk, o->par.width);
    return 0;
}

static int list_parameters(struct opts *o)
{
    const double *value = (const double *)&o->par;
    puts("name\tvalue\tdefault\tsmallest\tlargest\tmeaning");
    for (int i = 0; i < SPARCH_NPARAMS; i++) {
        const struct sparch_param *p = &sparch_param_table[i];
        printf("%s\t%.10g\t%.10g\t%g\t%g\t%s\n", p->name, value[i], p->value, p->min, p->max,
               p->text);
    }
    return 0;
}

static void print_levels(void *ctx, const struct sparch_levels *l)
{
    (void)ctx;
    printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
           "\t%" PRId64 "\tmodel\n",
           l->cycle, l->round, l->look_ahead, l->rows, l->inputs, l->tree, l->writer, l->bytes);
}

static int emit(struct opts *o, const struct csr *c)
{
    const int fd = open(o->emit, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected a file to write to", o->emit,
                    strerror(errno));
    struct ten_writer *w = tool_writer(&o->tool, fd, o->emit);
    int rc = w ? csr_write(w, c, 0, &o->tool.err) : -1;
    rc = rc == 0 ? ten_finish(w, &o->tool.err) : rc;
    ten_discard(w);
    close(fd);
    return rc;
}

static int simulate(struct opts *o, const struct csr *a, const struct csr *b)
{
    struct csr c = {0};
    struct sparch_report r;
    int rc = 0;
    const struct sparch_cycle_options cycle = {.every = o->trace,
                                               .row = print_levels,
                                               .c = o->emit ? &c : NULL};
    if (o->trace)
        puts("cycle\tround\tlook_ahead\trows\tinputs\ttree\twriter\tbytes\tsimulated");
    else
        sparch_print_header(&o->table);
    for (int step = 0; step < (o->ladder ? SPARCH_STEPS : 1); step++) {
        if (o->ladder)
            sparch_ladder(&o->config, step, o->before);
        sparch_run(&r, a, b, &o->config, &o->par, &cycle);
        if (!o->trace)
            sparch_print_row(&o->table, &o->config, &r, &o->par);
    }
    if (o->emit)
        rc = emit(o, &c);
    csr_free(&c);
    return rc;
}

static int take_plan(struct opts *o, const struct csr *a, const struct csr *b)
{
    struct source *s = tool_source(&o->tool, o->plan);
    if (!s || sparch_given_read(&o->given, s, &o->tool.err) < 0 ||
        sparch_given_check(&o->given, o->plan, a, b, o->config.order.condense,
                           sparch_ways(&o->par), &o->tool.err) < 0)
        return -1;
    o->config.order.given = &o->given;
    return 0;
}

static int run(struct opts *o)
{
    struct csr a = {0}, b = {0};
    struct ten_reader *in = tool_reader(&o->tool, "-"), *other = NULL;
    int rc = in ? csr_read(&a, in, "", NULL, &o->tool.err) : -1;
    if (rc == 0 && o->b)
        rc = (other = tool_reader(&o->tool, o->b)) ? csr_read(&b, other, o->b, NULL, &o->tool.err)
                                                   : -1;
    const struct csr *right = o->b ? &b : &a;
    if (rc == 0 && right->rows != a.cols)
        rc = fail(&o->tool.err, TEN_E_DATA,
                  "shapes [%" PRId64 ",%" PRId64 "] and [%" PRId64 ",%" PRId64
                  "]: expected as many "
                  "rows of B as columns of A",
                  a.rows, a.cols, right->rows, right->cols);
    if (rc == 0 && o->plan)
        rc = take_plan(o, &a, right);
    if (rc == 0)
        rc = simulate(o, &a, right);
    sparch_given_free(&o->given);
    csr_free(&a);
    csr_free(&b);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.config = {.name = "sparch", .order = {.condense = true}}};
    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    o.config.order.seed = o.tool.opt.seed;
    if (o.config.outerspace)
        o.config.name = "outerspace";
    o.table.ratios = o.ladder;
    o.table.cycles = o.config.cycles;
    int rc = configure(&o);
    if (rc == 0)
        rc = o.list ? list_parameters(&o) : run(&o);
    for (int i = 0; i < o.nset; i++)
        free(o.set[i]);
    free(o.set);
    return tool_close(&o.tool, rc);
}
