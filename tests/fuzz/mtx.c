/* Matrix Market files: refused with a message that names the file, or a matrix whose entries lie
 * within it, sorted and each once unless they are kept in order.  The first byte chooses the
 * options. */
#include "formats/mtx.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct mtx *m, const struct mtx_options *o)
{
    const struct entries *s = &m->s;

    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *x = &s->e[k], *before = x - 1;

        if (x->row < 0 || x->row >= s->rows || x->col < 0 || x->col >= s->cols)
            abort();
        if (!o->in_order && k > 0 &&
            (x->row < before->row || (x->row == before->row && x->col <= before->col)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum dup dups[] = {DUP_SUM, DUP_LAST, DUP_ERROR, DUP_SUM};
    struct ten_err e = {0};
    struct mtx m;

    if (size == 0)
        return 0;
    const struct mtx_options o = {
        .dup = data[0] & 32 ? DUP_MIN : dups[data[0] & 3], .weights = data[0] & 32, .in_order = data[0] & 4, .keep_symmetric = data[0] & 8,
        .drop_zeros = data[0] & 16, .max_rows = 1 << 20,
    };
    if (mtx_parse(&m, "fuzz", (const char *)data + 1, (int64_t)size - 1, &o, &e) < 0) {
        if (e.code != TEN_E_DATA || strncmp(e.text, "fuzz: ", 6) != 0)
            abort();
        return 0;
    }
    check(&m, &o);
    entries_free(&m.s);
    return 0;
}
