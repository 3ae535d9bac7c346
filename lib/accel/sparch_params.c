#include "accel/sparch_params.h"

#include "base/fail.h"
#include "base/numbers.h"
#include "base/source.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LINE = 4096 };

const struct sparch_param sparch_param_table[SPARCH_NPARAMS] = {
#define X(name, value, min, max, text) {#name, value, min, max, text},
    SPARCH_PARAMS(X)
#undef X
};

static const size_t offset[SPARCH_NPARAMS] = {
#define X(name, value, min, max, text) offsetof(struct sparch_params, name),
    SPARCH_PARAMS(X)
#undef X
};

static double *field(struct sparch_params *p, int i)
{
    return (double *)((char *)p + offset[i]);
}

void sparch_defaults(struct sparch_params *p)
{
    for (int i = 0; i < SPARCH_NPARAMS; i++)
        *field(p, i) = sparch_param_table[i].value;
}

/* Things are counted; rates and energies, whose names end in their unit, and shares are not. */
static bool counted(const struct sparch_param *q)
{
    const char *unit = strrchr(q->name, '_');
    return q->min == floor(q->min) &&
           !(unit && (strcmp(unit, "_nj") == 0 || strcmp(unit, "_pj") == 0)) &&
           strcmp(q->name, "dram_pj") != 0;
}

static int assign(struct sparch_params *p, const char *text, size_t length, struct ten_err *e)
{
    const char *end = text + length, *equals = memchr(text, '=', length);
    const size_t name = equals ? (size_t)(equals - text) : length;
    double v;
    int i = 0;
    while (i < SPARCH_NPARAMS && (strlen(sparch_param_table[i].name) != name ||
                                  memcmp(sparch_param_table[i].name, text, name) != 0))
        i++;
    if (i == SPARCH_NPARAMS)
        return fail(e, TEN_E_USAGE, "%.*s: no such parameter: expected one of --list-parameters",
                    (int)name, text);
    const struct sparch_param *q = &sparch_param_table[i];
    if (!equals || parse_f64(equals + 1, end, &v) != end || !(v >= q->min && v <= q->max) ||
        (counted(q) && v != floor(v)))
        return fail(e, TEN_E_USAGE, "%.*s: expected %s= and a %snumber from %g to %g", (int)length,
                    text, q->name, counted(q) ? "whole " : "", q->min, q->max);
    *field(p, i) = v;
    return 0;
}

int sparch_set(struct sparch_params *p, const char *assignment, struct ten_err *e)
{
    return assign(p, assignment, strlen(assignment), e);
}

int sparch_set_file(struct sparch_params *p, struct source *s, struct ten_err *e)
{
    const char *line;
    int64_t length;
    int rc;
    while ((rc = source_line(s, &line, &length, LINE, e)) > 0) {
        if (length == 0 || line[0] == '#')
            continue;
        if (assign(p, line, (size_t)length, e) < 0) {
            const struct ten_err was = *e;
            return fail(e, TEN_E_DATA, "%s: line %lld: %s", source_name(s),
                        (long long)source_line_number(s), was.text);
        }
    }
    return rc;
}
