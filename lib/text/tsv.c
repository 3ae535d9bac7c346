#include "text/tsv.h"

#include "base/fail.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int tsv_split(char *line, char **cell, int max)
{
    int n = 0;

    for (char *next = line; next && n < max; line = next) {
        cell[n++] = line;
        next = strchr(line, '\t');
        if (next)
            *next++ = 0;
        if (next && n == max)
            return max + 1;
    }
    return n;
}

int tsv_column(const struct tsv *t, const char *name)
{
    for (int c = 0; c < t->columns; c++)
        if (strcmp(t->cells[c], name) == 0)
            return c;
    return -1;
}

static int header(struct tsv *t, char *line, int64_t number, struct ten_err *e)
{
    t->columns = 1;
    for (const char *p = line; (p = strchr(p, '\t')); p++)
        t->columns++;
    t->cells = xmalloc((size_t)t->columns * sizeof *t->cells);
    tsv_split(line, t->cells, t->columns);
    for (int c = 0; c < t->columns; c++)
        if (tsv_column(t, t->cells[c]) != c)
            return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": two columns `%s': expected different "
                        "names", t->name, number, t->cells[c]);
    return 0;
}

static int row(struct tsv *t, char *line, int64_t number, struct ten_err *e)
{
    char **cells = t->cells + (t->rows + 1) * t->columns;
    const int n = tsv_split(line, cells, t->columns);

    if (n != t->columns)
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s cells than columns: expected %d",
                    t->name, number, n < t->columns ? "fewer" : "more", t->columns);
    t->rows++;
    return 0;
}

/* One line of the file, cells pointing into a copy that the first of them owns. */
static int take(struct tsv *t, const char *text, int64_t length, int64_t number, int64_t *room,
                struct ten_err *e)
{
    char *line;
    int rc;

    if (memchr(text, 0, (size_t)length))
        return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": a zero byte: expected text", t->name,
                    number);
    line = xmalloc((size_t)length + 1);
    memcpy(line, text, (size_t)length);
    line[length] = 0;
    if (t->columns > 0 && t->rows + 1 >= *room) {
        *room = 2 * *room;
        t->cells = xrealloc(t->cells, (size_t)*room * (size_t)t->columns * sizeof *t->cells);
        t->lines = xrealloc(t->lines, (size_t)*room * sizeof *t->lines);
    }
    t->lines[t->columns > 0 ? t->rows + 1 : 0] = number;
    if (t->columns == 0)
        rc = header(t, line, number, e);
    else if ((rc = row(t, line, number, e)) < 0)
        free(line);
    return rc;
}

int tsv_read(struct tsv *t, struct source *s, struct ten_err *e)
{
    const char *text;
    int64_t length, room = 1;
    int rc;

    *t = (struct tsv){.name = xstrdup(source_name(s)), .lines = xmalloc(sizeof *t->lines)};
    while ((rc = source_line(s, &text, &length, TSV_LINE, e)) > 0) {
        if (length == 0 || text[0] == '#')
            continue;
        if ((rc = take(t, text, length, source_line_number(s), &room, e)) < 0)
            break;
    }
    if (rc == 0 && t->columns == 0)
        rc = fail(e, TEN_E_DATA, "%s: empty: expected a line that names the columns", t->name);
    return rc;
}

void tsv_free(struct tsv *t)
{
    for (int64_t r = 0; t->columns > 0 && r <= t->rows; r++)
        free(t->cells[r * t->columns]);
    free(t->cells);
    free(t->lines);
    free(t->name);
    *t = (struct tsv){0};
}
