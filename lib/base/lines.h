/* Text files of one item a line, parsed by all threads at once: blocks of whole lines are parsed
 * side by side, and neither what comes out nor which fault is reported depends on their number. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* One line, without its end (\n or \r\n) and the blanks (space, tab) around it. */
struct line { const char *p, *end; int64_t number; };

/* Take the line at *at, which must not be end, and move on; number is counted up.  For what comes
 * before the items. */
void line_next(struct line *l, const char **at, const char *end);
/* Is there nothing on it, or a comment: its first character one of comments? */
bool line_skipped(const struct line *l, const char *comments);

/* Take blanks, then everything up to the next blank; what fits text[max] of it, "(nothing)" at the
 * end of the line.  For keywords and messages. */
const char *line_field(struct line *l, char *text, int max);
/* Take blanks, then a number; false when none stands there, or more than the number. */
bool line_i64(struct line *l, int64_t *v);
bool line_f64(struct line *l, double *v);
bool line_ended(const struct line *l);

struct lines {
    int64_t items;                          /* lines that are neither empty nor comments */
    int64_t last;                           /* number of the last line there is */
    const char *comments;
    struct line_block { const char *p, *end; int64_t line, item; } *blocks;
    int64_t nblocks;
};

/* Cut [p,end), whose first line has number first.  lines_free() when done. */
void lines_cut(struct lines *l, const char *p, const char *end, int64_t first, const char *comments);
void lines_free(struct lines *l);

/*
 * Call fn for every item, from several threads; index counts items from 0.  fn returns 0, or -1
 * with *e set, and may take of its line.  -1 with the fault of the first line that has one; other
 * lines may or may not have been seen then.
 */
typedef int line_fn(void *arg, struct line *line, int64_t index, struct ten_err *e);
int lines_each(const struct lines *l, line_fn *fn, void *arg, struct ten_err *e);

#endif
