/* What spgemm_bench asks of a peer, a shared object made of spgemm_peer.cpp. */
#ifndef SPGEMM_PEER_H
#define SPGEMM_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A square matrix by rows, values f32 or f64. */
struct peer_matrix {
    int64_t n, entries;
    const int64_t *ptr;
    const uint32_t *col;
    const void *val;
    int f32;
};

const char *peer_name(void);
void peer_threads(int n);
void *peer_open(const struct peer_matrix *a);       /* NULL: cannot */
void peer_multiply(void *p);                        /* keeps the result */
void peer_sort(void *p);                            /* its rows in order of columns */
/* Number of entries; into *structure a hash of their places that does not depend on their order,
 * into *sum the sum of the values. */
int64_t peer_check(void *p, uint64_t *structure, double *sum);
void peer_drop(void *p);                            /* the result */
void peer_close(void *p);

static inline uint64_t place_hash(uint64_t row, uint64_t col)
{
    uint64_t z = (row << 32 | col) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#ifdef __cplusplus
}
#endif
#endif
