/* Is it text? */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* The first byte of [p,end) that does not continue well-formed UTF-8 (no overlong forms, no
 * surrogates, nothing above U+10FFFF; a cut sequence at the end is ill-formed): end when all do. */
const char *utf8_end(const char *p, const char *end);

#endif
