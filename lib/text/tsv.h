/* Tables as tab-separated text, the first line naming the columns. */
#ifndef TEXT_TSV_H
#define TEXT_TSV_H

#include "base/source.h"

enum { TSV_LINE = 1 << 20 };        /* longer lines are refused */

/* Lines that are empty or begin with # are no rows.  Memory: the text, and 8 bytes a cell. */
struct tsv {
    char *name;                     /* of the file */
    int columns;
    int64_t rows;
    char **cells;                   /* [1 + rows][columns]; the first line is the header */
    int64_t *lines;                 /* [1 + rows]: where each came from, for messages */
};

/* Read all of s.  0, or -1 with *e set: no header, two columns of one name, a row that is shorter
 * or longer than it, a zero byte, failed input.  tsv_free() in either case. */
int tsv_read(struct tsv *t, struct source *s, struct ten_err *e);
void tsv_free(struct tsv *t);

static inline const char *tsv_cell(const struct tsv *t, int64_t row, int column)
{
    return t->cells[(row + 1) * t->columns + column];
}

int tsv_column(const struct tsv *t, const char *name);  /* its index, -1 when there is none */

/* Cut line at its tabs, in place, into cell[0..max): how many, max + 1 when there are more. */
int tsv_split(char *line, char **cell, int max);

#endif
