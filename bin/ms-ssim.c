/* bin/ms-ssim.c - how alike generated images are to each other. */
#include "metrics/ms_ssim.h"

#include <inttypes.h>
#include <math.h>

struct opts { struct tool tool; struct image_pair pair; int64_t pairs; };

static const struct argp_option options[] = {
    {"pairs", 'p', "N", 0, "Pairs of each set (default 1000)", 0},
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
    case 'p': o->pairs = tool_int(st, arg, 1, 1 << 24); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int run(struct opts *o)
{
    const struct images *real = &o->pair.real, *fake = &o->pair.fake;
    if (image_pair_open(&o->pair, &o->tool) < 0)
        return -1;
    const int scales = ms_ssim_scales(real->h, real->w);
    if (scales == 0)
        return fail(&o->tool.err, TEN_E_DATA, "image: %" PRId64 " by %" PRId64 ": expected %d by "
                    "%d at least", real->h, real->w, SSIM_WINDOW, SSIM_WINDOW);
    const double f = ms_ssim_of_pairs(fake, o->pairs, o->tool.opt.seed);
    const double r = ms_ssim_of_pairs(real, o->pairs, o->tool.opt.seed);
    if (isnan(f) || isnan(r))
        return fail(&o->tool.err, TEN_E_DATA, "%s: no label comes twice: expected pairs of one "
                    "class", isnan(f) ? "standard input" : o->pair.path);
    printf("metric\tfakes\treals\tscales\tpairs\tclasses");
    image_pair_header();
    printf("MS-SSIM\t%.10g\t%.10g\t%d\t%" PRId64 "\t%s", f, r, scales, o->pairs,
           fake->label && real->label ? "same" : fake->label || real->label ? "mixed" : "any");
    image_pair_line(&o->pair);
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], image_pair_child, {0}};
    const struct argp argp = {
        options, parse, "", "How alike images of one class are to each other, on standard input "
        "and in --real=FILE: the mean multi-scale structural similarity of random pairs, as a "
        "table.  Generated images that are more alike than real ones lack variety.\v"
        "Example:\n  gan-sample --n=5000 <gan.ten | ms-ssim --real=test.ten", children, 0, 0
    };
    struct opts o = {.pairs = 1000};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = run(&o);
    image_pair_close(&o.pair);
    return tool_close(&o.tool, rc);
}
