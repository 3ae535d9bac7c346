/* UTF-8: the end that the fast check finds is the one that a plain decoder finds. */
#include "base/utf8.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Bytes of the first character, 0 when it is none: by decoding it and asking what number it is. */
static size_t decode(const uint8_t *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    uint32_t c = length < 2 ? p[0] : p[0] & (0x7fu >> length);

    if (length == 0 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (p[i] >> 6 != 2)
            return 0;
        c = c << 6 | (p[i] & 63);
    }
    return c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t at = 0, n;

    while (at < size && (n = decode(data + at, size - at)) > 0)
        at += n;
    if (utf8_end((const char *)data, (const char *)data + size) != (const char *)data + at)
        abort();
    return 0;
}
