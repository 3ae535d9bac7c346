/* How processes that train together add up their gradients: what the user says. */
#ifndef DIST_OPTIONS_H
#define DIST_OPTIONS_H

#include "dist/grads.h"

#include <argp.h>

struct dist_options {
    struct dist_grads_options grads;
    int64_t check;                      /* steps between checks of weights; 0: none */
    const char *timeline;               /* a file; NULL: none */
};
void dist_options_default(struct dist_options *o);
/* For a list of argp children, with input struct dist_options; group 11. */
extern const struct argp dist_argp;

#endif
