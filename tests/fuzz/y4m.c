/* A .y4m reader fed anything: no crash; pixels that were made are pixels that can be written, and a
 * header that was understood is understood again. */
#include "video/y4m.h"

#include <stdlib.h>
#include <string.h>

static void check_header(const struct y4m *v)
{
    struct y4m again;
    struct ten_err e;
    char text[160];

    y4m_header(v, text);
    struct source *src = source_memory("again.y4m", text, strlen(text));
    if (y4m_open(&again, src, &e) < 0 || again.w != v->w || again.h != v->h || again.c != v->c ||
        again.rate[0] != v->rate[0] || again.rate[1] != v->rate[1] || again.chroma != v->chroma ||
        again.full_range != v->full_range)
        abort();
    source_close(src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *src = source_memory("fuzz.y4m", data, size);
    const uint8_t *planes;
    struct ten_err e;
    struct y4m v;

    if (y4m_open(&v, src, &e) == 0) {
        check_header(&v);
        while (y4m_next(&v, &planes, &e) > 0) {
            uint8_t *pixels = malloc((size_t)(v.w * v.h * v.c));
            uint8_t *back = malloc((size_t)y4m_frame_bytes(&v));
            y4m_to_pixels(&v, pixels, planes);
            y4m_from_pixels(&v, back, pixels);
            free(pixels);
            free(back);
        }
    }
    source_close(src);
    return 0;
}
