#include "base/progress.h"

#include <time.h>
#include <unistd.h>

static const double STEP_TERMINAL = 0.1, STEP_LOG = 10.0;       /* seconds between lines */

double now_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_init(struct progress *p, const char *tool, FILE *to, bool quiet)
{
    *p = (struct progress){.to = quiet ? NULL : to, .tool = tool};
    p->terminal = p->to && isatty(fileno(p->to));
}

void progress_start(struct progress *p, const char *unit, int64_t total)
{
    p->unit = unit;
    p->total = total;
    p->started = p->last = now_seconds();
}

/* "2:03", "1:02:03". */
static void print_time(FILE *to, double seconds)
{
    const long s = (long)(seconds + 0.5);

    if (s >= 3600)
        fprintf(to, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        fprintf(to, "%ld:%02ld", s / 60, s % 60);
}

void progress_step(struct progress *p, int64_t done, const char *extra)
{
    if (!p->to || !p->unit)
        return;

    const double now = now_seconds(), since = now - p->started;
    if (now - p->last < (p->terminal ? STEP_TERMINAL : STEP_LOG))
        return;
    p->last = now;
    p->shown = true;

    const double rate = (double)done / since;
    fprintf(p->to, "%s%s: %lld", p->terminal ? "\r" : "", p->tool, (long long)done);
    if (p->total > 0)
        fprintf(p->to, "/%lld", (long long)p->total);
    fprintf(p->to, rate < 100 ? " %s, %.3g/s" : " %s, %.0f/s", p->unit, rate);
    if (p->total >= done && done > 0) {
        fputs(", ", p->to);
        print_time(p->to, (double)(p->total - done) / rate);
        fputs(" left", p->to);
    }
    if (*extra)
        fprintf(p->to, ", %s", extra);
    /* ESC [ K: what a longer line before it left over. */
    fputs(p->terminal ? "\033[K" : "\n", p->to);
    fflush(p->to);
}

void progress_clear(struct progress *p)
{
    if (p->to && p->terminal && p->shown) {
        fputs("\r\033[K", p->to);
        fflush(p->to);
    }
    p->shown = false;
}

void progress_end(struct progress *p)
{
    progress_clear(p);
    p->unit = NULL;
}
