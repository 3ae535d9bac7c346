/* bin/sparch-plan.c - which partial matrices SpArch merges in which round, and how large they are.
 */
#include "accel/sparch_params.h"
#include "accel/sparch_plan.h"
#include "stream/tool.h"

#include <inttypes.h>

enum { NO_CONDENSE = 256, LEAF_WEIGHT, DOT, LEAVES };

struct opts {
    struct tool tool;
    struct sparch_order order;
    int64_t levels;
    bool dot, leaves;
    const char *b;
};

static const struct argp_option options[] = {
    {"no-condense", NO_CONDENSE, 0, 0, "Multiply by the columns of A as they are", 0},
    {"schedule", 's', "NAME", 0,
     "Which results are merged when: huffman (default), level, chain, random", 0},
    {"leaf-weight", LEAF_WEIGHT, "WHAT", 0,
     "What huffman goes by: products (default) or entries of A", 0},
    {"levels", 'n', "N", 0, "Levels of the merge tree, which has 2^N inputs (default 6)", 0},
    {"leaves", LEAVES, 0, 0, "Also a line for every leaf", 0},
    {"dot", DOT, 0, 0, "Instead a graph for dot(1)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case NO_CONDENSE:   o->order.condense = false; break;
    case 's':
        o->order.schedule = (enum sparch_schedule)tool_choice(st, arg, (const char *[]){
            "huffman", "level", "chain", "random", NULL});
        break;
    case LEAF_WEIGHT:
        o->order.weigh_entries = tool_choice(st, arg,
                                             (const char *[]){"products", "entries", NULL}) == 1;
        break;
    case 'n':           o->levels = tool_int(st, arg, 1, 10); break;
    case LEAVES:        o->leaves = true; break;
    case DOT:           o->dot = true; break;
    case ARGP_KEY_ARG:
        if (o->b)
            argp_error(st, "%s: a second file: expected at most one matrix B", arg);
        o->b = arg;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[B]",
    "Print the rounds in which SpArch merges the product of the sparse matrices A, on standard "
    "input, and B, a file or A itself: a line for each, the last one giving the product.\v"
    "Example:\n  mtxgen rmat --scale=10 --edges=8000 | sparch-plan",
    tool_common, 0, 0
};

static void print_node(const struct sparch_plan *p, int64_t n)
{
    const bool leaf = n < p->leaves;
    const struct sparch_round *r = leaf ? NULL : &p->round[n - p->leaves];
    printf("%" PRId64 "\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t", n, leaf ? "leaf" : "round",
           p->parent[n], p->weight[n], p->size[n]);
    if (leaf)
        printf("%" PRId64 "\t-\t-\t%" PRId64 "\t-\n", p->entries[n], p->size[n]);
    else
        printf("-\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", r->inputs, r->leaves,
               r->products, r->loaded);
}

static void print_table(const struct sparch_plan *p, bool leaves)
{
    puts("node\tkind\tparent\tweight\tsize\tentries\tinputs\tleaves\tproducts\tloaded");
    for (int64_t n = leaves ? 0 : p->leaves; n < p->leaves + p->rounds; n++)
        print_node(p, n);
}

/* Leaves of one round stand together as one box. */
static void print_dot(const struct sparch_plan *p)
{
    puts("digraph plan {\n    rankdir=BT; node [shape=box, fontname=\"sans-serif\"];");
    for (int64_t r = 0; r < p->rounds; r++) {
        const int64_t n = p->leaves + r;
        printf("    r%" PRId64 " [label=\"round %" PRId64 "\\n%" PRId64 " elements\"];\n", r, r,
               p->size[n]);
        if (p->round[r].leaves > 0)
            printf("    l%" PRId64 " [shape=plain, label=\"%" PRId64 " leaves\\n%" PRId64
                   " products\"];\n"
                   "    l%" PRId64 " -> r%" PRId64 ";\n",
                   r, p->round[r].leaves, p->round[r].products, r, r);
        if (p->parent[n] >= 0)
            printf("    r%" PRId64 " -> r%" PRId64 ";\n", r, p->parent[n] - p->leaves);
    }
    puts("}");
}

static int plan(struct opts *o, const struct csr *a, const struct csr *b)
{
    struct sparch_plan p;
    if (b->rows != a->cols)
        return fail(&o->tool.err, TEN_E_DATA,
                    "shapes [%" PRId64 ",%" PRId64 "] and [%" PRId64 ",%" PRId64
                    "]: expected as many "
                    "rows of B as columns of A",
                    a->rows, a->cols, b->rows, b->cols);
    o->order.ways = (int64_t)1 << o->levels;
    o->order.seed = o->tool.opt.seed;
    sparch_plan(&p, a, b, &o->order);
    sparch_sizes(&p, a, b);
    if (o->dot)
        print_dot(&p);
    else
        print_table(&p, o->leaves);
    sparch_plan_free(&p);
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.order = {.condense = true}, .levels = 6};
    struct csr a = {0}, b = {0};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    int rc = csr_read(&a, o.tool.in, "", NULL, &o.tool.err);
    if (rc == 0 && o.b) {
        struct ten_reader *in = tool_reader(&o.tool, o.b);
        rc = in ? csr_read(&b, in, o.b, NULL, &o.tool.err) : -1;
    }
    if (rc == 0)
        rc = plan(&o, &a, o.b ? &b : &a);
    csr_free(&a);
    csr_free(&b);
    return tool_close(&o.tool, rc);
}
