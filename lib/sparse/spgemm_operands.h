/* Factors of one type, and what a semiring makes of matrices without values. */
#ifndef SPARSE_SPGEMM_OPERANDS_H
#define SPARSE_SPGEMM_OPERANDS_H

#include "sparse/csr.h"
#include "sparse/semiring.h"

/* Values become those of `type` as cast() of tensor/cast.h does; no values stay none. */
void csr_retype(struct csr *m, enum ten_type type);

/* The type that holds the values of a and b: f64 where one has f64 or only one is of whole numbers;
 * f64 too where neither has values. */
enum ten_type csr_common_type(const struct csr *a, const struct csr *b);

/* The semiring that gives the same without the values that are not there, all of them 1: plus_times
 * without those of A is plus_second. */
enum semiring semiring_without(enum semiring s, bool a_values, bool b_values);
bool semiring_uses_a(enum semiring s);
bool semiring_uses_b(enum semiring s);
/* Whether (A B) C = A (B C) but for rounding. */
bool semiring_is_associative(enum semiring s);

#endif
