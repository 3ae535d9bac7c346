/* The options of tools that compare values: how far apart they may lie. */
#ifndef TENSOR_TOLERANCE_H
#define TENSOR_TOLERANCE_H

#include "tensor/compare.h"

#include <argp.h>

/* The argp child, whose input is a struct tolerance: --atol, --rtol, --nan-equal. */
extern const struct argp tolerance_argp;

#endif
