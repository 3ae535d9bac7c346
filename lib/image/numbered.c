#include "image/numbered.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 20 };

/* The digits wanted by the conversion after a percent sign, and its end; -1 when it is none. */
static int conversion(const char *p, const char **end)
{
    int digits = 1;

    if (*p == '0') {
        char *after;
        const long n = strtol(p, &after, 10);       /* p stands on a digit: no sign, no space */
        digits = n >= 1 && n <= MOST_DIGITS ? (int)n : -1;
        p = after;
    }
    *end = p + 1;
    return *p == 'd' ? digits : -1;
}

char *numbered(const char *pattern, int64_t k)
{
    char *name = xmalloc(strlen(pattern) + MOST_DIGITS + 1), *to = name;
    int numbers = 0;

    while (*pattern) {
        if (*pattern != '%' || pattern[1] == '%') {
            pattern += *pattern == '%';
            *to++ = *pattern++;
            continue;
        }
        const int digits = conversion(pattern + 1, &pattern);
        if (digits < 0 || ++numbers > 1) {
            free(name);
            return NULL;
        }
        to += sprintf(to, "%0*lld", digits, (long long)k);
    }
    *to = 0;
    if (numbers == 1)
        return name;
    free(name);
    return NULL;
}
