/*
 * Libraries compute other bits with another number of threads, so every call of one here is one
 * thread's, on a piece that depends on the shape alone, and OpenMP spreads the pieces.
 *
 * A piece has at most PIECE_ROWS x PIECE_COLS results: large enough that packing the operands
 * anew for every piece is lost in the arithmetic.  Products of few results and many terms (weight
 * gradients) are cut along the terms as well; the parts are added in order.
 */
#include "tensor/product.h"
#include "base/mem.h"
#include "tensor/blas.h"

#include <omp.h>
#include <stdlib.h>

enum { PIECE_ROWS = 384, PIECE_COLS = 768, PIECE_WORK = 2 << 20, PIECES = 16, SLICE_TERMS = 1024 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

struct cut {
    int64_t rows, cols, terms;          /* of a piece */
    int64_t down, across, deep;         /* how many */
};

/* Halve the larger side of a piece while there are few pieces of much work. */
static struct cut cut_of(const struct product *p, int64_t batch)
{
    struct cut c = {.down = parts(p->m, PIECE_ROWS), .across = parts(p->n, PIECE_COLS), .deep = 1};
    for (;;) {
        c.rows = parts(parts(p->m, c.down), 16) * 16;
        c.cols = parts(parts(p->n, c.across), 16) * 16;
        if (batch * c.down * c.across >= PIECES || c.rows * c.cols / 2 * p->k < PIECE_WORK ||
            (c.rows < 128 && c.cols < 128))
            break;
        if (c.rows >= c.cols)
            c.down *= 2;
        else
            c.across *= 2;
    }
    c.down = parts(p->m, c.rows);
    c.across = parts(p->n, c.cols);
    if (batch == 1)
        c.deep = least(PIECES / (c.down * c.across), p->k / SLICE_TERMS);
    if (c.deep < 1)
        c.deep = 1;
    c.terms = parts(p->k, c.deep);
    return c;
}

static void piece(const struct product *p, float *c, int64_t ldc, float beta, const float *a, const float *b, const int64_t at[3], const int64_t size[3])
{
    const int64_t i = at[0], j = at[1], t = at[2];
    sgemm(p->ta ? CblasTrans : CblasNoTrans, p->tb ? CblasTrans : CblasNoTrans,
                size[0], size[1], size[2], p->alpha, a + (p->ta ? t * p->lda + i : i * p->lda + t), p->lda,
                b + (p->tb ? j * p->ldb + t : t * p->ldb + j), p->ldb, beta, c, ldc);
}

/* One piece alone: libraries take as many threads as OpenMP would. */
static void alone(const struct product *p, float *c, const float *a, const float *b)
{
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    piece(p, c, p->ldc, p->beta, a, b, (const int64_t[3]){0}, (const int64_t[3]){p->m, p->n, p->k});
    omp_set_num_threads(threads);
}

/* C = beta C + the parts, each [M,N], in order. */
static void add_parts(const struct product *p, float *c, const float *part, int64_t n)
{
    #pragma omp parallel for schedule(static) if (p->m * p->n > 16384)
    for (int64_t i = 0; i < p->m; i++) {
        float *row = c + i * p->ldc;
        const float *first = part + i * p->n;
        for (int64_t j = 0; j < p->n; j++)
            row[j] = p->beta == 0 ? first[j] : p->beta * row[j] + first[j];
        for (int64_t s = 1; s < n; s++)
            for (int64_t j = 0; j < p->n; j++)
                row[j] += part[(s * p->m + i) * p->n + j];
    }
}

static void no_terms(const struct product *p, float *c)
{
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->n; j++)
            c[i * p->ldc + j] = p->beta == 0 ? 0 : p->beta * c[i * p->ldc + j];
}

void product_batch(const struct product *p, int64_t batch, float *c, int64_t sc, const float *a, int64_t sa, const float *b, int64_t sb)
{
    if (p->m == 0 || p->n == 0 || batch == 0)
        return;
    if (p->k == 0) {
        for (int64_t s = 0; s < batch; s++)
            no_terms(p, c + s * sc);
        return;
    }
    const struct cut cut = cut_of(p, batch);
    const int64_t each = cut.down * cut.across * cut.deep, pieces = batch * each;
    if (pieces == 1) {
        alone(p, c, a, b);
        return;
    }
    float *part = cut.deep > 1 ? xaligned(sizeof *part * cut.deep * p->m * p->n) : NULL;

    #pragma omp parallel for schedule(dynamic)
    for (int64_t n = 0; n < pieces; n++) {
        const int64_t s = n / each, d = n % each / (cut.down * cut.across), q = n % (cut.down * cut.across);
        const int64_t at[3] = {q / cut.across * cut.rows, q % cut.across * cut.cols, d * cut.terms};
        const int64_t size[3] = {least(cut.rows, p->m - at[0]), least(cut.cols, p->n - at[1]), least(cut.terms, p->k - at[2])};
        if (part)
            piece(p, part + (d * p->m + at[0]) * p->n + at[1], p->n, 0, a, b, at, size);
        else
            piece(p, c + s * sc + at[0] * p->ldc + at[1], p->ldc, p->beta, a + s * sa, b + s * sb, at, size);
    }
    if (part)
        add_parts(p, c, part, parts(p->k, cut.terms));
    free(part);
}

/* ---- An operand that is made where it is needed ---------------------------------------------------------- */

/* Piece with its part of the operand in room, of leading dimension as wide as that part. */
static void made_piece(const struct product *p, float *c, int64_t ldc, float beta, const float *a, const float *b,
                       const struct product_source *made, float *room, const int64_t at[3], const int64_t size[3])
{
    struct product q = *p;
    const bool first = made->of == 'A';
    const int64_t row = first ? at[0] : at[2], rows = first ? size[0] : size[2], col = first ? at[2] : at[1], cols = first ? size[2] : size[1];
    made->make(made->ctx, room, row, rows, col, cols);
    if (first) {
        q.lda = cols;
        piece(&q, c, ldc, beta, room, b + (p->tb ? at[1] * p->ldb + at[2] : at[2] * p->ldb + at[1]), (const int64_t[3]){0}, size);
    } else {
        q.ldb = cols;
        piece(&q, c, ldc, beta, a + (p->ta ? at[2] * p->lda + at[0] : at[0] * p->lda + at[2]), room, (const int64_t[3]){0}, size);
    }
}

void product_made(const struct product *p, float *c, const float *a, const float *b, const struct product_source *made)
{
    if (p->m == 0 || p->n == 0 || p->k == 0) {
        if (p->m > 0 && p->n > 0)
            no_terms(p, c);
        return;
    }
    const struct cut cut = cut_of(p, 1);
    const int64_t pieces = cut.down * cut.across * cut.deep, threads = omp_get_max_threads();
    float *part = cut.deep > 1 ? xaligned(sizeof *part * cut.deep * p->m * p->n) : NULL;

    if (pieces == 1)
        omp_set_num_threads(1);
    #pragma omp parallel if (pieces > 1)
    {
        float *room = xaligned(sizeof *room * (made->of == 'A' ? cut.rows * cut.terms : cut.terms * cut.cols));
        #pragma omp for schedule(dynamic)
        for (int64_t n = 0; n < pieces; n++) {
            const int64_t d = n / (cut.down * cut.across), q = n % (cut.down * cut.across);
            const int64_t at[3] = {q / cut.across * cut.rows, q % cut.across * cut.cols, d * cut.terms};
            const int64_t size[3] = {least(cut.rows, p->m - at[0]), least(cut.cols, p->n - at[1]), least(cut.terms, p->k - at[2])};
            if (part)
                made_piece(p, part + (d * p->m + at[0]) * p->n + at[1], p->n, 0, a, b, made, room, at, size);
            else
                made_piece(p, c + at[0] * p->ldc + at[1], p->ldc, p->beta, a, b, made, room, at, size);
        }
        free(room);
    }
    omp_set_num_threads((int)threads);
    if (part)
        add_parts(p, c, part, parts(p->k, cut.terms));
    free(part);
}

void product(const struct product *p, float *c, const float *a, const float *b)
{
    product_batch(p, 1, c, 0, a, 0, b, 0);
}
