#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the sequence at p, 0 when it is none.  The second byte has the narrowest bounds
 * (Unicode 15, table 3-7). */
static int sequence(const unsigned char *p, const unsigned char *end)
{
    const unsigned c = p[0];
    const int n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    const unsigned low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    const unsigned high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;

    if (n < 2 || end - p < n)
        return n < 2 ? n : 0;
    if (p[1] < low || p[1] > high)
        return 0;
    for (int i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

const char *utf8_end(const char *text, const char *text_end)
{
    const unsigned char *p = (const unsigned char *)text, *end = (const unsigned char *)text_end;
    uint64_t eight;

    while (p < end) {
        if (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0)) {
            p += 8;
            continue;
        }
        const int n = sequence(p, end);
        if (n == 0)
            break;
        p += n;
    }
    return (const char *)p;
}
