#include "image/grid.h"

#include "base/fail.h"
#include "base/mem.h"

#include <string.h>

int64_t grid_columns(int64_t n)
{
    int64_t c = 1;

    while (c * c < n)
        c++;
    return c;
}

int grid_dims(const struct grid *g, struct image_dims *sheet, struct ten_err *e)
{
    const int64_t columns = g->columns < g->n ? g->columns : g->n;
    const int64_t rows = g->n / g->columns + (g->n % g->columns != 0);
    int64_t bytes;

    sheet->c = g->image.c;
    if (!mul_i64(rows, g->image.h + g->pad, &sheet->h) || !add_i64(sheet->h, g->pad, &sheet->h) ||
        !mul_i64(columns, g->image.w + g->pad, &sheet->w) ||
        !add_i64(sheet->w, g->pad, &sheet->w) || sheet->h > INT32_MAX || sheet->w > INT32_MAX ||
        !mul_i64(sheet->h * sheet->w, sheet->c, &bytes))
        return fail(e, TEN_E_USAGE, "%lld rows of %lld images of %lldx%lld pixels: too large a "
                    "picture: expected at most 2147483647 pixels a side", (long long)rows,
                    (long long)columns, (long long)g->image.w, (long long)g->image.h);
    return 0;
}

static void fill(uint8_t *dst, const uint8_t *pixel, int64_t c, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        memcpy(dst + i * c, pixel, c);
}

void grid_draw(const struct grid *g, uint8_t *restrict sheet, const uint8_t *restrict images)
{
    const struct image_dims *d = &g->image;
    const int64_t columns = g->columns < g->n ? g->columns : g->n;
    const int64_t rows = g->n / g->columns + (g->n % g->columns != 0);
    const int64_t wide = (columns * (d->w + g->pad) + g->pad) * d->c, row = d->w * d->c;

    if (g->pad > 0 || g->n < rows * columns)
        fill(sheet, g->background, d->c, (rows * (d->h + g->pad) + g->pad) * (wide / d->c));
    for (int64_t k = 0; k < g->n; k++) {
        const int64_t top = g->pad + k / columns * (d->h + g->pad);
        const int64_t left = g->pad + k % columns * (d->w + g->pad);
        for (int64_t y = 0; y < d->h; y++)
            memcpy(sheet + (top + y) * wide + left * d->c, images + (k * d->h + y) * row, row);
    }
}
