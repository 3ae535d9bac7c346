/*
 * Philox4x32-10 (base/random.h) for the loops of simd_*.c: blocks side by side.
 *
 * Every round multiplies 32 by 32 bits to 64.  Words are therefore kept in 64-bit lanes, whose upper halves are
 * whatever the last product left there: the multiplication of the machine does not look at them.  Compilers
 * do not find that instruction in plain loops, which is why it is named here: AVX-512 draws 8 times as fast with it.
 */
#ifndef TENSOR_SIMD_PHILOX_H
#define TENSOR_SIMD_PHILOX_H

#include "base/random.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { PHILOX_LANES = 16 };             /* blocks of a piece */

#if defined __AVX512F__
enum { PHILOX_WIDTH = 8 };
#elif defined __AVX2__
enum { PHILOX_WIDTH = 4 };
#else
enum { PHILOX_WIDTH = 2 };
#endif
typedef uint64_t philox_lanes __attribute__((vector_size(8 * PHILOX_WIDTH)));
typedef uint32_t philox_words __attribute__((vector_size(4 * PHILOX_WIDTH)));

/* The lower halves multiplied. */
static inline philox_lanes philox_multiply(philox_lanes a, uint32_t factor)
{
    const philox_lanes b = (philox_lanes){0} + factor;
#if defined __AVX512F__
    return (philox_lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined __AVX2__
    return (philox_lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined __x86_64__
    return (philox_lanes)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xffffffff) * b;
#endif
}

static inline void philox_store(uint32_t *to, philox_lanes a)
{
    const philox_words low = __builtin_convertvector(a, philox_words);
    memcpy(to, &low, sizeof low);
}

/* w[j][i] = word j of block first + i, for i in [0,PHILOX_LANES); first is a multiple of PHILOX_LANES. */
static inline void philox_piece(uint32_t w[4][PHILOX_LANES], const struct rng *r, uint64_t first)
{
    enum { SIDE = 2 };                  /* vectors at a time: two hide the latency and fit the registers */
    philox_lanes count;
    for (int i = 0; i < PHILOX_WIDTH; i++)
        count[i] = i;

    for (int at = 0; at < PHILOX_LANES; at += SIDE * PHILOX_WIDTH) {
        uint32_t k0 = (uint32_t)r->seed, k1 = (uint32_t)(r->seed >> 32);
        philox_lanes c0[SIDE], c1[SIDE], c2[SIDE], c3[SIDE];

        for (int s = 0; s < SIDE; s++) {
            c0[s] = count + (first + (uint64_t)(at + s * PHILOX_WIDTH));
            c1[s] = (philox_lanes){0} + (first >> 32);
            c2[s] = (philox_lanes){0} + r->stream;
            c3[s] = (philox_lanes){0} + (r->stream >> 32);
        }
        for (int round = 0; round < 10; round++) {
            for (int s = 0; s < SIDE; s++) {
                const philox_lanes p0 = philox_multiply(c0[s], 0xD2511F53), p1 = philox_multiply(c2[s], 0xCD9E8D57);

                c0[s] = (p1 >> 32) ^ c1[s] ^ k0;
                c1[s] = p1;
                c2[s] = (p0 >> 32) ^ c3[s] ^ k1;
                c3[s] = p0;
            }
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        for (int s = 0; s < SIDE; s++) {
            const int to = at + s * PHILOX_WIDTH;

            philox_store(w[0] + to, c0[s]);
            philox_store(w[1] + to, c1[s]);
            philox_store(w[2] + to, c2[s]);
            philox_store(w[3] + to, c3[s]);
        }
    }
}

#endif
