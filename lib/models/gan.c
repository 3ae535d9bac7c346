#include "models/gan.h"
#include "models/stylegan2.h"

#include <assert.h>

struct gan_latent gan_latent(const struct model *g)
{
    return g->family == &stylegan2_generator_family ? stylegan2_latent(g) : (struct gan_latent){0};
}

struct var *gan_map(struct model *g, struct tape *t, struct var *z, struct var *y)
{
    assert(g->family == &stylegan2_generator_family);
    return stylegan2_map(g, t, z, y);
}

struct var *gan_synthesize(struct model *g, struct tape *t, struct var *w)
{
    assert(g->family == &stylegan2_generator_family);
    return stylegan2_synthesize(g, t, w);
}
