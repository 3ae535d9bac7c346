#include "dist/timeline.h"

#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 1 << 20 };

/* what: a phase, or PHASES and the number of a bucket. */
struct event { double start; float seconds; int32_t what; };

struct timeline {
    struct dist *dist;
    double zero, last;                  /* seconds: where the clock starts; the last mark */
    double sum[PHASES];                 /* since timeline_shares() */
    struct event *event;
    int64_t n, room;
};

static const char *const names[] = {
    "load", "forward", "backward", "communication", "wait", "update", "other"
};

struct timeline *timeline_new(struct dist *d)
{
    struct timeline *t = xcalloc(1, sizeof *t);
    double together = 0;
    dist_sum(d, &together, 1);
    t->dist = d;
    t->zero = t->last = now_seconds();
    return t;
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    free(t->event);
    free(t);
}

static void remember(struct timeline *t, double since, double now, int what)
{
    if (t->n == EVENTS)
        return;
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 1024;
        t->event = xrealloc(t->event, (size_t)t->room * sizeof *t->event);
    }
    t->event[t->n++] = (struct event){since - t->zero, (float)(now - since), what};
}

void timeline_mark(struct timeline *t, enum phase p)
{
    if (!t)
        return;
    const double now = now_seconds();
    remember(t, t->last, now, (int)p);
    t->sum[p] += now - t->last;
    t->last = now;
}

void timeline_bucket(struct timeline *t, int bucket, double since)
{
    if (t)
        remember(t, since, now_seconds(), PHASES + bucket);
}

void timeline_shares(struct timeline *t, double share[PHASES])
{
    double total = 0;
    memcpy(share, t->sum, sizeof t->sum);
    memset(t->sum, 0, sizeof t->sum);
    share[PHASE_OTHER] = 0;
    dist_sum(t->dist, share, PHASES);
    for (int p = 0; p < PHASES; p++)
        total += share[p];
    for (int p = 0; p < PHASES && total > 0; p++)
        share[p] /= total;
}

/* ---- The table ------------------------------------------------------------------------------- */

/* Microseconds, as the trace format wants them: https://chromium.googlesource.com/catapult, "Trace
 * Event Format". */
static void put_event(FILE *f, const struct event *x, int rank)
{
    const int bucket = x->what - PHASES;
    char name[32];
    snprintf(name, sizeof name, "bucket %d", bucket);
    fprintf(f, ",\n{\"name\": \"%s\", \"ph\": \"X\", \"pid\": %d, \"tid\": %d, ",
            bucket < 0 ? names[x->what] : name, rank, bucket < 0 ? 0 : 1 + bucket);
    fprintf(f, "\"ts\": %.1f, \"dur\": %.1f}", 1e6 * x->start, 1e6 * (double)x->seconds);
}

static void put_rank(FILE *f, const struct event *event, int64_t n, int rank)
{
    fprintf(f, "%s{\"name\": \"process_name\", \"ph\": \"M\", ", rank > 0 ? ",\n" : "");
    fprintf(f, "\"pid\": %d, \"args\": {\"name\": \"rank %d\"}}", rank, rank);
    for (int64_t i = 0; i < n; i++)
        put_event(f, &event[i], rank);
}

/* The events of one rank to all; the caller's. */
static struct event *events_of(struct timeline *t, int rank, int64_t *n)
{
    *n = t->n;
    dist_broadcast_from(t->dist, rank, n, sizeof *n);
    const int64_t bytes = *n * (int64_t)sizeof(struct event);
    struct event *event = xmalloc((size_t)bytes + 1);
    if (rank == dist_rank(t->dist) && bytes > 0)
        memcpy(event, t->event, (size_t)bytes);
    dist_broadcast_from(t->dist, rank, event, bytes);
    return event;
}

int timeline_write(struct timeline *t, const char *path, struct ten_err *e)
{
    const bool first = dist_rank(t->dist) == 0;
    struct save *save = first ? save_open(path, e) : NULL;
    FILE *f = save ? save_file(save) : NULL;
    if (f)
        fputs("[", f);
    for (int r = 0; r < dist_size(t->dist); r++) {
        int64_t n;
        struct event *event = events_of(t, r, &n);
        if (f)
            put_rank(f, event, n, r);
        free(event);
    }
    if (f)
        fputs("]\n", f);
    return !first ? 0 : save ? save_commit(save, e) : -1;
}
