/* DIMACS graphs and, after a zero byte, their coordinates: refused with a message that names the
 * file, or sorted arcs within the graph with weights from 0 on.  The first byte chooses the options. */
#include "formats/gr.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct entries *s)
{
    for (int64_t k = 0; k < s->n; k++) {
        const struct entry *x = &s->e[k];

        if (x->row < 0 || x->row >= s->rows || x->col < 0 || x->col >= s->rows || x->v.i < 0 ||
            (k > 0 && x->row < x[-1].row))
            abort();
    }
}

static void check_message(int rc, const struct ten_err *e)
{
    if (rc < 0 && (e->code != TEN_E_DATA || strncmp(e->text, "fuzz: ", 6) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum dup dups[] = {DUP_KEEP, DUP_MIN, DUP_SUM};
    const char *text = (const char *)data + 1, *second;
    struct ten_err e = {0};
    struct entries s;
    int rc;

    if (size == 0)
        return 0;
    second = memchr(text, 0, size - 1);
    const int64_t first = second ? second - text : (int64_t)size - 1;
    const struct gr_options o = {.dup = dups[data[0] % 3], .max_nodes = 1 << 16};
    rc = gr_parse(&s, "fuzz", text, first, &o, &e);
    check_message(rc, &e);
    if (rc < 0)
        return 0;
    check(&s);
    if (second) {
        int32_t *xy = malloc((size_t)s.rows * 8 + 1);

        check_message(co_parse(xy, s.rows, "fuzz", second + 1, (int64_t)size - 2 - first, &e), &e);
        free(xy);
    }
    entries_free(&s);
    return 0;
}
