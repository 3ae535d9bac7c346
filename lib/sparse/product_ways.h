/* What both ways of a product share (product.h). */
#ifndef SPARSE_PRODUCT_WAYS_H
#define SPARSE_PRODUCT_WAYS_H

#include "sparse/ewise.h"
#include "sparse/product.h"

struct work {
    struct tool *tool;
    struct dist *dist;              /* NULL: one process */
    const struct product *p;
    struct csr *factor, mask, accum;
    int factors;
};

/* Whether the shapes go together, by shapes alone: 0, or -1 with the tool's error set. */
int product_check(struct work *w);
/* One type for all, unless told the one that holds the values of each; by types and whether there are values. */
enum ten_type product_type(const struct work *w);
/* How the product is added to accum. */
enum ewise_op product_accumulation(const struct product *p);
/* Seconds of multiplying alone: of the first time and the least of n times. */
struct product_times { double first, least; int64_t n; };
/* What was done, for the log. */
void product_explain(const struct spgemm_report *r, int64_t entries, const struct product_times *t);

int product_in_memory(struct work *w);
/* What is left to do of it once the factors, the mask and accum are in *w, of which it frees nothing. */
int product_multiply(struct work *w);
void product_free(struct work *w);
int product_in_files(struct work *w);

#endif
