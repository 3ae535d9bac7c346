/* Generated samples on standard input beside real ones of a file: options and reading. */
#ifndef METRICS_PAIR_H
#define METRICS_PAIR_H

#include "metrics/features.h"
#include "stream/tool.h"

struct pair {
    const char *path;                   /* --real */
    bool force;                         /* --force */
    struct features real, fake;
};
/* For a tool's list of argp children; its input is a struct pair, {0} before. */
extern const struct argp_child pair_child;

/* Read both, which have to be comparable.  0, or -1 with t->err set.  pair_free() in any case. */
int pair_read(struct pair *p, struct tool *t, bool statistics);
void pair_free(struct pair *p);
/* SHORT where features are those of published numbers, else NAME[EXTRACTOR], into text. */
char *pair_metric(char text[128], const struct features *f, const char *published,
                  const char *name);

#endif
