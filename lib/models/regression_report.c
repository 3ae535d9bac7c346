#include "base/fail.h"
#include "base/mem.h"
#include "dist/dist.h"
#include "metrics/correlation.h"
#include "metrics/leastsquares.h"
#include "models/regression.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int regression_report(struct tool *t, const struct regression *r, const char *const *names, int models,
                      const double *got, const double *want, int64_t n)
{
    FILE *table = r->stats ? fopen(r->stats, "w") : NULL;
    if (table)
        agreement_header(table);
    for (int k = 0; k < models; k++) {
        const struct agreement a = agreement_of(got + k * n, want, n);
        tool_note(t, "%s: %lld samples: rmse %.6g, mae %.6g, spearman %.4f, kendall %.4f", names[k],
                  (long long)n, a.rmse, a.mae, a.spearman, a.kendall);
        if (table)
            agreement_line(table, names[k], &a);
    }
    if (r->stats && (!table || (ferror(table) | fclose(table))))
        return fail(&t->err, TEN_E_DATA, "%s: %s: expected a file for the table", r->stats, strerror(errno));
    return 0;
}

/* Least squares of the training samples, on those of check. */
static int predict_linear(double *got, const struct regression *r, const struct samples *train,
                          const struct table *check, struct ten_err *e)
{
    struct table t;
    if (table_of_samples(&t, r, train, NULL, 0, e) < 0)
        return -1;
    double *w = xmalloc((size_t)(t.f + 1) * sizeof *w);
    least_squares(w, t.x, t.y, t.n, t.f);
    least_squares_apply(got, w, check->x, check->n, check->f);
    free(w);
    table_free(&t);
    return 0;
}

static int report_valid(struct tool *t, const struct regression *r, const struct samples *train,
                        const struct samples *valid, bool linear)
{
    static const char *const names[] = {"network", "linear"};
    struct table check;
    if (table_of_samples(&check, r, valid, NULL, 0, &t->err) < 0)
        return -1;
    double *got = xmalloc((size_t)(2 * check.n + 1) * sizeof *got);
    regression_predict(got, r->model, check.x, check.n);
    int rc = linear ? predict_linear(got + check.n, r, train, &check, &t->err) : 0;
    if (rc == 0)
        rc = regression_report(t, r, names, linear ? 2 : 1, got, check.y, check.n);
    free(got);
    table_free(&check);
    return rc;
}

int regression_train(struct tool *t, struct regression *r, const struct trainer_options *o, const char *base,
                     bool linear)
{
    struct samples *train = samples_open("-", t->in, NULL, &t->err), *valid = NULL;
    struct memory *memory = memory_new();
    json_t *config = train ? regression_config(r, o, base, train, &t->err) : NULL;
    struct model *m = config ? model_new(config, memory, &t->err) : NULL;
    struct trainer *trainer = NULL;
    int rc = -1;
    if (m && (!o->valid || (valid = samples_open(o->valid, tool_reader(t, o->valid), NULL, &t->err)))) {
        const struct feeder_options feed = regression_feed(r);
        const struct objective objective = regression_objective(r, m);
        trainer = trainer_new(t, o, m, train, valid, &feed, &objective);
    }
    if (trainer && (rc = trainer_run(trainer)) == 0 && (rc = trainer_write(trainer)) == 0 && valid && !o->find_lr &&
        dist_rank(o->dist) == 0)
        rc = report_valid(t, r, train, valid, linear);  /* of what was written */
    trainer_free(trainer);
    model_free(m);
    json_decref(config);
    samples_close(train);
    samples_close(valid);
    memory_free(memory);
    return rc;
}
