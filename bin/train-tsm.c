/* bin/train-tsm.c - train a network to tell the classes of clips by what frames see of each other. */
#include "models/model_io.h"
#include "models/tsm.h"

#include <stdlib.h>

struct opts {
    struct tool tool;
    struct tsm_options tsm;
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    st->child_inputs[1] = &o->tsm;
    st->child_inputs[2] = &o->tsm.train;
    st->child_inputs[3] = &o->tsm.scale;
    return 0;
}

/* What the recipe stands for in this run, and what to think over. */
static void tell(struct opts *o, const struct model *m)
{
    char *text = tsm_recipe_text(&o->tsm);
    if (dist_rank(o->tsm.train.dist) == 0)
        tool_note(&o->tool, "recipe %s: %s", tsm_recipes[o->tsm.recipe].name, text);
    tsm_warn(&o->tool, &o->tsm, m);
    free(text);
}

static int run(struct opts *o, struct model *m, struct samples *clips, struct samples *valid)
{
    struct tsm_objective ours = {.loss = {.classes = m->out, .smoothing = (float)o->tsm.smoothing},
                                 .seed = o->tool.opt.seed, .groups = o->tsm.groups, .tuning = o->tsm.tune_from != NULL};
    const struct objective objective = tsm_objective(&ours);
    const struct feeder_options feed = {.scale = o->tsm.scale, .classes = m->out};
    struct trainer *r = trainer_new(&o->tool, &o->tsm.train, m, clips, valid, &feed, &objective);
    int rc = r ? trainer_run(r) : -1;
    if (rc == 0)
        rc = trainer_write(r);
    trainer_free(r);
    return rc;
}

int main(int argc, char **argv)
{
    struct argp_child children[] = {tool_common[0], tsm_child, trainer_child, scale_child, {0}};
    const struct argp argp = {
        NULL, parse, "", "Train a network on the records clip u8 [N,T,H,W,C] and label of standard input and write it, as a "
        "model stream, to standard output.\v"
        "Example:\n  video-gen motion --n=4000 --seed=1 | train-tsm --recipe=v1 --shift=bi --valid=test.ten >model.ten",
        children, 0, 0
    };
    struct opts o = {0};
    struct ten_err *e = &o.tool.err;
    struct samples *clips = NULL, *valid = NULL;
    int rc = -1;

    tsm_options_default(&o.tsm);
    struct trainer_options *train = &o.tsm.train;
    if (!(train->dist = dist_open(e)) && e->code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (train->dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct model *m = NULL;
    if ((clips = samples_open("-", o.tool.in, NULL, e)) && (m = tsm_model(&o.tsm, clips, memory, e)) &&
        (!train->valid || (valid = samples_open(train->valid, tool_reader(&o.tool, train->valid), NULL, e)))) {
        tell(&o, m);
        rc = run(&o, m, clips, valid ? valid : train->evaluate_only ? clips : NULL);
    }
    model_free(m);
    samples_close(clips);
    samples_close(valid);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
