/* The last words of a run: whether the discriminator overfits, and what is against that. */
#include "models/gan_trainer_internal.h"

#include <stdlib.h>

/* A gap of accuracies between training samples and others that is no overfitting (Zhao et al.,
 * 2020, figure 1, shows gaps of 0.3 and more where there is). */
static const double NO_GAP = 0.1;

/* v / 2, at least 1; of a list each number. */
static json_t *halved(const json_t *v)
{
    if (json_is_integer(v)) {
        const json_int_t half = json_integer_value(v) / 2;
        return json_integer(half > 1 ? half : 1);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(v); i++)
        json_array_append_new(list, halved(json_array_get(v, i)));
    return list;
}

char *gan_narrower(const json_t *config)
{
    static const char *const keys[] = {"width", "widths", "fmap_base"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *v = json_object_get(config, keys[i]);
        if (!v)
            continue;
        json_t *half = json_pack("{s:o}", keys[i], halved(v));
        char *text = json_dumps(half, JSON_COMPACT);
        json_decref(half);
        return text;
    }
    return NULL;
}

static void tell_of_overfitting(const struct gan_trainer *r, double gap)
{
    char *narrower = r->opt->where == GAN_AT_ALL ? gan_narrower(r->d.model->config) : NULL;
    fprintf(stderr, "overfitting: the discriminator takes %.0f %% more of the training samples for real than of others",
            100 * gap);
    if (narrower)
        fprintf(stderr, ", transforms or not: a narrower one is against that: --discriminator='%s'\n", narrower);
    else
        fputs(r->opt->where == GAN_AT_ALL ? "\n" : ": --policy=color,translation,cutout is against that\n", stderr);
    free(narrower);
}

void gan_advise(const struct gan_trainer *r)
{
    const double gap = r->gap / r->gaps;
    if (r->gaps == 0 || r->tool->opt.quiet)
        return;
    if (gap >= NO_GAP)
        tell_of_overfitting(r, gap);
    else if (r->opt->where == GAN_AT_NONE)
        fprintf(stderr, "no overfitting seen: DiffAugment is not needed\n");
    else
        fprintf(stderr, "no overfitting seen with these transforms\n");
}
