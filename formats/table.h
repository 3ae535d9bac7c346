/* Tables out of text: comma separated values (RFC 4180), and values separated by tabs, which have no
 * quotes (IANA text/tab-separated-values). */
#ifndef FORMATS_TABLE_H
#define FORMATS_TABLE_H

#include "base/source.h"
#include "formats/ragged.h"
#include "stream/ten.h"

#include <stdbool.h>

struct table_form {
    bool tabs;                          /* values separated by tabs, else by commas */
    bool no_header;                     /* no line of names; columns are column1, column2 ... */
};

/* What the cells of a column are: whole numbers within 64 bits; numbers, an empty cell being NaN;
 * or text.  What a number would lose, as in 007 and +49, makes text, and so do empty cells alone. */
enum table_kind { TABLE_WHOLE, TABLE_NUMBER, TABLE_TEXT };

struct table {
    struct source *src;                 /* the caller's */
    struct table_form form;
    int64_t columns;
    char **names;                       /* [columns], each another, fit for records */
    int64_t rows;                       /* read by the last table_read() */
    struct ragged *cells;               /* [columns] of these rows, unquoted */

    enum table_kind *kinds;             /* private from here on: of the first rows written */
    int64_t *lines, room;               /* where each row starts */
    struct ragged pending;              /* the first row, read to count the columns ... */
    int64_t pending_line;               /* ... and where it stands */
    char *joined;                       /* a row of several lines */
    int64_t joined_size, joined_room;
};

/* Read the header, or the first row to count its cells.  0, or -1 with *e set; table_close() either
 * way.  An empty input has no columns. */
int table_open(struct table *t, struct source *src, const struct table_form *form, struct ten_err *e);
/* Read the next rows, at most max: how many there are, 0 at the end, -1 with *e set. */
int64_t table_read(struct table *t, int64_t max, struct ten_err *e);
void table_close(struct table *t);

/*
 * Write the rows read as one group: a record per column, i64 or f64 [rows], of text two: NAME utf8
 * and NAME.offsets i64 [rows+1].  The first rows written decide what the columns are; -1 with *e
 * set when later ones do not fit that.  Or all columns, which must be numbers, as one record
 * x f64 [rows,columns] with their names as attribute columns.
 */
int table_write(struct table *t, struct ten_writer *out, int64_t group, struct ten_err *e);
int table_write_matrix(struct table *t, struct ten_writer *out, int64_t group, struct ten_err *e);

#endif
