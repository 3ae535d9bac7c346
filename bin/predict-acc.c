/* bin/predict-acc.c - add what a predictor says to a stream of features. */
#include "base/mem.h"
#include "models/model_io.h"
#include "models/regression.h"

#include <stdlib.h>
#include <string.h>

struct opts { struct tool tool; const char *model, *as; struct regression regression; };

static const struct argp_option options[] = {
    {"as", 'a', "NAME", 0, "Name of the record of predictions (default prediction)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->regression;
        break;
    case 'a': o->as = arg; break;
    case ARGP_KEY_ARG:
        if (o->model)
            argp_error(st, "%s: a second model: expected one", arg);
        o->model = arg;
        break;
    case ARGP_KEY_NO_ARGS: argp_error(st, "no model: expected MODEL, as train-predictor writes it"); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Predictions and targets so far. */
struct pairs { int64_t n, room; double *got, *want; };

static void remember(struct pairs *p, const double *got, const struct table *t)
{
    if (!t->y)
        return;
    if (p->n + t->n > p->room) {
        p->room = 2 * p->room + t->n;
        p->got = xrealloc(p->got, (size_t)p->room * sizeof *p->got);
        p->want = xrealloc(p->want, (size_t)p->room * sizeof *p->want);
    }
    memcpy(p->got + p->n, got, (size_t)t->n * sizeof *got);
    memcpy(p->want + p->n, t->y, (size_t)t->n * sizeof *got);
    p->n += t->n;
}

static int write_group(struct opts *o, const struct rows *rows, const double *got)
{
    float *y = xmalloc((size_t)(rows->n + 1) * sizeof *y);
    int rc = 0;
    for (int64_t i = 0; i < rows->n; i++)
        y[i] = (float)got[i];
    for (int c = 0; c < rows->columns && rc == 0; c++) {
        struct ten_record rec = rows->rec[c];
        rec.group_attrs = rows->group_attrs;
        rec.history = rows->history;
        rc = ten_write(o->tool.out, &rec, &o->tool.err);
    }
    const struct ten_record rec = {.name = o->as, .type = TEN_F32, .shape = {1, {rows->n}}, .data = y,
                                   .group = rows->rec[0].group};
    if (rc == 0)
        rc = ten_write(o->tool.out, &rec, &o->tool.err);
    free(y);
    return rc;
}

static int check_name(struct opts *o, const struct rows *rows)
{
    for (int c = 0; c < rows->columns; c++)
        if (strcmp(rows->rec[c].name, o->as) == 0)
            return fail(&o->tool.err, TEN_E_DATA, "%.60s: the stream has it already: expected another name "
                        "(--as=NAME)", o->as);
    return 0;
}

static int predict(struct opts *o, struct model *m, const struct rows *rows, struct pairs *all)
{
    struct table t;
    if (check_name(o, rows) < 0 || table_of_rows(&t, &o->regression, rows, &o->tool.err) < 0)
        return -1;
    double *got = xmalloc((size_t)(t.n + 1) * sizeof *got);
    int rc = regression_fits(m, t.f, &o->tool.err);
    if (rc == 0) {
        regression_predict(got, m, t.x, t.n);
        remember(all, got, &t);
        rc = write_group(o, rows, got);
    }
    free(got);
    table_free(&t);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], regression_data_child, {0}};
    const struct argp argp = {
        options, parse, "MODEL", "Write the stream with a record prediction f32 [N] more in every group: what MODEL says of "
        "the features x.  Where there are targets y, say how well they agree.\v"
        "Example:\n  predict-acc --stats=stats.tsv model.ten <test.ten >predicted.ten", children, 0, 0
    };
    struct opts o = {.as = "prediction", .regression = {.x = "x", .y = "y"}};
    struct pairs all = {0};
    struct rows rows;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = model_open(&o.tool, o.model, memory);
    struct rows_reader *r = rows_reader_new(o.tool.in);
    int rc = m ? 1 : -1;
    while (rc > 0 && (rc = rows_next(r, &rows, &o.tool.err)) > 0)
        if (predict(&o, m, &rows, &all) < 0)
            rc = -1;
    if (rc == 0 && all.n == 0 && o.regression.stats)
        rc = fail(&o.tool.err, TEN_E_DATA, "%.60s: no such record: expected targets for --stats", o.regression.y);
    if (rc == 0 && all.n > 0)
        rc = regression_report(&o.tool, &o.regression, &(const char *){"network"}, 1, all.got, all.want, all.n);
    free(all.got);
    free(all.want);
    rows_reader_free(r);
    model_free(m);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
