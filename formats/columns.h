/* Groups of columns as lines of text: the way back from formats/table.h. */
#ifndef FORMATS_COLUMNS_H
#define FORMATS_COLUMNS_H

#include "formats/ragged.h"
#include "formats/table.h"
#include "stream/ten.h"

#include <stdbool.h>
#include <stdio.h>

/* {0} is none; columns_free() when done. */
struct columns {
    int64_t n, rows;
    struct column {
        char *name;
        enum ten_type type;             /* TEN_UTF8: texts, else values [rows] */
        int64_t rows;
        void *values;
        struct ragged texts;
    } *column;
    void *matrix;                       /* [rows,n] of type, in place of the columns' own values */
    enum ten_type type;
};

/* Take a copy of one record of a group: values [rows] of a column; text utf8 and its offsets,
 * NAME.offsets; or one matrix [rows,n] alone, named by its attribute columns.  Then, after the last
 * record, check that they make a table.  0, or -1 with *e set. */
int columns_take(struct columns *c, const struct ten_record *rec, struct ten_err *e);
int columns_check(struct columns *c, struct ten_err *e);
void columns_free(struct columns *c);   /* to {0} */

/* The line of names, the caller's to free, NULL with *e set; write the rows, -1 with *e set: when a
 * cell does not fit the form.  Cells are quoted where they must be.  Errors of `to` are the
 * caller's. */
char *columns_header(const struct columns *c, const struct table_form *form, struct ten_err *e);
int columns_write(FILE *to, const struct columns *c, const struct table_form *form, struct ten_err *e);

#endif
