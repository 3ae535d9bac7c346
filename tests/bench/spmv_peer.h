/* What spmv_bench asks of a peer, a shared object made of spmv_peer.cpp. */
#ifndef SPMV_PEER_H
#define SPMV_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A square matrix by rows; values f64. */
struct peer_matrix { int64_t n, entries; const int64_t *ptr; const uint32_t *col; const double *val; };

const char *peer_name(void);
void peer_threads(int n);
void *peer_open(const struct peer_matrix *a);           /* NULL: cannot */
void peer_multiply(void *p, double *y, const double *x);
void peer_close(void *p);

#ifdef __cplusplus
}
#endif
#endif
