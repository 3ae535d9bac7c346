/* The structures behind generate_kinds[], one function each: m becomes a matrix without values. */
#ifndef SPARSE_GENERATE_KINDS_H
#define SPARSE_GENERATE_KINDS_H

#include "sparse/generate.h"

/* Grids and meshes (generate_grid.c). */
void generate_stencil(struct csr *m, const struct generate *g);     /* itself and 2 an axis */
void generate_brick(struct csr *m, const struct generate *g);       /* all of the cube around it */
void generate_mesh(struct csr *m, const struct generate *g);
void generate_road(struct csr *m, const struct generate *g);

/* Random graphs (generate_graph.c). */
void generate_rmat(struct csr *m, const struct generate *g);
void generate_uniform(struct csr *m, const struct generate *g);
void generate_per_row(struct csr *m, const struct generate *g);
void generate_circuit(struct csr *m, const struct generate *g);
void generate_web(struct csr *m, const struct generate *g);

/* Simple forms (generate.c has them). */

/* The columns of g. */
int64_t generate_cols(const struct generate *g);

#endif
