#include "tensor/fill.h"

#include "base/mem.h"
#include "tensor/cast.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 };       /* elements made at a time; whole bytes of every packed type */

static bool is_float(enum ten_type t)
{
    return t == TEN_F32 || t == TEN_F64 || t == TEN_F16 || t == TEN_BF16;
}

static bool is_signed(enum ten_type t)
{
    return t == TEN_I8 || t == TEN_I16 || t == TEN_I32 || t == TEN_I64 || t == TEN_I4 ||
           t == TEN_I2;
}

/* Bits that count: text stays ASCII, a truth value is 0 or 1. */
static int value_bits(enum ten_type t)
{
    return t == TEN_UTF8 ? 7 : t == TEN_BOOL ? 1 : ten_elem_bits(t);
}

bool fill_limits(enum ten_type type, long double *lo, long double *hi)
{
    const int bits = value_bits(type);

    if (is_float(type))
        return false;
    *lo = is_signed(type) ? -(long double)(UINT64_C(1) << (bits - 1)) : 0;
    *hi = is_signed(type) ? -*lo - 1 : (long double)(UINT64_MAX >> (64 - bits));
    return true;
}

/* The number as the low bits of a word, two's complement. */
static uint64_t word(long double v)
{
    return v < 0 ? (uint64_t)(int64_t)v : (uint64_t)v;
}

static void wrap(uint64_t *v, int64_t n, int bits, bool sign)
{
    const int spare = 64 - bits;

    for (int64_t i = 0; i < n; i++)
        v[i] = sign ? (uint64_t)((int64_t)(v[i] << spare) >> spare) : v[i] << spare >> spare;
}

static void integers(uint64_t *v, enum ten_type type, const struct fill *f, const struct rng *r,
                     int64_t first, int64_t n)
{
    const uint64_t lo = word(f->lo);

    if (f->kind == FILL_UNIFORM) {
        /* A span of 2^64 has no place in a word, and needs none. */
        const bool all = f->hi - f->lo > (long double)UINT64_MAX;
        const uint64_t span = all ? 0 : word(f->hi - f->lo);

        for (int64_t i = 0; i < n; i++) {
            const uint64_t k = (uint64_t)(first + i);

            v[i] = lo + (all ? rng_u64(r, k) : rng_below(r, k, span));
        }
    } else {
        for (int64_t i = 0; i < n; i++)
            v[i] = f->kind == FILL_ARANGE ? lo + (uint64_t)(first + i) : word(f->value);
    }
    wrap(v, n, value_bits(type), is_signed(type));
}

static void piece(void *dst, enum ten_type type, const struct fill *f, const struct rng *r,
                  int64_t first, int64_t n, void *work)
{
    double *d = work;
    enum ten_type made = TEN_F32;

    if (f->kind == FILL_NORMAL) {
        rng_fill_normal(r, (uint64_t)first, work, n, f->mean, f->std);
    } else if (!is_float(type)) {
        integers(work, type, f, r, first, n);
        made = is_signed(type) ? TEN_I64 : TEN_U64;
    } else if (f->kind == FILL_UNIFORM) {
        rng_fill_uniform(r, (uint64_t)first, work, n, (float)f->lo, (float)f->hi);
    } else {
        for (int64_t i = 0; i < n; i++)
            d[i] = (double)(f->kind == FILL_ARANGE ? f->lo + (long double)(first + i) : f->value);
        made = TEN_F64;
    }
    cast(dst, type, work, made, n);
}

/* One parallel region for all pieces: those of cast() and rng_fill_*() inside then are not. */
void fill(void *dst, enum ten_type type, const struct fill *f, const struct rng *r, int64_t first,
          int64_t n)
{
    const int64_t bits = ten_elem_bits(type), pieces = n / PIECE + (n % PIECE != 0);

    if (f->kind == FILL_ZEROS) {
        memset(dst, 0, (size_t)((n * bits + 7) / 8));
        return;
    }
    #pragma omp parallel if (pieces > 1)
    {
        void *work = xaligned(PIECE * sizeof(uint64_t));

        #pragma omp for schedule(static)
        for (int64_t i = 0; i < pieces; i++) {
            const int64_t at = i * PIECE;

            piece((char *)dst + at * bits / 8, type, f, r, first + at,
                  n - at < PIECE ? n - at : PIECE, work);
        }
        free(work);
    }
}
