/* Products that do not fit into memory, written as they are made. */
#ifndef SPARSE_SPGEMM_STREAM_H
#define SPARSE_SPGEMM_STREAM_H

#include "sparse/spgemm.h"

/* Bytes that the product of a and b may take, with its factors and what threads work in, before any
 * of it is known but the number of products. */
int64_t spgemm_bytes(const struct csr *a, const struct csr *b, const struct spgemm *how);

/*
 * Write a b as csr_write() would write it, with `memory` bytes for everything.  Rows are multiplied
 * in blocks whose bound fits; columns and values wait in temporary files until all rows are known.
 * 0, or -1 with *e set: also where the factors and one row do not fit (TEN_E_INFEASIBLE).
 */
int spgemm_stream(struct ten_writer *w, const struct csr *a, const struct csr *b,
                  const struct spgemm *how, int64_t memory, struct spgemm_report *report,
                  struct ten_err *e);

#endif
