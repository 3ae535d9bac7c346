/* Attributes (JSON objects) of records, as jansson values. */
#ifndef STREAM_ATTRS_H
#define STREAM_ATTRS_H

#include "stream/ten.h"

#include <jansson.h>

/* The object in text (NULL: an empty one); what names the field in the message ("attributes").
 * NULL with *e set when it is no JSON object.  The caller's: json_decref(). */
json_t *attrs_parse(const char *text, const char *what, struct ten_err *e);
/* One line of text, keys in insertion order; the caller's: free().  json stays the caller's. */
char *attrs_text(const json_t *json);

#endif
