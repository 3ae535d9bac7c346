/* NPY files: refused with a message, or arrays whose elements lie in the input. */
#include "formats/npy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_memory("fuzz", data, size);
    struct ten_err e = {0};
    struct npy a;

    while (npy_read(src, &a, 0, &e) > 0) {
        unsigned char *y = malloc((size_t)a.bytes + 1), sum = 0;

        if ((const uint8_t *)a.data < data && a.bytes > 0)
            abort();
        if (npy_arranged(&a))
            npy_arrange(y, &a);
        for (int64_t i = 0; i < a.bytes; i++)
            sum ^= ((const unsigned char *)a.data)[i];
        y[a.bytes] = sum;
        free(y);
    }
    source_close(src);
    return 0;
}
