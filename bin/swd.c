/* bin/swd.c - the sliced Wasserstein distance of generated images from real ones. */
#include "metrics/swd.h"

#include <inttypes.h>

struct opts { struct tool tool; struct image_pair pair; int64_t n, patches; };

static const struct argp_option options[] = {
    {"n", 'n', "N", 0, "Images of each set (default: all of the smaller one)", 0},
    {"patches", 'p', "N", 0, "Of an image, at each level (default 128)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    switch (key) {
    case ARGP_KEY_INIT:
        st->child_inputs[0] = &o->tool.opt;
        st->child_inputs[1] = &o->pair;
        break;
    case 'n': o->n = tool_int(st, arg, 1, INT32_MAX); break;
    case 'p': o->patches = tool_int(st, arg, 1, 1 << 20); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int run(struct opts *o)
{
    const struct images *real = &o->pair.real, *fake = &o->pair.fake;
    if (image_pair_open(&o->pair, &o->tool) < 0)
        return -1;
    const int64_t most = real->n < fake->n ? real->n : fake->n, n = o->n ? o->n : most;
    const int levels = swd_levels(real->h, real->w);
    const struct swd_options how = {o->patches, o->tool.opt.seed};
    double sum = 0;
    if (n > most)
        return fail(&o->tool.err, TEN_E_DATA, "--n: %" PRId64 " of %" PRId64 " images: expected no "
                    "more than either set has", n, most);
    if (levels == 0)
        return fail(&o->tool.err, TEN_E_DATA, "image: %" PRId64 " by %" PRId64 ": expected %d by "
                    "%d at least", real->h, real->w, SWD_LEAST, SWD_LEAST);
    printf("metric\tlevel\tvalue\tn\tpatches");
    image_pair_header();
    for (int l = 0; l <= levels; l++) {
        const double d = l < levels ? 1000 * sliced_wasserstein(real, fake, n, l, &how)
                                    : sum / levels;
        sum += d;
        if (l < levels)
            printf("SWD\t%" PRId64 "\t", (real->h + (1 << l) - 1) >> l);
        else
            printf("SWD\tmean\t");
        printf("%.7g\t%" PRId64 "\t%" PRId64, d, n, o->patches);
        image_pair_line(&o->pair);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], image_pair_child, {0}};
    const struct argp argp = {
        options, parse, "", "The sliced Wasserstein distance of the images on standard input from "
        "those of --real=FILE, times 1000, at every level of a Laplacian pyramid, as a table.  It "
        "needs no network.\v"
        "Example:\n  gan-sample --n=5000 <gan.ten | swd --real=test.ten", children, 0, 0
    };
    struct opts o = {.patches = 128};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o);
    image_pair_close(&o.pair);
    return tool_close(&o.tool, rc);
}
