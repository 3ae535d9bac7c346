/* Safetensors headers: refused with a message, or tensors that cover the data without holes, whose
 * header can be written and read again. */
#include "formats/safetensors.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_memory("fuzz", data, size), *again;
    struct ten_err e = {0};
    struct safetensors s, t;
    int64_t end = 0, n;
    char *text;

    if (safetensors_header(src, &s, &e) == 0) {
        for (int64_t i = 0; i < s.n; end = s.tensors[i++].end)
            if (s.tensors[i].begin != end || s.tensors[i].end < end)
                abort();
        if ((n = safetensors_header_text(&s, &text, &e)) < 0)
            abort();
        again = source_memory("again", text, (size_t)n);
        if (safetensors_header(again, &t, &e) < 0 || t.n != s.n)
            abort();
        safetensors_free(&t);
        source_close(again);
        free(text);
    }
    safetensors_free(&s);
    source_close(src);
    return 0;
}
