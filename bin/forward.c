/* bin/forward.c - what a network gives for the records it reads. */
#include "autograd/ops.h"
#include "base/mem.h"
#include "models/model_io.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *model, *output;
    char *record[MODEL_INPUTS];         /* "INPUT=RECORD" */
    int records;
    int64_t batch;
};

static const struct argp_option options[] = {
    {"model", 'm', "FILE", 0, "The network", 0},
    {"record", 'r', "INPUT=NAME", 0, "The record for an input (default: the one of its name; for a network of one input: x)", 0},
    {"output", 'o', "NAME", 0, "What to call the answers (default y)", 0},
    {"batch", 'b', "N", 0, "Samples at a time (default 256)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'm': o->model = arg; break;
    case 'o': o->output = arg; break;
    case 'b': o->batch = tool_int(st, arg, 1, 1 << 24); break;
    case 'r':
        if (o->records == MODEL_INPUTS || !strchr(arg, '='))
            argp_error(st, "--record=%s: expected INPUT=NAME", arg);
        o->record[o->records++] = arg;
        break;
    case ARGP_KEY_END:
        if (!o->model)
            argp_error(st, "no network: expected --model=FILE");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Run the records of standard input through a network.  Every group has a record for each input, the samples "
    "along the first axis; the group that comes out has the answers, and what the network does not read.\v"
    "Example:\n  ten-gen x f32 10,128 | forward --model=model.ten | ten-info", tool_common, 0, 0
};

/* The inputs of the group that is being read: f32 or i32 [n,...]; dim[0] < 0: not yet. */
struct group { struct opts *o; struct model *m; struct tape *t; const char *name[MODEL_INPUTS]; struct tensor in[MODEL_INPUTS]; int got; int64_t number; };

static void name_inputs(struct group *g)
{
    for (int i = 0; i < g->m->inputs; i++) {
        const char *name = g->m->input[i].name;
        g->name[i] = name;
        for (int k = 0; k < g->o->records; k++) {
            const size_t n = strlen(name);
            if (strncmp(g->o->record[k], name, n) == 0 && g->o->record[k][n] == '=')
                g->name[i] = g->o->record[k] + n + 1;
        }
    }
}

static int check_names(struct group *g)
{
    for (int k = 0; k < g->o->records; k++) {
        bool known = false;
        for (int i = 0; i < g->m->inputs; i++)
            known |= g->name[i] == strchr(g->o->record[k], '=') + 1;
        if (!known)
            return fail(&g->o->tool.err, TEN_E_USAGE, "--record=%s: the network has no such input: expected %s%s", g->o->record[k],
                        g->m->input[0].name, g->m->inputs > 1 ? " or another of its own" : "");
    }
    return 0;
}

static int input_of(const struct group *g, const struct ten_record *rec)
{
    for (int i = 0; i < g->m->inputs; i++)
        if (strcmp(g->name[i], rec->name) == 0)
            return i;
    return -1;
}

static int bad_ids(const struct model_input *in, const struct ten_record *rec)
{
    const int32_t *id = rec->data;
    for (int64_t k = 0; in->type == TEN_I32 && k < ten_count(rec); k++)
        if (id[k] < 0 || id[k] >= in->below)
            return 1;
    return 0;
}

static int take(struct group *g, int i, const struct ten_record *rec)
{
    const struct model_input *in = &g->m->input[i];
    struct ten_err *e = &g->o->tool.err;
    struct ten_shape want = {.rank = in->rank + 1};
    char is[192], expected[192];
    want.dim[0] = rec->shape.rank ? rec->shape.dim[0] : 0;
    memcpy(want.dim + 1, in->dim, in->rank * sizeof *in->dim);
    if (rec->type != in->type || rec->shape.rank != want.rank || memcmp(rec->shape.dim, want.dim, want.rank * sizeof *want.dim) != 0)
        return fail(e, TEN_E_DATA, "byte %lld: %.60s: %s%s: expected %s%s, which the network reads", (long long)rec->offset, rec->name,
                    ten_type_name(rec->type), ten_shape_text(&rec->shape, is), ten_type_name(in->type), ten_shape_text(&want, expected));
    if (bad_ids(in, rec))
        return fail(e, TEN_E_DATA, "byte %lld: %.60s: an id out of range: expected 0 to %lld", (long long)rec->offset, rec->name, (long long)in->below - 1);
    if (g->in[i].data)
        return fail(e, TEN_E_DATA, "byte %lld: %.60s: twice in a group: expected one for each input", (long long)rec->offset, rec->name);
    g->in[i] = tensor_new(g->m->params->memory, rec->type, rec->shape.rank, rec->shape.dim);
    memcpy(g->in[i].data, rec->data, ten_bytes(rec));
    g->got++;
    return 0;
}

/* Samples first .. first+n-1 through the network; the answers are the tape's. */
static struct var *answers(struct group *g, int64_t first, int64_t n)
{
    struct var *in[MODEL_INPUTS];
    for (int i = 0; i < g->m->inputs; i++)
        in[i] = tape_input(g->t, tensor_slice(&g->in[i], 0, first, n, 1));
    return op_compact(g->t, model_forward_all(g->m, g->t, in));
}

static int write_answers(struct group *g)
{
    struct opts *o = g->o;
    const int64_t n = g->in[0].dim[0];
    int rc = 0;
    for (int64_t first = 0; rc == 0 && (first < n || first == 0); first += o->batch) {
        const struct var *y = answers(g, first, n - first < o->batch ? n - first : o->batch);
        struct ten_record rec = tensor_record(o->output, &y->v);
        rec.group = g->number;
        rec.shape.dim[0] = n;
        if (first == 0)
            rc = ten_write_start(o->tool.out, &rec, &o->tool.err);
        if (rc == 0)
            rc = ten_write_part(o->tool.out, y->v.data, tensor_count(&y->v) * (int64_t)sizeof(float), &o->tool.err);
        tape_clear(g->t);
    }
    return rc;
}

static int end_group(struct group *g)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < g->m->inputs; i++) {
        if (!g->in[i].data)
            rc = fail(&g->o->tool.err, TEN_E_DATA, "group %lld: no record %.60s: expected one for each input of the network", (long long)g->number, g->name[i]);
        else if (g->in[i].dim[0] != g->in[0].dim[0])
            rc = fail(&g->o->tool.err, TEN_E_DATA, "group %lld: %.60s has %lld samples: expected %lld, as %.60s", (long long)g->number, g->name[i],
                      (long long)g->in[i].dim[0], (long long)g->in[0].dim[0], g->name[0]);
    }
    if (rc == 0)
        rc = write_answers(g);
    for (int i = 0; i < g->m->inputs; i++) {
        if (g->in[i].data)
            tensor_drop(&g->in[i]);
        g->in[i].data = NULL;
    }
    g->got = 0;
    return rc;
}

static int all_groups(struct group *g)
{
    struct opts *o = g->o;
    struct ten_record rec;
    int rc, i;
    bool open = false;
    while ((rc = ten_next(o->tool.in, &rec, &o->tool.err)) > 0) {
        if (open && rec.group != g->number && end_group(g) < 0)
            return -1;
        open = true;
        g->number = rec.group;
        if ((i = input_of(g, &rec)) < 0 ? ten_write(o->tool.out, &rec, &o->tool.err) < 0 : take(g, i, &rec) < 0)
            return -1;
    }
    return rc == 0 && open ? end_group(g) : rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.batch = 256, .output = "y"};
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct group g = {.o = &o, .m = model_open(&o.tool, o.model, memory)};
    int rc = g.m ? 0 : -1;
    if (rc == 0) {
        g.t = tape_new(memory, o.tool.opt.seed);
        tape_mode(g.t)->record = tape_mode(g.t)->training = false;
        name_inputs(&g);
        if ((rc = check_names(&g)) == 0)
            rc = all_groups(&g);
    }
    for (int i = 0; i < MODEL_INPUTS; i++)
        if (g.in[i].data)
            tensor_drop(&g.in[i]);
    tape_free(g.t);
    model_free(g.m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
