/* Numbers out of text that has no zero byte at its end, and into text. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stdint.h>

/*
 * Read the number that starts at p, looking no further than end: what follows it, or NULL when
 * there is none, or one that does not fit.  No blanks are skipped.
 *
 * Whole numbers: [+-]digits.  Decimals: [+-]digits[.digits][exponent], exponent e, E, d or D (as
 * Fortran writes) and [+-]digits; inf, infinity and nan in any case.  The value is the double
 * nearest to the decimal, ties to even: too large becomes an infinity, too small 0.  A decimal of
 * more than 1000 characters is taken for none.
 */
const char *parse_i64(const char *p, const char *end, int64_t *v);
const char *parse_f64(const char *p, const char *end, double *v);

/* Room that a formatted number needs. */
enum { NUMBER_TEXT = 32 };

/* Write v at p: the position behind it; no zero byte is written.  Floats get 15 (f32: 6) digits, or
 * as many more as reading the same value back needs; whole ones below 10^15 no exponent. */
char *format_i64(char *p, int64_t v);
char *format_f64(char *p, double v);
char *format_f32(char *p, float v);

#endif
