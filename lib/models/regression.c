#include "models/regression.h"
#include "autograd/ops.h"
#include "base/fail.h"
#include "base/mem.h"
#include "tensor/cast.h"

#include <stdlib.h>
#include <string.h>

/* ---- Options ----------------------------------------------------------------------------------------- */

enum { O_X = 600, O_Y, O_STATS, O_LOSS, O_BETA };

static const struct argp_option data_options[] = {
    {"x", O_X, "NAMES", 0, "Records of features, with commas between (default x)", 0},
    {"y", O_Y, "NAME", 0, "Record of targets (default y)", 0},
    {"stats", O_STATS, "FILE", 0, "A table of how well predictions and targets agree", 0},
    {0}
};
static const struct argp_option loss_options[] = {
    {"loss", O_LOSS, "KIND", 0, "mse (default), smooth-l1 or rank", 0},
    {"beta", O_BETA, "B", 0, "Where smooth-l1 becomes a line, in deviations of the targets (default 1)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    static const char *const losses[] = {"mse", "smooth-l1", "rank", NULL};
    struct regression *r = st->input;
    switch (key) {
    case O_X:     r->x = arg; break;
    case O_Y:     r->y = arg; break;
    case O_STATS: r->stats = arg; break;
    case O_LOSS:  r->loss = (enum regression_loss)tool_choice(st, arg, losses); break;
    case O_BETA:  r->beta = tool_float(st, arg, 1e-6, 1e6); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp data_argp = {data_options, parse, NULL, NULL, NULL, NULL, NULL};
static const struct argp loss_argp = {loss_options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child regression_data_child = {&data_argp, 0, NULL, 0};
const struct argp_child regression_loss_child = {&loss_argp, 0, NULL, 0};

/* ---- Features ---------------------------------------------------------------------------------------- */

/* Where records come from: samples, or the rows of one group. */
struct records {
    const struct samples *samples;
    const struct rows *rows;
    const int64_t *index;               /* of samples; NULL: all */
};

/* One record of them: `count` numbers a sample. */
struct record { int number; enum ten_type type; int64_t count; };

static int find(struct record *rec, const struct records *from, const char *name, struct ten_err *e)
{
    *rec = (struct record){.number = -1, .count = 1};
    if (from->samples) {
        int n;
        if ((rec->number = samples_need(from->samples, name, e)) < 0)
            return -1;
        const struct samples_column *c = &samples_columns(from->samples, &n)[rec->number];
        rec->type = c->type;
        rec->count = c->count;
    } else {
        for (int c = 0; c < from->rows->columns && rec->number < 0; c++)
            if (strcmp(from->rows->rec[c].name, name) == 0)
                rec->number = c;
        if (rec->number < 0)
            return fail(e, TEN_E_DATA, "%.60s: no such record: expected it in every group", name);
        const struct ten_record *r = &from->rows->rec[rec->number];
        rec->type = r->type;
        for (int i = 1; i < r->shape.rank; i++)
            rec->count *= r->shape.dim[i];
    }
    if (rec->type == TEN_UTF8 || ten_elem_size(rec->type) == 0)
        return fail(e, TEN_E_DATA, "%.60s: %s: expected numbers of whole bytes", name, ten_type_name(rec->type));
    return 0;
}

static const void *row_of(const struct records *from, const struct record *rec, int64_t i)
{
    if (from->samples)
        return samples_row(from->samples, rec->number, from->index ? from->index[i] : i);
    return (const char *)from->rows->rec[rec->number].data + (size_t)(i * rec->count) * ten_elem_size(rec->type);
}

/* Room for n rows of f more features each. */
static void widen(struct table *t, int64_t more)
{
    float *x = xmalloc((size_t)(t->n * (t->f + more) + 1) * sizeof *x);
    for (int64_t i = 0; i < t->n && t->f > 0; i++)
        memcpy(x + i * (t->f + more), t->x + i * t->f, (size_t)t->f * sizeof *x);
    free(t->x);
    t->x = x;
    t->f += more;
}

static int add_features(struct table *t, const struct records *from, const char *names, struct ten_err *e)
{
    char *const copy = xstrdup(names), *left = copy;
    struct record rec;
    int rc = 0;
    for (char *name; rc == 0 && (name = strsep(&left, ",")); )
        if ((rc = find(&rec, from, name, e)) == 0) {
            const int64_t at = t->f;
            widen(t, rec.count);
            for (int64_t i = 0; i < t->n; i++)
                cast(t->x + i * t->f + at, TEN_F32, row_of(from, &rec, i), rec.type, rec.count);
        }
    free(copy);
    return rc;
}

static int add_targets(struct table *t, const struct records *from, const char *name, struct ten_err *e)
{
    struct record rec;
    if (find(&rec, from, name, e) < 0)
        return -1;
    if (rec.count != 1)
        return fail(e, TEN_E_DATA, "%.60s: %lld numbers a sample: expected one target", name, (long long)rec.count);
    t->y = xmalloc((size_t)(t->n + 1) * sizeof *t->y);
    for (int64_t i = 0; i < t->n; i++)
        t->y[i] = elem_double(row_of(from, &rec, i), rec.type, 0);
    return 0;
}

static int fill(struct table *t, const struct regression *r, const struct records *from, int64_t n, bool targets,
                struct ten_err *e)
{
    *t = (struct table){.n = n};
    if (add_features(t, from, r->x, e) == 0 && (!r->side || add_features(t, from, r->side, e) == 0) &&
        (!targets || add_targets(t, from, r->y, e) == 0))
        return 0;
    table_free(t);
    return -1;
}

int table_of_samples(struct table *t, const struct regression *r, const struct samples *s,
                     const int64_t *index, int64_t n, struct ten_err *e)
{
    return fill(t, r, &(struct records){.samples = s, .index = index}, index ? n : samples_count(s),
                samples_find(s, r->y) >= 0, e);
}

int table_of_rows(struct table *t, const struct regression *r, const struct rows *rows, struct ten_err *e)
{
    bool targets = false;
    for (int c = 0; c < rows->columns; c++)
        targets = targets || strcmp(rows->rec[c].name, r->y) == 0;
    return fill(t, r, &(struct records){.rows = rows}, rows->n, targets, e);
}

void table_free(struct table *t)
{
    free(t->x);
    free(t->y);
    *t = (struct table){0};
}

/* ---- Predicting -------------------------------------------------------------------------------------- */

int regression_fits(const struct model *m, int64_t f, struct ten_err *e)
{
    const int64_t in = dims_count(m->in_rank, m->in);
    if (model_gives_rows(m, e) < 0)
        return -1;
    if (in != f)
        return fail(e, TEN_E_DATA, "%lld features a sample: expected %lld, which the network reads", (long long)f,
                    (long long)in);
    if (m->out != 1)
        return fail(e, TEN_E_DATA, "a network that gives %lld numbers: expected one", (long long)m->out);
    return 0;
}

void regression_predict(double *got, struct model *m, const float *x, int64_t n)
{
    enum { AT_ONCE = 1024 };            /* rows */
    const int64_t f = dims_count(m->in_rank, m->in);
    struct tape *t = tape_new(m->params->memory, 0);
    tape_mode(t)->record = tape_mode(t)->training = false;
    for (int64_t at = 0; at < n; at += AT_ONCE) {
        int64_t dim[TEN_MAX_RANK] = {n - at < AT_ONCE ? n - at : AT_ONCE};
        memcpy(dim + 1, m->in, (size_t)m->in_rank * sizeof *dim);
        const struct tensor rows = tensor_over((float *)x + at * f, TEN_F32, m->in_rank + 1, dim);
        const struct var *y = model_forward(m, t, tape_input(t, rows));
        for (int64_t i = 0; i < dim[0]; i++)
            got[at + i] = y->v.f[i];
        tape_clear(t);
    }
    tape_free(t);
}
