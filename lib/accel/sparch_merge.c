#include "accel/sparch_merge.h"

#include <string.h>

int64_t sparch_comparators(int64_t width, int64_t chunk)
{
    const int64_t chunks = width / chunk;
    return chunk == width ? width * width : chunks * chunks + (2 * chunks - 1) * chunk * chunk;
}

/* M[i][j]; beyond the window of a all is true, so that b comes, and beyond that of b false. */
static bool cell(const bool *m, int64_t rows, int64_t cols, int64_t i, int64_t j)
{
    return i >= rows || (j < cols && m[i * cols + j]);
}

static void compare_all(bool *m, const struct sparch_elem *a, int64_t rows,
                        const struct sparch_elem *b, int64_t cols)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++)
            m[i * cols + j] = a[i].key >= b[j].key;
}

/* Where the staircase crosses anti-diagonal t: everything left of it has been given, everything
 * above it as well. */
static int64_t crossing(const bool *m, int64_t n, int64_t t)
{
    for (int64_t i = t < n ? t : n; i > 0; i--)
        if (!cell(m, n, n, i - 1, t - i))
            return i;
    return 0;
}

int64_t sparch_flat_array(struct sparch_elem *out, const struct sparch_elem *a,
                          const struct sparch_elem *b, int64_t n)
{
    bool m[SPARCH_MAX_WIDTH * SPARCH_MAX_WIDTH];
    compare_all(m, a, n, b, n);
    for (int64_t t = 0; t < n; t++) {
        const int64_t i = crossing(m, n, t), j = t - i;
        out[t] = cell(m, n, n, i, j) ? b[j] : a[i];
    }
    return crossing(m, n, n);
}

int64_t sparch_chunked_array(struct sparch_elem *out, const struct sparch_elem *a,
                             const struct sparch_elem *b, int64_t n, int64_t c, int64_t *pairs)
{
    const int64_t chunks = n / c;
    bool ends[SPARCH_MAX_WIDTH * SPARCH_MAX_WIDTH], m[SPARCH_MAX_WIDTH * SPARCH_MAX_WIDTH];
    int64_t i = 0, j = 0, x = 0, y = 0;
    for (int64_t p = 0; p < chunks; p++)
        for (int64_t q = 0; q < chunks; q++)
            ends[p * chunks + q] = a[p * c + c - 1].key >= b[q * c + c - 1].key;
    for (*pairs = 1; ; ++*pairs) {
        compare_all(m, a + x * c, c, b + y * c, c);
        while (i + j < n && i < (x + 1) * c && j < (y + 1) * c) {
            const bool from_b = m[(i - x * c) * c + j - y * c];
            out[i + j] = from_b ? b[j] : a[i];
            i += !from_b;
            j += from_b;
        }
        if (i + j == n)
            return i;
        /* The chunk that ends first is the one that is left. */
        const bool next_b = ends[x * chunks + y];
        x += !next_b;
        y += next_b;
    }
}

int64_t sparch_squeeze(struct sparch_elem *x, const bool *keep, int64_t n)
{
    int64_t shift[2 * SPARCH_MAX_WIDTH], gaps = 0;
    for (int64_t i = 0; i < n; i++) {
        shift[i] = keep[i] ? gaps : -1;
        gaps += !keep[i];
    }
    for (int64_t step = 1; step < n; step *= 2)
        for (int64_t i = 0; i < n; i++)
            if (shift[i] >= 0 && (shift[i] & step)) {
                x[i - step] = x[i];
                shift[i - step] = shift[i];
                shift[i] = -1;
            }
    return n - gaps;
}

/* Add neighbours of one key among the held element and x[0..n), which come out in x. */
static int64_t add(struct sparch_merger *m, struct sparch_elem *x, int64_t n, bool last)
{
    bool keep[2 * SPARCH_MAX_WIDTH];
    for (int64_t i = 0; i < n; i++)
        keep[i] = true;
    for (int64_t i = 1; i < n; i++)
        if (keep[i - 1] && x[i].key == x[i - 1].key) {
            x[i].v = x[i - 1].v + x[i].v;
            keep[i - 1] = false;
            m->additions++;
            if (m->drop_zeros && x[i].v == 0) {
                keep[i] = false;
                m->dropped++;
            }
        }
    m->holds = n > 0 && !last && keep[n - 1];
    if (m->holds) {
        m->held = x[n - 1];
        keep[n - 1] = false;
    }
    return sparch_squeeze(x, keep, n);
}

static void window(struct sparch_elem *w, const struct sparch_elem *s, int64_t left, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        w[i] = i < left ? s[i] : (struct sparch_elem){SPARCH_END, 0};
}

int64_t sparch_merge_streams(struct sparch_merger *m, struct sparch_elem *out,
                             const struct sparch_elem *a, int64_t na, const struct sparch_elem *b,
                             int64_t nb)
{
    struct sparch_elem wa[SPARCH_MAX_WIDTH], wb[SPARCH_MAX_WIDTH], x[SPARCH_MAX_WIDTH + 1];
    int64_t i = 0, j = 0, total = 0, pairs = 0;
    while (i < na || j < nb) {
        const int64_t left = na - i + nb - j, n = left < m->width ? left : m->width,
                      held = m->holds;
        window(wa, a + i, na - i, m->width);
        window(wb, b + j, nb - j, m->width);
        x[0] = m->held;
        const int64_t from_a = m->chunk == m->width
                                   ? sparch_flat_array(x + held, wa, wb, m->width)
                                   : sparch_chunked_array(x + held, wa, wb, m->width, m->chunk,
                                                          &pairs);
        /* Behind both ends come sentinels, whose side does not matter. */
        const int64_t taken_a = from_a < na - i ? from_a : na - i;
        i += taken_a;
        j += n - taken_a;
        const int64_t given = add(m, x, held + n, left == n);
        memcpy(out + total, x, (size_t)given * sizeof *x);
        total += given;
        m->cycles++;
        m->most_pairs = pairs > m->most_pairs ? pairs : m->most_pairs;
    }
    m->taken += na + nb;
    m->given += total;
    return total;
}
