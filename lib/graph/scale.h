/* Lengths at which covers by balls are made, and what is done at all further ones. */
#ifndef GRAPH_SCALE_H
#define GRAPH_SCALE_H

#include "graph/ball.h"
#include "graph/build.h"

/* A round trip is at least this long: the weight of the lightest arc that has any. */
double scale_first(const struct digraph *g);

/*
 * A cover at one length: vertices leave the graph as balls take them.  A component that one ball
 * held as a whole is done with for all greater lengths too.
 */
struct scale {
    const struct build *b;
    uint32_t *part;             /* [n] 0; 1 when removed */
    uint8_t *is_source;         /* [n] */
    int64_t *size;              /* [components] vertices */
    uint8_t *done;              /* [components] */
    int64_t open;               /* components not done */
};

void scale_open(struct scale *s, const struct build *b);
void scale_close(struct scale *s);
/* At the next length: all vertices are there again. */
void scale_next(struct scale *s);
/* Is u there, and its component not done? */
bool scale_wants(const struct scale *s, uint32_t u);
/* Add the ball to h; true when it is the whole of its component. */
bool scale_add(const struct scale *s, const struct ball *ball, uint32_t centre);
/* Not to be looked at at greater lengths; counts those open. */
void scale_done(struct scale *s, uint32_t comp);
/* Sources in the ball. */
int64_t scale_sources(const struct scale *s, const struct ball *ball);

/*
 * Call fn(ctx, s, ball, length) for the first length and those a factor of `step' apart, until
 * every component is done or it is late.  Some lengths go side by side, always the same ones, so
 * that the number of threads changes nothing; s->part is 0 everywhere and s->done, to which fn
 * adds, what was done before all of these.  So lengths beyond the one that was the last for a
 * component may cover it again, by the ball that is all of it.
 */
typedef void scale_fn(void *ctx, struct scale *s, struct ball *ball, double length);
void scale_each(struct build *b, double step, scale_fn *fn, void *ctx);

#endif
