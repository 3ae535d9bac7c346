/* A named tensor of a network.  Sets of them: nn/params.h. */
#ifndef TENSOR_PARAM_H
#define TENSOR_PARAM_H

#include "stream/ten.h"

#include <stdbool.h>
#include <stdint.h>

struct param {
    float *value, *grad;                /* contiguous, stable once the set is sealed; grad NULL: not trained */
    int rank;
    int64_t dim[TEN_MAX_RANK];
    uint64_t version;                   /* from 1 on; changes whenever the value does; 0: unknown */
    const char *name;                   /* dotted: "layer1.0.conv.weight" */
    int group;                          /* index into params.groups; of no meaning for state */
    int index;                          /* place in params.list */
    int64_t count;                      /* elements */
    int64_t at;                         /* first element, in the buffers of params */
    bool frozen;                        /* of running statistics: used as they are, also in training */
};

#endif
