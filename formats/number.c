#include "formats/number.h"

#include "tensor/cast.h"

#include <string.h>

char *put_number(char *p, const void *src, enum ten_type type, int64_t k)
{
    switch (type) {
    case TEN_F64: return format_f64(p, ((const double *)src)[k]);
    case TEN_F32: return format_f32(p, ((const float *)src)[k]);
    case TEN_I64: return format_i64(p, ((const int64_t *)src)[k]);
    default:      return p + strlen(elem_text(src, type, k, p));
    }
}
