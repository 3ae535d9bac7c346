/* bin/mtxgen.c - sparse matrices made by rule. */
#include "sparse/generate.h"
#include "stream/tool.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 256, SCALE, COLS, GRID, EDGES, PER_ROW, QUADRANTS, SYMMETRIC, UNKNOWNS, SHARE, WINDOW,
    HUBS, BANDWIDTH, KEYS, VALUES, TYPE
};

struct opts {
    struct tool tool;
    const struct generate_kind *kind;
    char *given[KEYS - ROWS];           /* values of options that the kind decides on */
    enum generate_values values;
    enum ten_type type;
    struct generate g;
};

static const struct argp_option options[] = {
    {"rows", ROWS, "N", 0, "Rows, and columns where nothing else is said", 0},
    {"scale", SCALE, "S", 0, "2^S rows", 0},
    {"cols", COLS, "N", 0, "Columns (default: as many as rows)", 0},
    {"grid", GRID, "X,Y[,Z]", 0, "Nodes along each axis", 0},
    {"edges", EDGES, "N", 0, "Places to draw; those drawn again count once", 0},
    {"per-row", PER_ROW, "K", 0, "Entries of a row; of femirr: draws of a node", 0},
    {"quadrants", QUADRANTS, "A,B,C,D", 0, "Shares of the quadrants of rmat: upper left and right, "
     "lower left and right (default 0.57,0.19,0.19,0.05)", 0},
    {"symmetric", SYMMETRIC, 0, 0, "Add the transpose's structure", 0},
    {"unknowns", UNKNOWNS, "K", 0, "Rows of a node of fem3 (default 3)", 0},
    {"share", SHARE, "X", 0, "Share of the grid's edges that are roads (default 0.7)", 0},
    {"window", WINDOW, "N", 0, "Nodes of road numbered at random together (default 4096)", 0},
    {"hubs", HUBS, "N", 0, "Hubs of circuit (default 60)", 0},
    {"bandwidth", BANDWIDTH, "N", 0, "Diagonals of banded on either side (default 5)", 0},
    {"values", VALUES, "KIND", 0, "one (default); integer: -8 to 8 without 0; uniform: below 1; "
     "normal; laplace: -1, and on the diagonal a whole neighbourhood; or none", 0},
    {"type", TYPE, "TYPE", 0, "Type of the values: f64 (default), f32 or i64", 0},
    {0}
};

/* ---- Options that the kind decides on -------------------------------------------------------- */

static void rows(struct argp_state *st, char *arg, struct generate *g)
{
    g->rows = tool_int(st, arg, 1, CSR_MAX_DIM);
}

static void scale(struct argp_state *st, char *arg, struct generate *g)
{
    g->rows = (int64_t)1 << tool_int(st, arg, 0, 31);
}

static void cols(struct argp_state *st, char *arg, struct generate *g)
{
    g->cols = tool_int(st, arg, 1, CSR_MAX_DIM);
}

static void grid(struct argp_state *st, char *arg, struct generate *g)
{
    const int dims = tool_ints(st, arg, g->grid, 3, 1, CSR_MAX_DIM);
    if (dims != g->dims)
        argp_error(st, "--grid: %s: expected %d numbers", arg, g->dims);
}

static void edges(struct argp_state *st, char *arg, struct generate *g)
{
    g->edges = tool_int(st, arg, 0, (int64_t)1 << 40);
}

static void per_row(struct argp_state *st, char *arg, struct generate *g)
{
    g->per_row = tool_int(st, arg, 0, 1 << 20);
}

static void quadrants(struct argp_state *st, char *arg, struct generate *g)
{
    const char *at = arg;
    for (int k = 0; k < 4; k++) {
        char *end;
        g->quadrant[k] = strtod(at, &end);
        if (end == at || !(g->quadrant[k] >= 0 && g->quadrant[k] <= 1) || *end != (k < 3 ? ',' : 0))
            argp_error(st, "--quadrants: %s: expected four numbers from 0 to 1", arg);
        at = end + 1;
    }
}

static void symmetric(struct argp_state *st, char *arg, struct generate *g)
{
    (void)st;
    g->symmetric = arg != NULL;
}

static void unknowns(struct argp_state *st, char *arg, struct generate *g)
{
    g->unknowns = tool_int(st, arg, 1, 1000);
}

static void share(struct argp_state *st, char *arg, struct generate *g)
{
    g->share = tool_float(st, arg, 0, 1);
}

static void window(struct argp_state *st, char *arg, struct generate *g)
{
    g->window = tool_int(st, arg, 1, CSR_MAX_DIM);
}

static void hubs(struct argp_state *st, char *arg, struct generate *g)
{
    g->hubs = tool_int(st, arg, 0, 1 << 20);
}

static void bandwidth(struct argp_state *st, char *arg, struct generate *g)
{
    g->bandwidth = tool_int(st, arg, 0, CSR_MAX_DIM);
}

static const struct {
    const char *name;
    unsigned use;
    void (*set)(struct argp_state *st, char *arg, struct generate *g);
} sizes[KEYS - ROWS] = {
    [ROWS - ROWS] = {"rows", GENERATE_ROWS, rows},
    [SCALE - ROWS] = {"scale", GENERATE_ROWS, scale},
    [COLS - ROWS] = {"cols", GENERATE_COLS, cols},
    [GRID - ROWS] = {"grid", GENERATE_GRID, grid},
    [EDGES - ROWS] = {"edges", GENERATE_EDGES, edges},
    [PER_ROW - ROWS] = {"per-row", GENERATE_PER_ROW, per_row},
    [QUADRANTS - ROWS] = {"quadrants", GENERATE_QUADRANTS, quadrants},
    [SYMMETRIC - ROWS] = {"symmetric", GENERATE_SYMMETRIC, symmetric},
    [UNKNOWNS - ROWS] = {"unknowns", GENERATE_UNKNOWNS, unknowns},
    [SHARE - ROWS] = {"share", GENERATE_SHARE, share},
    [WINDOW - ROWS] = {"window", GENERATE_WINDOW, window},
    [HUBS - ROWS] = {"hubs", GENERATE_HUBS, hubs},
    [BANDWIDTH - ROWS] = {"bandwidth", GENERATE_BANDWIDTH, bandwidth},
};

/* ---- The command line ------------------------------------------------------------------------ */

static const struct generate_kind *find(struct argp_state *st, char *name)
{
    char known[256] = "";
    for (const struct generate_kind *k = generate_kinds; k->name; k++) {
        if (strcmp(k->name, name) == 0)
            return k;
        strcat(strcat(known, " "), k->name);
    }
    argp_error(st, "KIND: %s: no such kind: expected one of%s", name, known);
    return NULL;
}

static void finish(struct argp_state *st, struct opts *o)
{
    struct ten_err e = {0};
    if (!o->kind)
        argp_error(st, "no kind: expected KIND");
    o->g = o->kind->defaults;
    o->g.values = o->values;
    o->g.type = o->type;
    for (int k = 0; k < KEYS - ROWS; k++) {
        if (!o->given[k])
            continue;
        if (!(o->kind->uses & sizes[k].use))
            argp_error(st, "--%s: kind %s has no use for it", sizes[k].name, o->kind->name);
        sizes[k].set(st, o->given[k], &o->g);
    }
    if (o->type == TEN_I64 && (o->values == VALUES_UNIFORM || o->values == VALUES_NORMAL))
        argp_error(st, "--type: i64: expected it with whole values: one, integer or laplace");
    if (generate_check(o->kind, &o->g, &e) < 0)
        argp_error(st, "%s", e.text);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const values[] = {"one", "integer", "uniform", "normal", "laplace", "none",
                                         NULL};
    static const char *const types[] = {"f64", "f32", "i64", NULL};
    static const enum ten_type type[] = {TEN_F64, TEN_F32, TEN_I64};
    static char told[] = "";
    struct opts *o = st->input;

    if (key >= ROWS && key < KEYS) {
        o->given[key - ROWS] = arg ? arg : told;
        return 0;
    }
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case VALUES:        o->values = (enum generate_values)tool_choice(st, arg, values); break;
    case TYPE:          o->type = type[tool_choice(st, arg, types)]; break;
    case ARGP_KEY_ARG:
        if (o->kind)
            argp_error(st, "%s: one kind too many: expected KIND", arg);
        o->kind = find(st, arg);
        break;
    case ARGP_KEY_END:  finish(st, o); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "KIND", "Write a sparse matrix made by rule: rmat, uniform, kper, st2d5, "
    "st2d9, st3d7, st3d27, fem3, femirr, road, circuit, weblike, banded, diag or perm.\v"
    "Example:\n  mtxgen rmat --scale=10 --edges=8000 --symmetric --seed=1 | ten-info",
    tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {.type = TEN_F64};
    struct csr m;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    o.g.seed = o.tool.opt.seed;
    generate(&m, o.kind, &o.g);
    const int rc = csr_write(o.tool.out, &m, 0, &o.tool.err);
    csr_free(&m);
    return tool_close(&o.tool, rc);
}
