#include "models/model_io.h"
#include "base/fail.h"
#include "base/mem.h"
#include "nn/checkpoint.h"

#include <stdlib.h>
#include <string.h>

/* ---- Options ----------------------------------------------------------------------------------------- */

enum { O_MEAN = 500, O_STD };

static const struct argp_option scale_options[] = {
    {"mean", O_MEAN, "LIST", 0, "Means of the channels, for images from 0 to 1 (default: to -1..1)", 0},
    {"std", O_STD, "LIST", 0, "Standard deviations of the channels", 0},
    {0}
};

/* "0.49,0.48,0.45" into v: how many. */
static int numbers(struct argp_state *st, const char *arg, float *v)
{
    char *const copy = xstrdup(arg), *left = copy;      /* the history keeps the words of the command line */
    int n = 0;
    for (char *word; (word = strsep(&left, ",")); n++) {
        if (n == BATCH_MAX_CHANNELS)
            argp_error(st, "%d channels or more: expected at most %d", n + 1, BATCH_MAX_CHANNELS);
        v[n] = (float)tool_float(st, word, -1e6, 1e6);
    }
    free(copy);
    return n;
}

static error_t parse_scale(int key, char *arg, struct argp_state *st)
{
    struct batch_scale *s = st->input;
    switch (key) {
    case O_MEAN: s->channels = numbers(st, arg, s->mean); break;
    case O_STD:
        if (numbers(st, arg, s->std) != s->channels)
            argp_error(st, "--std: expected as many numbers as --mean before it");
        break;
    case ARGP_KEY_END:
        for (int c = 0; c < s->channels; c++)
            if (!(s->std[c] > 0))
                argp_error(st, "--mean: no standard deviation of channel %d: expected one above 0 (--std=LIST)", c);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp scale_argp = {scale_options, parse_scale, NULL, NULL, NULL, NULL, NULL};
const struct argp_child scale_child = {&scale_argp, 0, NULL, 0};

/* ---- Models ------------------------------------------------------------------------------------------ */

struct model *model_open(struct tool *t, const char *path, struct memory *memory)
{
    struct ten_reader *in = tool_reader(t, path);
    json_t *config = in ? checkpoint_config(in, &t->err) : NULL;
    struct model *m = config ? model_new(config, memory, &t->err) : NULL;
    json_decref(config);
    if (!m)
        return NULL;
    const struct part part = {.prefix = "", .params = m->params};
    if (checkpoint_load(in, &(struct checkpoint){.nparts = 1, .parts = &part}, &t->err) == 0)
        return m;
    model_free(m);
    return NULL;
}

struct model *model_parse(const char *text, struct memory *memory, struct ten_err *e)
{
    json_error_t why;
    json_t *config = json_loads(text, 0, &why);
    if (!json_is_object(config)) {
        fail(e, TEN_E_USAGE, "config: %s: expected a JSON object, {\"family\": ...}", config ? "not an object" : why.text);
        json_decref(config);
        return NULL;
    }
    struct model *m = model_new(config, memory, e);
    json_decref(config);
    if (m)
        model_init(m, 0);
    return m;
}

int model_reads(const struct model *m, const struct samples *s, struct ten_err *e)
{
    const int image = samples_pictures(s);
    struct ten_shape in = {.rank = m->in_rank};
    char is[192], want[192];
    int n;
    if (model_gives_rows(m, e) < 0)
        return -1;
    if (image < 0)
        return samples_need(s, "image", e);
    const struct samples_column *column = &samples_columns(s, &n)[image];
    const struct ten_shape *shape = &column->shape;
    memcpy(in.dim, m->in, m->in_rank * sizeof *m->in);
    if (shape->rank == in.rank && memcmp(shape->dim, in.dim, in.rank * sizeof *in.dim) == 0)
        return 0;
    return fail(e, TEN_E_DATA, "%s: samples of shape %s: expected %s, which the network reads", column->name,
                ten_shape_text(shape, is), ten_shape_text(&in, want));
}
