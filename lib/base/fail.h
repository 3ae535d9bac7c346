#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include "base/err.h"

/* Describe a failure in *e as "where: what is wrong: what would be right"; always -1, for the
 * caller to return.  Control characters in the text become '?', so that it stays one line. */
int fail(struct ten_err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
