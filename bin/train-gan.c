/* bin/train-gan.c - train a generator of images against a discriminator. */
#include "models/gan_trainer.h"

struct opts { struct tool tool; struct gan_options gan; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    st->child_inputs[1] = &o->gan;
    return 0;
}

static struct samples *open_samples(struct tool *t, const char *path)
{
    struct ten_reader *in = path ? tool_reader(t, path) : t->in;
    return in ? samples_open(path ? path : "-", in, NULL, &t->err) : NULL;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], gan_child, {0}};
    const struct argp argp = {NULL,
                              parse,
                              "",
                              "Train a generator against a discriminator on the records image "
                              "(and, with --classes, label) of "
                              "standard input, from as few images as there are (DiffAugment), and "
                              "write both, and the generator's moving "
                              "average, to standard output.\v"
                              "Example:\n  png2ten --size=64x64 *.png | train-gan --arch=dcgan "
                              "--policy=color,translation,cutout\n"
                              "      --iters=20000 --resume=run.ten --snapshot=sheet-%05d.png "
                              ">gan.ten",
                              children,
                              0,
                              0};
    struct opts o = {0};
    if (!(o.gan.dist = dist_open(&o.tool.err)) && o.tool.err.code)
        return tool_close(&o.tool, -1);
    tool_open(&o.tool, TOOL_IN | TOOL_OUT | (o.gan.dist ? TOOL_FORWARDED : 0), &argp, argc, argv, &o);
    struct samples *train = open_samples(&o.tool, NULL);
    struct samples *valid = train && o.gan.valid ? open_samples(&o.tool, o.gan.valid) : NULL;
    struct gan_trainer *r =
        train && (valid || !o.gan.valid) ? gan_trainer_new(&o.tool, &o.gan, train, valid) : NULL;
    const int rc = r && gan_trainer_run(r) == 0 ? gan_trainer_write(r) : -1;
    gan_trainer_free(r);
    samples_close(train);
    samples_close(valid);
    return tool_close(&o.tool, rc);
}
