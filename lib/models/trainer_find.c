/* Which rate to train at (nn/lrfind.h). */
#include "base/fail.h"
#include "models/trainer_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Rates that are tried, and how many. */
static const double FIND_LO = 1e-7, FIND_HI = 10;
enum { FIND_STEPS = 100 };

static int write_rates(struct trainer *r, const struct lrfind *f)
{
    FILE *to = fopen(r->opt->find_lr, "w");
    if (to)
        lrfind_write(f, to);
    if (!to || (ferror(to) | fclose(to)))
        return fail(&r->tool->err, TEN_E_DATA, "%s: %s: expected a file for the table", r->opt->find_lr, strerror(errno));
    tool_note(r->tool, "%s: %lld rates; the loss falls most steeply at %.3g", r->opt->find_lr, (long long)f->n, lrfind_suggestion(f));
    return 0;
}

/* A loss or gradient that is not finite ends the search as a loss that is too large does. */
int trainer_find_rate(struct trainer *r)
{
    struct lrfind f;
    int rc = 0;
    lrfind_start(&f, FIND_LO, FIND_HI, FIND_STEPS);
    r->finding = &f;
    progress_start(&r->tool->progress, "steps", FIND_STEPS);
    while (rc >= 0 && lrfind_on(&f) && !r->stop) {
        r->loss = r->score = r->seen = 0;
        rc = trainer_step(r);
        if (rc < 0 && r->tool->err.code == TEN_E_NUMERIC) {
            rc = 0;
            break;
        }
        if (r->seen > 0)                                /* 0: the epoch had ended */
            lrfind_note(&f, r->loss / r->seen);
    }
    progress_end(&r->tool->progress);
    r->finding = NULL;
    if (rc >= 0 && trainer_first(r))
        rc = write_rates(r, &f);
    lrfind_free(&f);
    return rc < 0 ? -1 : 0;
}
