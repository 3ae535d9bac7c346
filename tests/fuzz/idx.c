/* IDX files, plain or compressed: refused with a message, or items one after the other. */
#include "formats/idx.h"

#include <stdlib.h>

enum { BATCH = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_memory("fuzz", data, size);
    struct ten_err e = {0};
    struct gunzip *g = gunzip_new(src, &e);
    struct idx h;

    if (g && idx_read_header(g, "fuzz", &h, &e) == 0) {
        const void *p;
        int64_t n = h.shape.dim[0];

        while (n >= BATCH && idx_take(g, "fuzz", &h, BATCH, &p, &e) == 0) {
            unsigned char *copy = malloc((size_t)(BATCH * h.item));

            for (int64_t i = 0; i < BATCH * h.item; i++)
                copy[i] = ((const unsigned char *)p)[i];
            free(copy);
            n -= BATCH;
        }
        idx_end(g, "fuzz", &e);
    }
    gunzip_free(g);
    source_close(src);
    return 0;
}
