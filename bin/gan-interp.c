/* bin/gan-interp.c - a film of what lies between samples of a generator. */
#include "base/mem.h"
#include "models/gan_io.h"
#include "models/gan_path.h"

struct opts {
    struct tool tool;
    struct gan_sample_options sample;
    struct gan_path path;
    double fps;
};

enum { O_ROWS = 1, O_COLUMNS, O_PHASES, O_FRAMES, O_STILL, O_SPACE, O_FPS };

static const struct argp_option options[] = {
    {"rows", O_ROWS, "N", 0, "Rows of pictures in a frame (default 1)", 0},
    {"columns", O_COLUMNS, "N", 0, "Columns (default 1)", 0},
    {"phases", O_PHASES, "N", 0, "Samples that each picture goes round (default 5)", 0},
    {"frames", O_FRAMES, "N", 0, "Frames from one to the next (default 20)", 0},
    {"still", O_STILL, "N", 0, "Frames that it stays at each (default 5)", 0},
    {"space", O_SPACE, "SPACE", 0, "Straight lines between z (default), or between latents w", 0},
    {"fps", O_FPS, "RATE", 0, "Frames a second, for ten2y4m (default 20)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    struct gan_path *p = &o->path;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->sample;
        break;
    case O_ROWS:    p->rows = tool_int(st, arg, 1, 100); break;
    case O_COLUMNS: p->columns = tool_int(st, arg, 1, 100); break;
    case O_PHASES:  p->phases = tool_int(st, arg, 1, 100000); break;
    case O_FRAMES:  p->moving = tool_int(st, arg, 0, 100000); break;
    case O_STILL:   p->still = tool_int(st, arg, 0, 100000); break;
    case O_SPACE:   p->latents = tool_choice(st, arg, (const char *[]){"z", "w", NULL}); break;
    case O_FPS:     o->fps = tool_float(st, arg, 0.001, 1e6); break;
    case ARGP_KEY_END:
        if (p->still + p->moving == 0)
            argp_error(st, "--frames=0 --still=0: no frames: expected some");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], gan_sample_child, {0}};
    const struct argp argp = {options,
                              parse,
                              "",
                              "Write a film of pictures that the generator on standard input makes "
                              "on its way from sample to sample "
                              "and back to the first, as one clip.\v"
                              "Example:\n  gan-interp --rows=3 --columns=4 <gan.ten | ten2gif "
                              ">morph.gif",
                              children,
                              0,
                              0};
    struct opts o = {.fps = 20,
                     .path = {.rows = 1, .columns = 1, .phases = 5, .still = 5, .moving = 20}};
    struct gan_sampler s;
    int rc = -1;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, o.tool.opt.seed);
    struct model *g = gan_open(o.tool.in, &o.sample, memory, &o.tool.err);
    tape_mode(t)->record = false;
    if (g && (rc = gan_sampler_start(&s, g, t, o.tool.opt.seed, &o.sample, &o.tool.err)) == 0)
        rc = gan_path_write(&s, &o.path, o.fps, o.tool.out, &o.tool.err);
    tape_free(t);
    model_free(g);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
