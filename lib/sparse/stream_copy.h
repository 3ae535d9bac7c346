/* Copying what will not be read soon: past the caches, and without reading the lines it overwrites.
 */
#ifndef SPARSE_STREAM_COPY_H
#define SPARSE_STREAM_COPY_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

static inline void stream_copy(void *to, const void *from, size_t bytes)
{
    const size_t head = -(uintptr_t)to & 63;
    if (bytes < 4096) {
        memcpy(to, from, bytes);
        return;
    }
    memcpy(to, from, head);
    char *t = (char *)to + head;
    const char *f = (const char *)from + head;
    bytes -= head;
    for (; bytes >= 64; bytes -= 64, t += 64, f += 64)
        for (int i = 0; i < 64; i += 16)
            _mm_stream_si128((__m128i *)(t + i), _mm_loadu_si128((const __m128i *)(f + i)));
    _mm_sfence();
    memcpy(t, f, bytes);
}

#else

static inline void stream_copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

#endif
#endif
