/* Pieces of an HTML page.  They write to a FILE whose errors the caller looks for at the end. */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H

#include "text/tsv.h"

#include <stddef.h>
#include <stdio.h>

/* n bytes as text of an element or of a quoted attribute; what is no UTF-8, and control characters
 * other than tab and newline, become U+FFFD. */
void html_text(FILE *to, const char *text, size_t n);
void html_string(FILE *to, const char *text);
/* RFC 4648, without line breaks. */
void html_base64(FILE *to, const void *data, size_t n);
/*
 * A table in a box that scrolls by itself.  Cells that read as numbers get class "num"; cells of a
 * column `verdict` the class "holds", "fails" or "untested" (of "not tested at this scale").
 * At most max rows, then a line that tells how many there are.
 */
void html_table(FILE *to, const struct tsv *t, int64_t max);
/* An SVG file as an element of the page, without XML prologue: false, and nothing written, when
 * text has no <svg or has a <script. */
bool html_svg(FILE *to, const char *text, size_t n);

#endif
