/* A source that may be compressed by gzip, read the same way in either case. */
#ifndef FORMATS_GUNZIP_H
#define FORMATS_GUNZIP_H

#include "base/source.h"

struct gunzip;

/* Looks at the first bytes of src, which stays the caller's and must live as long.  NULL with *e
 * set when reading failed. */
struct gunzip *gunzip_new(struct source *src, struct ten_err *e);
void gunzip_free(struct gunzip *g);                     /* NULL is allowed */

int64_t gunzip_offset(const struct gunzip *g);          /* plain bytes taken so far */

/* As source_take(), of the plain bytes.  A gzip file may have several members; it must be whole,
 * with checksums that agree and nothing but zeros behind. */
int64_t gunzip_take(struct gunzip *g, const void **p, int64_t want, struct ten_err *e);

#endif
