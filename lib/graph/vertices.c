#include "graph/vertices.h"

#include "base/fail.h"
#include "base/lines.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 32 };

struct list {
    const char *name;                   /* of the file */
    uint32_t *v;
    int64_t n, room, limit, base;
    int64_t announced;                  /* by a problem line, -1 without */
    uint8_t *seen;                      /* [limit] */
};

static int problem(struct list *l, struct line *line, struct ten_err *e)
{
    static const char *const words[] = {"aux", "sp", "ss"};
    char word[WORD];
    bool ok = l->announced < 0 && l->n == 0;

    for (int i = 0; i < 3; i++)
        ok = strcmp(line_field(line, word, WORD), words[i]) == 0 && ok;
    if (!ok || !line_i64(line, &l->announced) || l->announced < 0 || !line_ended(line))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": expected one \"p aux sp ss COUNT\" "
                    "before all vertices",
                    l->name, line->number);
    l->base = 1;
    return 0;
}

static int vertex(struct list *l, struct line *line, struct ten_err *e)
{
    int64_t v = -1;
    char word[WORD];

    if (l->announced >= 0 && strcmp(line_field(line, word, WORD), "s") != 0)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s: expected \"s VERTEX\"", l->name,
                    line->number, word);
    if (!line_i64(line, &v) || !line_ended(line) || v < l->base || v - l->base >= l->limit)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": expected a vertex, %" PRId64 " to "
                    "%" PRId64, l->name,
                    line->number, l->base, l->limit - 1 + l->base);
    if (l->seen[v - l->base]++)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": vertex %" PRId64 " again: expected each "
                    "once", l->name,
                    line->number, v);
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        l->v = xrealloc(l->v, (size_t)l->room * sizeof *l->v);
    }
    l->v[l->n++] = (uint32_t)(v - l->base);
    return 0;
}

static int each_line(struct list *l, const char *p, const char *end, struct ten_err *e)
{
    struct line line = {.number = 0};
    int rc = 0;

    while (rc == 0 && p < end) {
        line_next(&line, &p, end);
        if (line_skipped(&line, "#c"))
            continue;
        struct line rest = line;
        char word[WORD];
        if (strcmp(line_field(&rest, word, WORD), "p") == 0)
            rc = problem(l, &rest, e);
        else
            rc = vertex(l, &line, e);
    }
    if (rc == 0 && l->announced >= 0 && l->n != l->announced)
        rc = fail(e, TEN_E_DATA, "%s: line %" PRId64 ": the file ends after %" PRId64 " vertices: "
                  "expected %" PRId64
                  " as the problem line says", l->name, line.number, l->n, l->announced);
    return rc;
}

int vertices_read(uint32_t **v, int64_t *n, struct source *s, int64_t limit, struct ten_err *e)
{
    /* Also an empty list is one. */
    struct list l = {.name = source_name(s), .limit = limit, .announced = -1,
                     .seen = xcalloc((size_t)limit, 1),
                     .v = xmalloc(0)};
    const void *text;
    const int64_t bytes = source_rest(s, &text, e);
    const int rc = bytes < 0 ? -1 : bytes == 0 ? 0 : each_line(&l, text,
                                                               (const char *)text + bytes, e);

    free(l.seen);
    if (rc < 0) {
        free(l.v);
        l.v = NULL;
        l.n = 0;
    }
    *v = l.v;
    *n = l.n;
    return rc;
}
