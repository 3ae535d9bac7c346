#include "models/model_io.h"
#include "base/fail.h"
#include "nn/checkpoint.h"

#include <string.h>

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
    const int image = samples_need(s, "image", e);
    struct ten_shape in = {.rank = m->in_rank};
    char is[192], want[192];
    int n;
    if (image < 0)
        return -1;
    const struct ten_shape *shape = &samples_columns(s, &n)[image].shape;
    memcpy(in.dim, m->in, m->in_rank * sizeof *m->in);
    if (shape->rank == in.rank && memcmp(shape->dim, in.dim, in.rank * sizeof *in.dim) == 0)
        return 0;
    return fail(e, TEN_E_DATA, "image: samples of shape %s: expected %s, which the network reads", ten_shape_text(shape, is), ten_shape_text(&in, want));
}
