/* Elements of tensors in text files. */
#ifndef FORMATS_NUMBER_H
#define FORMATS_NUMBER_H

#include "base/numbers.h"
#include "stream/ten.h"

/* Write element k of src as base/numbers.h formats it, at p, where NUMBER_TEXT bytes are free: the
 * position behind it. */
char *put_number(char *p, const void *src, enum ten_type type, int64_t k);

#endif
