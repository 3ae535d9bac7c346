/* The results of all pipelines as one page. */
#ifndef TEXT_REPORT_H
#define TEXT_REPORT_H

#include "base/err.h"

#include <stdio.h>

/*
 * Write an HTML page, which needs no other file, with what stands in the folders dir/PAPER/SCALE:
 * claims.tsv, then notes (.md, .txt), plots (.svg), pictures (.png) and other tables (.tsv), each
 * kind in the order of the bytes of its names; other files and hidden ones are passed over.
 * The same files give the same bytes on the same machine.
 *
 * 0, or -1 with *e set: nothing to show, a file that cannot be read or is not what its name says.
 * Errors of `to` are the caller's to look for.  Memory: one file at a time.
 */
int report_page(FILE *to, const char *dir, const char *title, struct ten_err *e);

#endif
