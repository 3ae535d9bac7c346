/* A record as one block of bytes, to be put aside and taken out again by the same program. */
#ifndef STREAM_PARCEL_H
#define STREAM_PARCEL_H

#include "stream/ten.h"

int64_t parcel_bytes(const struct ten_record *rec);             /* a multiple of 8 */
void parcel_pack(void *block, const struct ten_record *rec);    /* block is aligned to 8 */
/* *rec becomes the record in block, which it points into; the end of the block. */
const void *parcel_unpack(struct ten_record *rec, const void *block);

#endif
