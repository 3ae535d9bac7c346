/* Sorting of 32-bit keys that fit into registers, bits of bytes, and places of bits.  Compiled with
 * the kernels. */
#ifndef SPARSE_SPGEMM_SORT_H
#define SPARSE_SPGEMM_SORT_H

#include "sparse/simd_spgemm.h"

#include <string.h>

/* Bit t of the result: byte t of p, which is 0 or 1. */
static inline uint64_t bits_of_bytes(const uint8_t *p);
/* The places of the bits of m, from `first` on, to out, which has room for 64; how many. */
static inline int list_bits(uint16_t *out, uint64_t m, int first);

#if defined __AVX512F__ && defined __AVX512BW__
#include <immintrin.h>

static inline uint64_t bits_of_bytes(const uint8_t *p)
{
    const __m512i v = _mm512_loadu_si512(p);
    return _mm512_test_epi8_mask(v, v);
}

static inline int list_bits(uint16_t *out, uint64_t m, int first)
{
    enum { FEW = 4 };
    uint64_t left = m;
    for (int i = 0; i < FEW; i++, left &= left - 1)         /* no branch asks how many */
        out[i] = (uint16_t)(first + (int)_tzcnt_u64(left));
    __m512i place = _mm512_add_epi32(_mm512_set1_epi32(first),
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    int n = 0;
    if (left == 0)
        return __builtin_popcountll(m);
    for (int i = 0; i < 4; i++, m >>= 16) {
        const __m512i v = _mm512_maskz_compress_epi32((__mmask16)m, place);
        _mm256_storeu_si256((__m256i *)(out + n), _mm512_cvtepi32_epi16(v));
        n += __builtin_popcount((uint16_t)m);
        place = _mm512_add_epi32(place, _mm512_set1_epi32(16));
    }
    return n;
}

enum { SORT_MAX = SPGEMM_SORT };

/* Lanes compared with their partner p; those of `upper` keep the larger one. */
static inline __m512i exchange(__m512i v, __m512i p, __mmask16 upper)
{
    return _mm512_mask_max_epu32(_mm512_min_epu32(v, p), upper, v, p);
}

/* Bitonic within a vector: what comes in as two sorted halves, the second reversed, goes out
 * sorted. */
static inline __m512i clean_4(__m512i v)
{
    v = exchange(v, _mm512_shuffle_epi32(v, 0x4e), 0xcccc);
    return exchange(v, _mm512_shuffle_epi32(v, 0xb1), 0xaaaa);
}
static inline __m512i clean_16(__m512i v)
{
    v = exchange(v, _mm512_shuffle_i32x4(v, v, 0x4e), 0xff00);
    v = exchange(v, _mm512_shuffle_i32x4(v, v, 0xb1), 0xf0f0);
    return clean_4(v);
}

static inline __m512i reversed(__m512i v)
{
    v = _mm512_shuffle_epi32(v, 0x1b);
    return _mm512_shuffle_i32x4(v, v, 0x1b);
}

/* One vector: blocks of 2, 4, 8 and 16, the second half of each compared in reverse (Batcher
 * 1968). */
static inline __m512i sort_16(__m512i v)
{
    v = exchange(v, _mm512_shuffle_epi32(v, 0xb1), 0xaaaa);
    v = exchange(v, _mm512_shuffle_epi32(v, 0x1b), 0xcccc);
    v = exchange(v, _mm512_shuffle_epi32(v, 0xb1), 0xaaaa);
    const __m512i r = _mm512_shuffle_epi32(v, 0x1b);
    v = exchange(v, _mm512_shuffle_i32x4(r, r, 0xb1), 0xf0f0);
    v = clean_4(v);
    v = exchange(v, reversed(v), 0xff00);
    v = exchange(v, _mm512_shuffle_i32x4(v, v, 0xb1), 0xf0f0);
    return clean_4(v);
}

/* v[0..n) are two sorted halves. n: a power of two, at least 2. */
static inline __attribute__((always_inline)) void merge_vectors(__m512i *v, int n)
{
    for (int i = 0; i < n / 2; i++) {
        const __m512i p = reversed(v[n - 1 - i]);
        v[n - 1 - i] = _mm512_max_epu32(v[i], p);
        v[i] = _mm512_min_epu32(v[i], p);
    }
    /* The second half now lies mirrored: both are bitonic. */
    for (int d = n / 4; d > 0; d /= 2)
        for (int i = 0; i < n; i++)
            if (!(i & d)) {
                const __m512i lo = _mm512_min_epu32(v[i], v[i + d]);
                v[i + d] = _mm512_max_epu32(v[i], v[i + d]);
                v[i] = lo;
            }
    for (int i = 0; i < n; i++)
        v[i] = clean_16(v[i]);
}

#define SORT_VECTORS(n) \
    static void sort_vectors_##n(uint32_t *key) \
    { \
        __m512i v[n]; \
        for (int i = 0; i < n; i++) \
            v[i] = sort_16(_mm512_loadu_si512(key + 16 * i)); \
        for (int m = 2; m <= n; m *= 2) \
            for (int i = 0; i < n; i += m) \
                merge_vectors(v + i, m); \
        for (int i = 0; i < n; i++) \
            _mm512_storeu_si512(key + 16 * i, v[i]); \
    }
SORT_VECTORS(2) SORT_VECTORS(4) SORT_VECTORS(8) SORT_VECTORS(16)
#undef SORT_VECTORS

/* More than registers hold: sorted by 16 vectors, which are then merged in memory. */
static void sort_many(__m512i *v, int n)
{
    for (int i = 0; i < n; i += 16)
        sort_vectors_16((uint32_t *)(v + i));
    for (int m = 32; m <= n; m *= 2)
        for (int i = 0; i < n; i += m)
            merge_vectors(v + i, m);
}

static __attribute__((noinline)) void sort_keys(uint32_t *key, int n)
{
    /* A power of two of them. */
    const int vectors = n <= 16 ? 1 : 1 << (32 - __builtin_clz((unsigned)(n - 1) / 16));
    for (int i = n / 16; i < vectors; i++) {
        const __mmask16 mine = n > 16 * i ? (__mmask16)((1 << (n - 16 * i)) - 1) : 0;
        const __m512i v = _mm512_mask_loadu_epi32(_mm512_set1_epi32(-1), mine, key + 16 * i);
        _mm512_storeu_si512(key + 16 * i, v);
    }
    switch (vectors) {
    case 1:  _mm512_storeu_si512(key, sort_16(_mm512_loadu_si512(key))); break;
    case 2:  sort_vectors_2(key); break;
    case 4:  sort_vectors_4(key); break;
    case 8:  sort_vectors_8(key); break;
    case 16: sort_vectors_16(key); break;
    default: sort_many((__m512i *)key, vectors); break;
    }
}

#else

/* Eight bytes of 0 or 1 at a time: the product brings byte t to bit 56 + t. */
static inline uint64_t bits_of_bytes(const uint8_t *p)
{
    uint64_t bits = 0, word;
    for (int i = 0; i < 64; i += 8) {
        memcpy(&word, p + i, 8);
        if (word)
            bits |= (word * 0x0102040810204080u >> 56) << i;
    }
    return bits;
}

static inline int list_bits(uint16_t *out, uint64_t m, int first)
{
    int n = 0;
    for (; m; m &= m - 1)
        out[n++] = (uint16_t)(first + __builtin_ctzll(m));
    return n;
}

enum { SORT_MAX = 24 };

static __attribute__((noinline)) void sort_keys(uint32_t *key, int n)
{
    for (int i = 1; i < n; i++) {
        const uint32_t k = key[i];
        int j = i;
        for (; j > 0 && key[j - 1] > k; j--)
            key[j] = key[j - 1];
        key[j] = k;
    }
}

#endif
#endif
