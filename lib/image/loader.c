#include "image/loader.h"

#include "base/fail.h"
#include "base/mem.h"
#include "image/resize.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static void count_input(struct loader *l, int64_t bytes, uint64_t digest)
{
    l->input.bytes += bytes;
    l->input.digest = l->files == 1 ? digest
                    : XXH3_64bits_withSeed(&digest, sizeof digest, l->input.digest);
}

/* *p gets room for n elements of `size` bytes and keeps what it holds. */
static void *grown(void *p, int64_t *room, int64_t n, int64_t size)
{
    int64_t bytes;

    if (!mul_i64(n, size, &bytes))
        bytes = INT64_MAX;
    if (bytes <= *room)
        return p;
    *room = bytes;
    return xrealloc(p, (size_t)bytes);
}

static void reserve(struct loader *l, int64_t n)
{
    l->pixels = grown(l->pixels, &l->pixels_room, n, image_bytes(&l->dims));
    l->origin = grown(l->origin, &l->origin_room, n, sizeof *l->origin);
}

/* Images of size in, from file k, must become what the first one did. */
static int check_dims(const struct loader *l, int64_t k, const struct image_dims *in,
                      struct ten_err *e)
{
    const struct image_dims d = prepare_dims(&l->prepare, in);

    if (l->prepare.h > 0 && (in->h > RESIZE_MAX || in->w > RESIZE_MAX))
        return fail(e, TEN_E_DATA, "%s: %lldx%lld pixels: expected at most %d a side for --size",
                    l->file[k], (long long)in->w, (long long)in->h, RESIZE_MAX);
    if (d.h == l->dims.h && d.w == l->dims.w && d.c == l->dims.c)
        return 0;
    return fail(e, TEN_E_DATA, "%s: %lldx%lld pixels of %lld channels: expected %lldx%lld of %lld, "
                "as in %s (--size, --crop and --channels make images alike)", l->file[k],
                (long long)d.w, (long long)d.h, (long long)d.c, (long long)l->dims.w,
                (long long)l->dims.h, (long long)l->dims.c, l->file[0]);
}

/* ---- Images one after the other -------------------------------------------------------------- */

static void close_file(struct loader *l)
{
    png_in_close(l->png);
    source_close(l->src);
    l->png = NULL;
    l->src = NULL;
}

/* Find the images in the picture just opened; the first picture of all decides their size. */
static int find_images(struct loader *l)
{
    const int64_t file = l->next - 1;

    l->in = *png_in_dims(l->png);
    l->index = 0;
    l->count = 1;
    if (l->strip) {
        const int64_t height = l->height > 0 ? l->height : l->in.w, all = l->in.h;
        if (all % height != 0)
            return fail(&l->err, TEN_E_DATA, "%s: %lld rows: expected a multiple of %lld, the "
                        "height of one image", l->file[file], (long long)all, (long long)height);
        l->in.h = height;
        l->count = all / height;
    }
    if (l->dims.h == 0)
        l->dims = prepare_dims(&l->prepare, &l->in);
    return check_dims(l, file, &l->in, &l->err);
}

static int open_file(struct loader *l)
{
    l->src = source_open(l->file[l->next++], &l->err);
    l->png = l->src ? png_in_open(l->src, l->max_bytes, &l->err) : NULL;
    return l->png ? find_images(l) : -1;
}

/* Images n to n+want-1 of the batch from the open file: how many of them are good. */
static int64_t take_images(struct loader *l, int64_t n, int64_t want)
{
    int64_t good = 0;

    l->raw = grown(l->raw, &l->raw_room, want, image_bytes(&l->in));
    reserve(l, n + want);
    while (good < want &&
           png_in_rows(l->png, l->raw + good * image_bytes(&l->in), l->in.h, &l->err) == 0)
        good++;
    #pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < good; i++)
        prepare_image(&l->prepare, l->pixels + (n + i) * image_bytes(&l->dims),
                      l->raw + i * image_bytes(&l->in), &l->in);
    for (int64_t i = 0; i < good; i++)
        l->origin[n + i] = (struct origin){l->next - 1, l->index++};
    return good;
}

static int64_t load_in_turn(struct loader *l, int64_t max)
{
    int64_t n = 0;

    while (n < max && l->err.code == 0) {
        if (!l->png && (l->next == l->files || open_file(l) < 0))
            break;
        n += take_images(l, n, max - n < l->count - l->index ? max - n : l->count - l->index);
        if (l->index == l->count) {
            count_input(l, source_offset(l->src), source_digest(l->src));
            close_file(l);
        }
    }
    return n;
}

/* ---- One image a file, many files at once ---------------------------------------------------- */

static int decode(const struct loader *l, int64_t k, struct png_in *png, uint8_t *dst,
                  struct ten_err *e)
{
    const struct image_dims *in = png_in_dims(png);
    int rc = check_dims(l, k, in, e);

    if (rc == 0) {
        uint8_t *raw = xmalloc((size_t)image_bytes(in));
        if ((rc = png_in_rows(png, raw, in->h, e)) == 0)
            prepare_image(&l->prepare, dst, raw, in);
        free(raw);
    }
    return rc;
}

struct loaded { int64_t bytes; uint64_t digest; };

static int load_file(const struct loader *l, int64_t k, uint8_t *dst, struct loaded *done,
                     struct ten_err *e)
{
    struct source *src = source_open(l->file[k], e);
    struct png_in *png = src ? png_in_open(src, l->max_bytes, e) : NULL;
    const int rc = png ? decode(l, k, png, dst, e) : -1;

    if (rc == 0)
        *done = (struct loaded){source_offset(src), source_digest(src)};
    png_in_close(png);
    source_close(src);
    return rc;
}

/* Images n to max-1 of the batch, each from a file of its own: the new n, behind the good ones. */
static int64_t load_at_once(struct loader *l, int64_t n, int64_t max)
{
    const int64_t want = max - n < l->files - l->next ? max - n : l->files - l->next;
    struct loaded *done = xcalloc((size_t)want, sizeof *done);
    int64_t good = want;

    reserve(l, n + want);
    #pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < want; i++) {
        uint8_t *dst = l->pixels + (n + i) * image_bytes(&l->dims);
        struct ten_err err = {0};
        if (load_file(l, l->next + i, dst, &done[i], &err) == 0)
            continue;
        #pragma omp critical
        if (i < good) {
            good = i;
            l->err = err;
        }
    }
    for (int64_t i = 0; i < good; i++) {
        count_input(l, done[i].bytes, done[i].digest);
        l->origin[n + i] = (struct origin){l->next++, 0};
    }
    free(done);
    return n + good;
}

int64_t loader_next(struct loader *l, int64_t max, struct ten_err *e)
{
    int64_t n = 0;

    if (l->strip || l->next == 0)       /* the first file tells how much memory an image needs */
        n = load_in_turn(l, l->strip ? max : 1);
    if (!l->strip && l->err.code == 0 && n < max)
        n = load_at_once(l, n, max);
    if (n == 0 && l->err.code != 0) {
        *e = l->err;
        return -1;
    }
    return n;
}

char *loader_names(const struct loader *l, int64_t n, int64_t *size)
{
    char number[24] = "";
    int64_t bytes = 0;
    char *text, *at;

    for (int64_t i = 0; i < n; i++)
        bytes += (int64_t)(strlen(l->file[l->origin[i].file]) + sizeof number);
    at = text = xmalloc((size_t)bytes);
    for (int64_t i = 0; i < n; i++) {
        if (l->strip)
            snprintf(number, sizeof number, ":%" PRId64, l->origin[i].index);
        at = stpcpy(stpcpy(stpcpy(at, l->file[l->origin[i].file]), number), "\n");
    }
    *size = at - text;
    return text;
}

void loader_free(struct loader *l)
{
    close_file(l);
    free(l->raw);
    free(l->pixels);
    free(l->origin);
}
