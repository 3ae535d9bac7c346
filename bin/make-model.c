/* bin/make-model.c - a network with its first values, or those of weights from elsewhere. */
#include "base/mem.h"
#include "models/network.h"
#include "nn/checkpoint.h"

#include <stdlib.h>

struct opts { struct tool tool; struct network_options network; bool partial; };

static const struct argp_option options[] = {
    {"partial", 'p', 0, 0, "Allow --init to have less than the network, or more", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->network;
        break;
    case 'p': o->partial = true; break;
    default:  return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int make(struct opts *o, const json_t *config, struct memory *memory)
{
    struct model *m = model_new(config, memory, &o->tool.err);
    int rc = m ? 0 : -1;
    if (m) {
        char *text = model_config_text(m);
        const struct part part = {.prefix = "", .params = m->params};
        model_init(m, o->tool.opt.seed);
        rc = network_start(&o->tool, &o->network, m->params, !o->partial);
        if (rc == 0)
            rc = checkpoint_write(o->tool.out, &(struct checkpoint){.config = text, .nparts = 1, .parts = &part}, &o->tool.err);
        free(text);
    }
    model_free(m);
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], network_child, {0}};
    const struct argp argp = {
        options, parse, "", "Write a network as a model stream: with first values drawn by --seed, or, with --init, the weights of "
        "another program, under other names and in other layouts with --init-map.\v"
        "Example:\n  safetensors2ten net.safetensors | make-model --init=- --init-map=names.map\n"
        "      --config='{\"family\": \"mlp\", \"in\": [4], \"hidden\": [8]}' >model.ten", children, 0, 0
    };
    struct opts o = {0};
    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    json_t *config = network_config(&o.network, &o.tool.err);
    const int rc = config ? make(&o, config, memory) : -1;
    json_decref(config);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
