/* Whether generated samples repeat what was trained on, by their distances from it. */
#ifndef METRICS_MEMORISATION_H
#define METRICS_MEMORISATION_H

#include "metrics/features.h"

/*
 * train, held_out   median distance of a generated sample from the nearest one of the set
 * nearer            share of generated samples that are nearer to train than to held_out
 *
 * The more samples a set has the nearer is the nearest: as many are drawn from both, and figures
 * are means over `draws` draws (one where both sets have as many).
 */
struct memorisation { double train, held_out, nearer; };
struct memorisation memorisation(const struct features *fake, const struct features *train,
                                 const struct features *held_out, int64_t draws, uint64_t seed);

#endif
