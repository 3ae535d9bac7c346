/*
 * Draws use no function of libm and no fused operation, so that every compiler and machine gives
 * the same bits: logarithm, sine and cosine are short series, exact to the rounding of their type
 * after a reduction that works on the random bits themselves.
 *
 * The fills compute 16 blocks side by side, word by word, which the compiler turns into vectors.
 * One core of an AMD EPYC with AVX-512: 2.6 GB/s of uniforms and 2.2 GB/s of normals, against
 * 1.1 GB/s of words that are only drawn, block by block.
 */
#include "base/random.h"

#include <math.h>
#include <string.h>

enum { LANES = 16, PIECE = 4 * LANES };         /* blocks side by side, and their elements */

static const double PI = 3.14159265358979323846, LN2 = 0.69314718055994530942;

static inline uint32_t high(uint32_t a, uint32_t b)
{
    return (uint32_t)(((uint64_t)a * b) >> 32);
}

void philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < 10; round++) {
        const uint32_t h0 = high(0xD2511F53, c0), l0 = 0xD2511F53 * c0;
        const uint32_t h1 = high(0xCD9E8D57, c2), l1 = 0xCD9E8D57 * c2;

        c0 = h1 ^ c1 ^ k0;
        c1 = l1;
        c2 = h0 ^ c3 ^ k1;
        c3 = l0;
        k0 += 0x9E3779B9;                       /* golden ratio */
        k1 += 0xBB67AE85;                       /* sqrt(3) - 1 */
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

uint64_t rng_stream(const char *purpose)
{
    uint64_t h = 0xcbf29ce484222325;

    for (; *purpose; purpose++)
        h = (h ^ (unsigned char)*purpose) * 0x100000001b3;
    return h;
}

void rng_block(const struct rng *r, uint64_t index, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)r->stream,
                                 (uint32_t)(r->stream >> 32)};
    const uint32_t key[2] = {(uint32_t)r->seed, (uint32_t)(r->seed >> 32)};

    philox4x32(out, counter, key);
}

/* The block as two 64-bit words. */
static void pair(const struct rng *r, uint64_t index, uint64_t out[2])
{
    uint32_t w[4];

    rng_block(r, index, w);
    out[0] = w[0] | (uint64_t)w[1] << 32;
    out[1] = w[2] | (uint64_t)w[3] << 32;
}

uint64_t rng_u64(const struct rng *r, uint64_t index)
{
    uint64_t w[2];

    pair(r, index, w);
    return w[0];
}

double rng_uniform(const struct rng *r, uint64_t index)
{
    return (double)(rng_u64(r, index) >> 11) * 0x1p-53;
}

/* ln x of a normal x > 0.  x = 2^e m with m in [1/sqrt 2, sqrt 2), and with s = (m-1)/(m+1)
 * ln m = 2 (s + s^3/3 + s^5/5 ...), cut where the next term is below 1e-18 s. */
static double log_series(double x)
{
    uint64_t bits;
    double m;

    memcpy(&bits, &x, sizeof bits);
    const int64_t e = ((int64_t)bits - 0x3fe6a09e667f3bcd) >> 52;
    bits -= (uint64_t)e << 52;
    memcpy(&m, &bits, sizeof m);

    const double s = (m - 1) / (m + 1), z = s * s;
    double sum = 1.0 / 21;
    for (int k = 19; k >= 1; k -= 2)
        sum = sum * z + 1.0 / k;
    return (double)e * LN2 + 2 * s * sum;
}

/* cos(2 pi w / 2^64).  The nearest quarter turn comes off exactly; Taylor series on +-pi/4. */
static double cos_turn(uint64_t w)
{
    const uint64_t quarter = (w + ((uint64_t)1 << 61)) >> 62;
    const double a = (double)(int64_t)(w - (quarter << 62)) * (PI / 2 * 0x1p-62), z = a * a;
    double sum = 1;

    if (quarter % 2 == 0) {
        for (int k = 16; k >= 2; k -= 2)
            sum = 1 - sum * z * (1.0 / (k * (k - 1)));
    } else {
        for (int k = 15; k >= 3; k -= 2)
            sum = 1 - sum * z * (1.0 / (k * (k - 1)));
        sum *= a;
    }
    return quarter % 4 == 1 || quarter % 4 == 2 ? -sum : sum;
}

double rng_normal(const struct rng *r, uint64_t index)
{
    uint64_t w[2];

    pair(r, index, w);
    /* (0,1], so that the logarithm is finite. */
    const double u = (double)((w[0] >> 11) + 1) * 0x1p-53;
    return sqrt(-2 * log_series(u)) * cos_turn(w[1]);
}

__extension__ typedef unsigned __int128 u128;

uint64_t rng_below(const struct rng *r, uint64_t index, uint64_t n)
{
    uint64_t w[2];

    pair(r, index, w);
    const uint64_t carry = (uint64_t)(((u128)w[0] * n) >> 64);
    return (uint64_t)(((u128)w[1] * n + carry) >> 64);
}

void rng_permutation(const struct rng *r, uint64_t first, int64_t *p, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = (int64_t)rng_below(r, first + (uint64_t)i, (uint64_t)i + 1);

        p[i] = p[j];
        p[j] = i;
    }
}

/* Words 0-3 of the blocks first .. first+LANES-1; first is a multiple of LANES, so that the upper
 * half of the index is the same for all. */
static inline void block_lanes(uint32_t w[4][LANES], const struct rng *r, uint64_t first)
{
    uint32_t k0 = (uint32_t)r->seed, k1 = (uint32_t)(r->seed >> 32);

    for (int i = 0; i < LANES; i++) {
        w[0][i] = (uint32_t)first + (uint32_t)i;
        w[1][i] = (uint32_t)(first >> 32);
        w[2][i] = (uint32_t)r->stream;
        w[3][i] = (uint32_t)(r->stream >> 32);
    }
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < LANES; i++) {
            const uint32_t h0 = high(0xD2511F53, w[0][i]), l0 = 0xD2511F53 * w[0][i];
            const uint32_t h1 = high(0xCD9E8D57, w[2][i]), l1 = 0xCD9E8D57 * w[2][i];

            w[0][i] = h1 ^ w[1][i] ^ k0;
            w[1][i] = l1;
            w[2][i] = h0 ^ w[3][i] ^ k1;
            w[3][i] = l0;
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}

/* What a piece of a sequence is made with. */
struct recipe { const struct rng *r; float a, b, below; };

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

/* lo + (hi - lo) u, where rounding may reach hi but must not. */
CLONES static void uniform_piece(float *restrict y, const struct recipe *c, uint64_t block)
{
    uint32_t w[4][LANES];

    block_lanes(w, c->r, block);
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < 4; j++) {
            const float u = (float)(int32_t)(w[j][i] >> 8) * 0x1p-24f, v = c->a + c->b * u;

            y[4 * i + j] = v < c->below ? v : c->below;
        }
}

/* sqrt(-2 ln u), u = (w + 1) / 2^31 in (0,1] of the upper 31 bits w; log_series() in float. */
static inline float radius(uint32_t w)
{
    const float u = ((float)(int32_t)(w >> 1) + 1) * 0x1p-31f;
    int32_t bits, e;
    float m;

    memcpy(&bits, &u, sizeof bits);
    e = (bits - 0x3f3504f3) >> 23;
    bits -= e * (1 << 23);
    memcpy(&m, &bits, sizeof m);

    const float s = (m - 1) / (m + 1), z = s * s;
    const float sum = (((z / 9 + 1.0f / 7) * z + 1.0f / 5) * z + 1.0f / 3) * z + 1;
    return sqrtf(-2 * ((float)e * (float)LN2 + 2 * s * sum));
}

/* Cosine and sine of 2 pi w / 2^32; cos_turn() in float. */
static inline void turn(uint32_t w, float *cosine, float *sine)
{
    const uint32_t quarter = (w + (1u << 29)) >> 30;
    const float a = (float)(int32_t)(w - (quarter << 30)) * (float)(PI / 2 * 0x1p-30), z = a * a;
    const float c = 1 - z / 2 * (1 - z / 12 * (1 - z / 30 * (1 - z / 56)));
    const float s = a * (1 - z / 6 * (1 - z / 20 * (1 - z / 42 * (1 - z / 72))));
    const float x = quarter & 1 ? s : c, y = quarter & 1 ? c : s;

    *cosine = (quarter + 1) & 2 ? -x : x;
    *sine = quarter & 2 ? -y : y;
}

CLONES static void normal_piece(float *restrict y, const struct recipe *c, uint64_t block)
{
    uint32_t w[4][LANES];
    float z[4][LANES];

    block_lanes(w, c->r, block);
    for (int h = 0; h < 4; h += 2)
        for (int i = 0; i < LANES; i++) {
            const float r = radius(w[h][i]);
            float cosine, sine;

            turn(w[h + 1][i], &cosine, &sine);
            z[h][i] = c->a + c->b * (r * cosine);
            z[h + 1][i] = c->a + c->b * (r * sine);
        }
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < 4; j++)
            y[4 * i + j] = z[j][i];
}

/* Elements first .. first+n-1, whole pieces in place and the two ends by way of a buffer. */
static void fill_pieces(void (*piece)(float *restrict, const struct recipe *, uint64_t),
                        const struct recipe *c, uint64_t first, float *y, int64_t n)
{
    const uint64_t skip = first % PIECE, start = first / PIECE;
    const int64_t pieces = n > 0 ? (n + (int64_t)skip - 1) / PIECE + 1 : 0;

    #pragma omp parallel for schedule(static) if (pieces > 1024)
    for (int64_t p = 0; p < pieces; p++) {
        const int64_t at = p * PIECE - (int64_t)skip;       /* of the piece, in y */
        const int64_t from = at > 0 ? at : 0, to = at + PIECE < n ? at + PIECE : n;
        const uint64_t block = (start + (uint64_t)p) * LANES;
        float whole[PIECE];

        if (to - from == PIECE) {
            piece(y + at, c, block);
        } else {
            piece(whole, c, block);
            memcpy(y + from, whole + (from - at), (size_t)(to - from) * sizeof *y);
        }
    }
}

void rng_fill_uniform(const struct rng *r, uint64_t first, float *y, int64_t n, float lo, float hi)
{
    const struct recipe c = {r, lo, hi - lo, nextafterf(hi, lo)};

    fill_pieces(uniform_piece, &c, first, y, n);
}

void rng_fill_normal(const struct rng *r, uint64_t first, float *y, int64_t n, float mean,
                     float std)
{
    const struct recipe c = {r, mean, std, 0};

    fill_pieces(normal_piece, &c, first, y, n);
}
