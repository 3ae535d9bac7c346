/*
 * Semirings: what takes the place of + and * in a sparse product.  The first word adds, the second
 * multiplies; first and second are the values of A and of B, pair is 1, or/and see 0 and others.
 */
#ifndef SPARSE_SEMIRING_H
#define SPARSE_SEMIRING_H

#define SEMIRING_TABLE(X) \
    X(plus_times) X(plus_first) X(plus_second) X(plus_pair) X(plus_min) X(min_plus) X(max_plus) \
    X(min_max) X(max_min) X(min_times) X(max_times) X(min_first) X(min_second) X(max_first) \
    X(max_second) X(or_and) X(any_pair)

#define SEMIRING_ENUM(name) SEMIRING_##name,
enum semiring { SEMIRING_TABLE(SEMIRING_ENUM) SEMIRINGS };
#undef SEMIRING_ENUM

extern const char *const semiring_names[SEMIRINGS + 1];

#endif
