/* bin/export-model.c - the weights of a network for another program. */
#include "models/model_io.h"
#include "nn/checkpoint.h"

struct opts { struct tool tool; const char *map; };

static const struct argp_option options[] = {
    {"map", 'm', "FILE", 0, "Names and layouts of the other program, as make-model reads them", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'm': o->map = arg; break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the parameters and the state of the model on standard input, and nothing else of it: under other names "
    "and in other layouts with --map.\v"
    "Example:\n  export-model --map=names.map <model.ten | ten2safetensors >net.safetensors", tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct namemap *map = NULL;
    int rc = -1;
    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct source *src = o.map ? tool_source(&o.tool, o.map) : NULL;
    if (!o.map || (src && (map = namemap_read(src, &o.tool.err)))) {
        struct model *m = model_open(&o.tool, "-", memory);
        if (m)
            rc = checkpoint_export(o.tool.out, m->params, map, &o.tool.err);
        model_free(m);
    }
    namemap_free(map);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
