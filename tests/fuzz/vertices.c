/* Lists of vertices: refused with a message that names the file, or each vertex once and in
 * range. */
#include "graph/vertices.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LIMIT = 100 };
    struct source *s = source_memory("fuzz", data, size);
    struct ten_err e = {0};
    uint32_t *v;
    int64_t n;
    uint8_t seen[LIMIT] = {0};

    if (vertices_read(&v, &n, s, LIMIT, &e) < 0 && (e.code != TEN_E_DATA || strncmp(e.text,
        "fuzz: ", 6) != 0))
        abort();
    for (int64_t i = 0; i < n; i++)
        if (v[i] >= LIMIT || seen[v[i]]++)
            abort();
    free(v);
    source_close(s);
    return 0;
}
