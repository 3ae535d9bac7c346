/* NPZ archives: refused with a message, or members of which every one is an NPY file or none. */
#include "formats/npy.h"
#include "formats/zip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zip_buffer b = {0};
    struct ten_err e = {0};
    struct zip_member m;
    struct unzip z;

    if (unzip_open(&z, "fuzz", data, (int64_t)size, &e) == 0)
        while (unzip_next(&z, &m, &e) > 0) {
            const void *bytes = unzip_data(&z, &m, &b, &e);
            struct source *src;
            struct npy a;

            if (!bytes)
                continue;
            src = source_memory(m.name, bytes, (size_t)m.size);
            while (npy_read(src, &a, 0, &e) > 0)
                continue;
            source_close(src);
        }
    free(b.p);
    return 0;
}
