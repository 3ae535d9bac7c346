/* The inputs of an op's examples: made once, then handed out again for every run of the example, so that
 * a test can change them in between. */
#ifndef AUTOGRAD_EXAMPLE_H
#define AUTOGRAD_EXAMPLE_H

#include "autograd/op.h"

enum { EXAMPLE_INPUTS = 12 };

struct example_slot {
    struct shape shape;
    int64_t n;                          /* elements */
    union { float *f; int32_t *i; } x;  /* [n] row-major: the values, free to be changed (f32) */
    struct var *var;                    /* what the last run made of it; a leaf for f32 */
};

struct example {
    uint64_t seed;
    int n, next;                        /* inputs so far; the one to be handed out next */
    struct example_slot in[EXAMPLE_INPUTS];
};

/* Run example i of op on t: its result, NULL when there is none of that number. */
struct var *example_run(struct example *e, const struct op *op, struct tape *t, int i);
void example_free(struct example *e);

#endif
