/* bin/gan-project.c - what a generator would have to be given to make a picture. */
#include "autograd/ops.h"
#include "base/mem.h"
#include "image/pixels.h"
#include "models/gan_io.h"
#include "models/gan_project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    struct gan_sample_options sample;
    struct gan_projection p;
    const char *target, *curve, *space;
    FILE *table;
    int64_t group;
};

enum { O_STEPS = 1, O_RATE, O_PIXEL, O_FEATURE, O_SPACE, O_CURVE };

static const struct argp_option options[] = {
    {"target", 't', "FILE", 0, "The pictures: records image of the generator's size", 0},
    {"space", O_SPACE, "SPACE", 0,
     "Move z, w (default where there is one), or w+, a w for each layer", 0},
    {"steps", O_STEPS, "N", 0, "Steps of the search (default 500)", 0},
    {"rate", O_RATE, "RATE", 0, "Its rate (default 0.1)", 0},
    {"pixel", O_PIXEL, "WEIGHT", 0, "Weight of the distance of pixels (default 1)", 0},
    {"feature", O_FEATURE, "WEIGHT", 0, "Weight of the distance of features (default 1)", 0},
    {"curve", O_CURVE, "FILE", 0, "A table of distances, a line a step", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->sample;
        break;
    case 't':       o->target = arg; break;
    case O_STEPS:   o->p.steps = tool_int(st, arg, 0, 1 << 30); break;
    case O_RATE:    o->p.rate = tool_float(st, arg, 0, 1e6); break;
    case O_PIXEL:   o->p.pixel = tool_float(st, arg, 0, 1e9); break;
    case O_FEATURE: o->p.feature = tool_float(st, arg, 0, 1e9); break;
    case O_CURVE:   o->curve = arg; break;
    case O_SPACE:
        o->space = arg;
        o->p.space = (enum gan_space)tool_choice(st, arg, (const char *[]){"z", "w", "w+", NULL});
        break;
    case ARGP_KEY_END:
        if (!o->target)
            argp_error(st, "no pictures: expected --target=FILE");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void note(void *ctx, int64_t step, double loss, double pixel)
{
    struct opts *o = ctx;
    char text[64];
    snprintf(text, sizeof text, "distance %.4f", loss);
    progress_step(&o->tool.progress, o->group * o->p.steps + step, text);
    if (o->table)
        fprintf(o->table, "%lld\t%lld\t%.6g\t%.6g\n", (long long)o->group, (long long)step, loss,
                pixel);
}

/* The pictures of a record as numbers in [-1,1], of the size that the sampler makes. */
static int take_target(struct opts *o, const struct gan_sampler *s, const struct ten_record *rec,
                       struct tensor *target)
{
    struct ten_err *e = &o->tool.err;
    struct var *in[MODEL_INPUTS];
    char is[192], want[192];
    gan_sample_inputs(s, 0, 1, in);
    const struct tensor one = gan_images_of(s, in)->v;
    struct ten_shape shape = {4,
                              {rec->shape.rank ? rec->shape.dim[0] : 0, one.dim[1], one.dim[2],
                               one.dim[3]}};
    tape_clear(s->tape);
    if ((rec->type != TEN_U8 && rec->type != TEN_F32) || rec->shape.rank != 4 || shape.dim[0] < 1 ||
        memcmp(shape.dim, rec->shape.dim, 4 * sizeof *shape.dim) != 0)
        return fail(e, TEN_E_DATA,
                    "%s: byte %lld: image: %s%.60s: expected u8 or f32%.60s, as the generator "
                    "makes",
                    o->target, (long long)rec->offset, ten_type_name(rec->type),
                    ten_shape_text(&rec->shape, is), ten_shape_text(&shape, want));
    *target = tensor_new(tape_memory(s->tape), TEN_F32, 4, shape.dim);
    if (rec->type == TEN_U8)
        pixels_to_f32(target->f, rec->data, ten_count(rec));
    else
        memcpy(target->f, rec->data, (size_t)ten_bytes(rec));
    return 0;
}

static int put(struct opts *o, const struct gan_sampler *s, const struct gan_found *found)
{
    struct ten_err *e = &o->tool.err;
    int rc = gan_put(o->tool.out, s->tape, "image", tape_input(s->tape, found->image), o->group,
                     NULL, e);
    if (rc == 0)
        rc = gan_put(o->tool.out, s->tape, o->p.space == GAN_SPACE_Z ? "z" : "w",
                     tape_input(s->tape, found->latent), o->group, NULL, e);
    tape_clear(s->tape);
    return rc;
}

static int project(struct opts *o, const struct gan_sampler *s, const struct ten_record *rec)
{
    struct tensor target;
    struct gan_found found;
    if (take_target(o, s, rec, &target) < 0)
        return -1;
    int rc = gan_project(s, &o->p, &target, &found, &o->tool.err);
    tensor_drop(&target);
    if (rc == 0)
        rc = put(o, s, &found);
    o->group++;
    return rc;
}

static int project_all(struct opts *o, const struct gan_sampler *s)
{
    struct ten_reader *in = tool_reader(&o->tool, o->target);
    struct ten_record rec;
    int rc = in ? 0 : -1;
    if (!o->space)
        o->p.space = gan_latent(s->g).layers > 0 ? GAN_SPACE_W : GAN_SPACE_Z;
    progress_start(&o->tool.progress, "steps", 0);
    while (rc == 0 && (rc = ten_next(in, &rec, &o->tool.err)) > 0)
        rc = strcmp(rec.name, "image") == 0 ? project(o, s, &rec) : 0;
    progress_end(&o->tool.progress);
    return rc == 0 && o->group == 0
               ? fail(&o->tool.err, TEN_E_DATA, "%s: no record image: expected pictures", o->target)
               : rc;
}

static int open_table(struct opts *o)
{
    if (o->curve && !(o->table = fopen(o->curve, "w")))
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: expected a file for the table", o->curve,
                    strerror(errno));
    if (o->table)
        fputs("group\tstep\tdistance\tpixel\n", o->table);
    return 0;
}

static int close_table(struct opts *o, int rc)
{
    if (o->table && (ferror(o->table) | fclose(o->table)) && rc == 0)
        return fail(&o->tool.err, TEN_E_DATA, "%s: %s: the table is incomplete", o->curve,
                    strerror(errno));
    return rc;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], gan_sample_child, {0}};
    const struct argp argp = {options,
                              parse,
                              "",
                              "Find, for each picture of --target, what the generator on standard "
                              "input has to be given to make the "
                              "nearest to it that it can, and write both.\v"
                              "Example:\n  gan-project --target=me.ten --space=w+ <gan.ten "
                              ">found.ten",
                              children,
                              0,
                              0};
    struct opts o = {.p = {.steps = 500, .rate = 0.1, .pixel = 1, .feature = 1}};
    struct gan_sampler s;
    int rc = -1;
    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    struct memory *memory = memory_new();
    struct tape *t = tape_new(memory, o.tool.opt.seed);
    struct model *g = gan_open(o.tool.in, &o.sample, memory, &o.tool.err);
    o.p.seen = note;
    o.p.ctx = &o;
    tape_mode(t)->record = false;
    if (g && gan_sampler_start(&s, g, t, o.tool.opt.seed, &o.sample, &o.tool.err) == 0 &&
        open_table(&o) == 0)
        rc = close_table(&o, project_all(&o, &s));
    tape_free(t);
    model_free(g);
    memory_free(memory);
    return tool_close(&o.tool, rc);
}
