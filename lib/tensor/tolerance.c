#include "tensor/tolerance.h"

#include "base/options.h"

static const struct argp_option options[] = {
    {"atol", 'a', "X", 0, "Let values differ by X (default 0)", 0},
    {"rtol", 'r', "X", 0, "Let values differ by X times the one of B (default 0)", 0},
    {"nan-equal", 'n', 0, 0, "Take a NaN for equal to a NaN", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct tolerance *t = st->input;
    switch (key) {
    case 'a': t->atol = tool_float(st, arg, 0, 1e308); break;
    case 'r': t->rtol = tool_float(st, arg, 0, 1e308); break;
    case 'n': t->nan_equal = true; break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp tolerance_argp = {options, parse, 0, 0, 0, 0, 0};
