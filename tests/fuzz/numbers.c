/* Numbers: what parse_f64 takes of a text is what strtod makes of the same characters, bit for bit,
 * and what the formats write is read back as the same. */
#include "base/numbers.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_f64(const char *p, const char *end)
{
    char copy[2000], text[NUMBER_TEXT], *stop;
    double v, want, back;
    const char *after = parse_f64(p, end, &v);

    if (!after)
        return;
    memcpy(copy, p, (size_t)(after - p));
    copy[after - p] = 0;
    for (char *d = copy; *d; d++)
        if ((*d == 'd' || *d == 'D'))
            *d = 'e';
    want = strtod(copy, &stop);
    if (isnan(v) ? !isnan(want) : memcmp(&v, &want, sizeof v) != 0 || *stop != 0)
        abort();
    stop = format_f64(text, v);
    if (parse_f64(text, stop, &back) != stop || (isnan(v) ? !isnan(back) : memcmp(&v, &back, sizeof v) != 0))
        abort();
}

static void check_i64(const char *p, const char *end)
{
    char copy[2000], text[NUMBER_TEXT], *stop;
    int64_t v, back;
    const char *after = parse_i64(p, end, &v);

    if (!after)
        return;
    memcpy(copy, p, (size_t)(after - p));
    copy[after - p] = 0;
    errno = 0;
    if (strtoll(copy, &stop, 10) != v || errno != 0 || *stop != 0)
        abort();
    stop = format_i64(text, v);
    if (parse_i64(text, stop, &back) != stop || back != v)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = p + size;

    if (size > 1500)
        return 0;
    check_f64(p, end);
    check_i64(p, end);
    return 0;
}
