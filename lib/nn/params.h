/*
 * The numbers of a network: named tensors, trained or kept along (state: running statistics,
 * vectors of spectral norms).
 *
 *     struct params *ps = params_new(memory);
 *     const int plain = params_group(ps, "plain", 1, false);
 *     struct param *w = params_add(ps, "fc.weight", PARAMS_MAIN, 2, (int64_t[]){out, in});
 *     struct param *b = params_add(ps, "fc.bias", plain, 1, (int64_t[]){out});
 *     params_seal(ps);
 *
 * After params_seal() all trained values lie in one buffer, group by group and in the order of
 * addition within a group, their gradients in a second one of the same layout, and state in a
 * third.  Every tensor starts on 64 bytes; the gaps hold zeros.  What walks over all numbers (an
 * optimiser, a moving average, an all-reduce) may do so without looking at names.
 */
#ifndef NN_PARAMS_H
#define NN_PARAMS_H

#include "stream/ten.h"
#include "tensor/memory.h"
#include "tensor/param.h"

#include <stdbool.h>
#include <stdint.h>

/* What an optimiser treats alike.  May be changed between steps. */
struct param_group {
    char *name;
    double lr_scale;                    /* times the learning rate; 0: stands still, moments too */
    bool decay;                         /* weight decay; commonly not for norms and biases */
};

enum { PARAMS_MAIN };                   /* the group every set has: "main", lr_scale 1, decay */

struct params {
    int n, ngroups;
    struct param **list;                /* [n] in order of addition */
    struct param_group *groups;         /* [ngroups] */
    int64_t trained, states;            /* elements of the buffers, gaps included */
    float *values, *grads;              /* [trained] */
    float *state;                       /* [states] */
    struct memory *memory;

    struct param **by_name;             /* private from here on */
    struct block *blocks[2];            /* of values and state; gradients are xzeros() */
    bool sealed;
};

/* m lends the buffers and outlives the set. */
struct params *params_new(struct memory *m);
void params_free(struct params *ps);    /* NULL is allowed */

/* The number of the group of this name, made if there is none yet (what an older one has stays).  Before
 * params_seal(), or for params_regroup(). */
int params_group(struct params *ps, const char *name, double lr_scale, bool decay);

/*
 * A tensor to be trained, or state; its pointers are set by params_seal().  Names are what a
 * checkpoint calls them: no two alike, and not config, run, opt.* or ema.*.  The number of elements
 * fits int64_t.  A name that breaks this is a programming error (assert).
 */
struct param *params_add(struct params *ps, const char *name, int group, int rank,
                         const int64_t *dim);
struct param *params_add_state(struct params *ps, const char *name, int rank, const int64_t *dim);

/* Lay everything out, all zeros.  Nothing can be added afterwards. */
void params_seal(struct params *ps);

/* Other groups, group[i] of list[i]; state (-1) stays state.  Between params_seal() and the first values:
 * tensors move within the buffers, which hold zeros still. */
void params_regroup(struct params *ps, const int *group);

/* After sealing: the tensor of that name, or NULL. */
struct param *params_find(const struct params *ps, const char *name);
void params_zero_grad(struct params *ps);
/* Values were written to: new versions for all.  Optimisers and loaders see to theirs. */
void params_changed(struct params *ps);
/* Elements of all trained tensors, gaps not counted: what papers call the number of parameters. */
int64_t params_count(const struct params *ps);
/* Whether a checkpoint has a use of its own for this name. */
bool params_reserved(const char *name);

#endif
