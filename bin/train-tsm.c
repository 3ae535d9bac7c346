/* bin/train-tsm.c - train a network to tell the classes of clips by what frames see of each other. */
#include "models/model_io.h"
#include "models/tsm.h"
#include "models/tsm_pack.h"

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

/* Samples of a stream, or labels of a store and the source of their clips. */
struct data { struct samples *samples; struct tsm_pack *pack; };

static int open_data(struct opts *o, struct data *d, const char *pack, const char *stream, bool train)
{
    const struct tsm_options *tsm = &o->tsm;
    const bool dense = tsm->dense >= 0 ? tsm->dense : tsm_recipes[tsm->recipe].dense;
    if (pack) {
        d->pack = tsm_pack_open(&o->tool, pack, &(struct tsm_pack_options){
            .segments = tsm->segments, .size = tsm->size, .dense = dense, .train = train,
            .modality = tsm->modality, .length = tsm_length(tsm)});
        d->samples = d->pack ? tsm_pack_samples(d->pack) : NULL;
    } else {
        struct ten_reader *in = tool_reader(&o->tool, stream);
        d->samples = in ? samples_open(stream, in, NULL, &o->tool.err) : NULL;
    }
    return d->samples ? 0 : -1;
}

static void close_data(struct data *d)
{
    if (!d->pack)
        samples_close(d->samples);
    tsm_pack_close(d->pack);
}

static const struct feeder_source *source_of(const struct data *d) { return d->pack ? tsm_pack_source(d->pack) : NULL; }

static int run(struct opts *o, struct model *m, const struct data *clips, const struct data *valid)
{
    struct tsm_objective ours = {.loss = {.classes = m->out, .smoothing = (float)o->tsm.smoothing},
                                 .seed = o->tool.opt.seed, .groups = o->tsm.groups, .tuning = o->tsm.tune_from != NULL,
                                 .packed = clips->pack || valid->pack, .modality = o->tsm.modality};
    const struct objective objective = tsm_objective(&ours);
    const struct feeder_options feed = {.scale = o->tsm.scale, .classes = m->out, .source = source_of(clips),
                                        .evaluated = source_of(valid), .threads = (int)o->tsm.workers};
    struct trainer *r = trainer_new(&o->tool, &o->tsm.train, m, clips->samples, valid->samples, &feed, &objective);
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
        NULL, parse, "", "Train a network on the records clip u8 [N,T,H,W,C] and label of standard input, or on videos of a "
        "store, and write it, as a model stream, to standard output.\v"
        "Example:\n  video-gen motion --n=4000 --seed=1 | train-tsm --recipe=v1 --shift=bi --valid=test.ten >model.ten",
        children, 0, 0
    };
    struct opts o = {0};
    struct data clips = {0}, valid = {0};
    struct model *m = NULL;
    int rc = -1;

    tsm_options_default(&o.tsm);
    struct trainer_options *train = &o.tsm.train;
    if (!(train->dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_OUT | (train->dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    /* What --eval-only measures on without --valid comes as it is, nothing drawn. */
    if (open_data(&o, &clips, o.tsm.pack, "-", !train->evaluate_only) == 0 &&
        (m = tsm_model(&o.tsm, clips.samples, source_of(&clips), memory, &o.tool.err)) &&
        (!train->valid || open_data(&o, &valid, o.tsm.valid_pack, train->valid, false) == 0)) {
        tell(&o, m);
        rc = run(&o, m, &clips, train->valid || !train->evaluate_only ? &valid : &clips);
    }
    model_free(m);
    memory_free(memory);
    rc = tool_close(&o.tool, rc);
    close_data(&clips);
    close_data(&valid);
    return rc;
}
