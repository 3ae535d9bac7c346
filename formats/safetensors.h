/*
 * Safetensors, the file of named tensors of Hugging Face:
 *
 *     0      n              u64, little-endian
 *     8      JSON object    n bytes: {"name": {"dtype": "F32", "shape": [2,3],
 *                           "data_offsets": [0,24]}, ...}, and maybe "__metadata__":
 *                           an object of strings
 *     8+n    data           row-major and little-endian, each tensor at its offsets
 *
 * The data has no holes, no overlaps and no end beyond the last tensor's.
 */
#ifndef FORMATS_SAFETENSORS_H
#define FORMATS_SAFETENSORS_H

#include "base/source.h"
#include "stream/ten.h"

#include <jansson.h>

enum { SAFETENSORS_MAX_HEADER = 100000000 };

struct safetensor {
    const char *name;               /* belongs to the header */
    enum ten_type type;
    struct ten_shape shape;
    int64_t begin, end;             /* data_offsets */
};

struct safetensors {
    struct safetensor *tensors;     /* in the order of their data, each where the one before ends */
    int64_t n;
    const json_t *metadata;         /* an object of strings, or NULL; belongs to json */
    json_t *json;                   /* private */
};

/* Read and check all up to the data: 0, or -1 with *e set.  safetensors_free() either way. */
int safetensors_header(struct source *src, struct safetensors *s, struct ten_err *e);
void safetensors_free(struct safetensors *s);

/* "F32" ...; NULL for types that safetensors does not have, see safetensors_element(). */
const char *safetensors_type_name(enum ten_type type);
/* The type to convert to before writing, which holds every value of `type`: the type itself, but
 * u8 for u4, u2 and utf8, and i8 for i4 and i2. */
enum ten_type safetensors_element(enum ten_type type);

/*
 * The header of s->tensors and s->metadata, which may be NULL, as n and text padded by spaces to a
 * multiple of 8 in all: its bytes, in *header (free()); -1 with *e set.
 */
int64_t safetensors_header_text(const struct safetensors *s, char **header, struct ten_err *e);

#endif
