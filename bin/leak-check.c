/* bin/leak-check.c - traces of augmentation in generated images. */
#include "base/mem.h"
#include "metrics/leaks.h"

#include <stdlib.h>

struct opts { struct tool tool; struct image_pair pair; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    st->child_inputs[1] = &o->pair;
    return 0;
}

static void print(const struct opts *o, const char *measure, const char *tolerance, double fakes,
                  double reals)
{
    printf("%s\t%s\t%.10g\t%.10g", measure, tolerance, fakes, reals);
    image_pair_line(&o->pair);
}

/* Say so when far more generated images have it than real ones. */
static void warn(const struct opts *o, const char *what, double fakes, double reals)
{
    if (!o->tool.opt.quiet && fakes > reals + 0.05)
        fprintf(stderr, "leak-check: %s in %.1f %% of the images, and in %.1f %% of real ones: "
                "augmentation leaks\n", what, 100 * fakes, 100 * reals);
}

static void print_grey(const struct opts *o)
{
    static const struct { float value; const char *text; } tolerance[] = {{0.05f, "0.05"},
                                                                         {0.15f, "0.15"}};
    for (int i = 0; i < 2; i++) {
        const struct leak_rates f = leak_rates(&o->pair.fake, tolerance[i].value);
        const struct leak_rates r = leak_rates(&o->pair.real, tolerance[i].value);
        print(o, "block", tolerance[i].text, f.block, r.block);
        print(o, "strip", tolerance[i].text, f.strip, r.strip);
        if (i == 0) {
            warn(o, "grey blocks", f.block, r.block);
            warn(o, "grey edges", f.strip, r.strip);
        }
    }
}

static void print_colours(const struct opts *o)
{
    static const char *const name[COLOURS] = {"mean", "std", "saturation"};
    const int64_t n = o->pair.fake.n, m = o->pair.real.n;
    double *fake = xmalloc((size_t)(COLOURS * (n + m)) * sizeof *fake), *real = fake + COLOURS * n;
    colours_of(fake, &o->pair.fake);
    colours_of(real, &o->pair.real);
    for (int k = 0; k < COLOURS; k++)
        print(o, name[k], "-", wasserstein(fake + k * n, n, real + k * m, m),
              wasserstein_floor(real + k * m, m));
    free(fake);
}

int main(int argc, char **argv)
{
    const struct argp_child children[] = {tool_common[0], image_pair_child, {0}};
    const struct argp argp = {
        NULL, parse, "", "How often images on standard input show what augmentation does to them, "
        "beside real ones: grey blocks as of cutout, grey edges as of translation, and distances "
        "of their colours' distributions, as a table.\v"
        "Example:\n  gan-sample --n=5000 <gan.ten | leak-check --real=test.ten", children, 0, 0
    };
    struct opts o = {0};
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    const int rc = image_pair_open(&o.pair, &o.tool);
    if (rc == 0) {
        printf("measure\ttolerance\tfakes\treals");
        image_pair_header();
        print_grey(&o);
        print_colours(&o);
    }
    image_pair_close(&o.pair);
    return tool_close(&o.tool, rc);
}
