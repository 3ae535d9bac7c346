#include "sparse/spgemm_operands.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <stdlib.h>
#include <string.h>

void csr_retype(struct csr *m, enum ten_type type)
{
    if (m->val && m->type != type) {
        void *val = xmalloc((size_t)m->n * ten_elem_size(type) + 1);
        cast(val, type, m->val, m->type, m->n);
        free(m->val);
        m->val = val;
    }
    m->type = type;
}

enum ten_type csr_common_type(const struct csr *a, const struct csr *b)
{
    if (!a->val || !b->val)
        return a->val ? a->type : b->val ? b->type : TEN_F64;
    return a->type == b->type ? a->type : TEN_F64;
}

/* What multiplies, the second word of the name. */
static bool multiplies_by(enum semiring s, const char *word)
{
    return strcmp(strchr(semiring_names[s], '_') + 1, word) == 0;
}

enum semiring semiring_without(enum semiring s, bool a_values, bool b_values)
{
    if (s != SEMIRING_plus_times)
        return s;
    return a_values ? (b_values ? SEMIRING_plus_times : SEMIRING_plus_first)
                    : (b_values ? SEMIRING_plus_second : SEMIRING_plus_pair);
}

bool semiring_uses_a(enum semiring s)
{
    return !multiplies_by(s, "second") && !multiplies_by(s, "pair");
}
bool semiring_uses_b(enum semiring s)
{
    return !multiplies_by(s, "first") && !multiplies_by(s, "pair");
}

bool semiring_is_associative(enum semiring s)
{
    return s == SEMIRING_plus_times || s == SEMIRING_min_plus || s == SEMIRING_max_plus ||
           s == SEMIRING_min_max || s == SEMIRING_max_min || s == SEMIRING_or_and ||
           s == SEMIRING_any_pair;
}
