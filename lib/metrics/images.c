#include "metrics/images.h"
#include "base/fail.h"
#include "base/mem.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- One stream ------------------------------------------------------------------------------ */

static void read_labels(struct images *im)
{
    const int at = samples_find(im->samples, "label");
    int n;
    if (at < 0)
        return;
    const struct samples_column *c = &samples_columns(im->samples, &n)[at];
    if (c->type != TEN_I32 || c->count != 1)
        return;
    im->labels = xmalloc((size_t)im->n * sizeof *im->labels);
    for (int64_t i = 0; i < im->n; i++)
        memcpy(&im->labels[i], samples_row(im->samples, at, i), sizeof *im->labels);
    im->label = im->labels;
}

static int read_attrs(struct images *im, const char *own, struct ten_err *e)
{
    json_t *group;
    im->about = (struct features){.n = im->n, .id = "-"};
    if (!(im->about.attrs = attrs_parse(samples_group_attrs(im->samples), "group attributes", e)) ||
        !(group = attrs_parse(own, "attributes", e)))
        return -1;
    json_object_update(im->about.attrs, group);
    json_decref(group);
    return 0;
}

int images_open(struct images *im, struct ten_reader *in, const char *path, struct ten_err *e)
{
    char text[192];
    int n;
    *im = (struct images){0};
    if (!in || !(im->samples = samples_open(path, in, NULL, e)))
        return -1;
    if ((im->column = samples_need(im->samples, "image", e)) < 0)
        return -1;
    const struct samples_column *c = &samples_columns(im->samples, &n)[im->column];
    const int64_t *d = c->shape.dim;
    if (c->shape.rank != 3 || (c->type != TEN_U8 && c->type != TEN_F32) || c->count == 0)
        return fail(e, TEN_E_DATA, "image: samples %s%s: expected u8[H,W,C] or f32[H,W,C]",
                    ten_type_name(c->type), ten_shape_text(&c->shape, text));
    im->n = samples_count(im->samples);
    im->h = d[0];
    im->w = d[1];
    im->c = d[2];
    read_labels(im);
    return read_attrs(im, c->attrs, e);
}

void images_close(struct images *im)
{
    samples_close(im->samples);
    features_free(&im->about);
    free(im->labels);
    *im = (struct images){0};
}

void images_get(const struct images *im, int64_t i, float *x)
{
    const int64_t count = im->h * im->w * im->c;
    const void *row = samples_row(im->samples, im->column, i);
    int n;
    if (samples_columns(im->samples, &n)[im->column].type == TEN_F32) {
        memcpy(x, row, (size_t)count * sizeof *x);
        return;
    }
    for (int64_t k = 0; k < count; k++)
        x[k] = (float)((const uint8_t *)row)[k] / 127.5f - 1;
}

/* ---- Two streams ----------------------------------------------------------------------------- */

enum { O_REAL = 710 };

static const struct argp_option options[] = {
    {"real", O_REAL, "FILE", 0, "Real images", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct image_pair *p = st->input;
    if (key == O_REAL)
        p->path = arg;
    else if (key == ARGP_KEY_END && !p->path)
        argp_error(st, "no real images: expected --real=FILE");
    else if (key != ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child image_pair_child = {&argp, 0, NULL, 0};

int image_pair_open(struct image_pair *p, struct tool *t)
{
    const struct images *a = &p->real, *b = &p->fake;
    if (images_open(&p->fake, t->in, "-", &t->err) < 0 ||
        images_open(&p->real, tool_reader(t, p->path), p->path, &t->err) < 0)
        return -1;
    if (a->h == b->h && a->w == b->w && a->c == b->c)
        return 0;
    return fail(&t->err, TEN_E_DATA, "image: [%" PRId64 ",%" PRId64 ",%" PRId64 "] and real ones "
                "[%" PRId64 ",%" PRId64 ",%" PRId64 "]: expected images of one size", b->h, b->w,
                b->c, a->h, a->w, a->c);
}

void image_pair_close(struct image_pair *p)
{
    images_close(&p->real);
    images_close(&p->fake);
}

void image_pair_header(void)
{
    fputs("\tn_real\tn_fake", stdout);
    protocol_header(stdout);
}

void image_pair_line(const struct image_pair *p)
{
    printf("\t%" PRId64 "\t%" PRId64, p->real.n, p->fake.n);
    protocol_line(stdout, &p->real.about, &p->fake.about);
}
