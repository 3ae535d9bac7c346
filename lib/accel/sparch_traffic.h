/* Memory traffic and time of SpArch without simulating cycles, and the closed form of OuterSPACE.
 */
#ifndef ACCEL_SPARCH_TRAFFIC_H
#define ACCEL_SPARCH_TRAFFIC_H

#include "accel/sparch_prefetch.h"
#include "accel/sparch_report.h"

/* What is multiplied, and how: all that the models go by. */
struct sparch_job {
    const struct csr *a, *b;
    const struct sparch_params *par;
    const struct sparch_plan *plan;         /* with sizes */
    const struct sparch_stream *stream;
    const struct sparch_fetches *fetches;
    const double *a_values, *b_values;      /* NULL: ones */
    bool csr_out;                           /* C is written as CSR; else as triplets */
    bool drop_zeros;                        /* sums that are 0 leave the tree */
};

/* Bytes of an element of C, and of its row pointers. */
int64_t sparch_c_bytes(const struct sparch_job *j);
int64_t sparch_c_pointers(const struct sparch_job *j);
/* Whether entry k of the stream reads the pointers of its row of B: always, unless the row is
 * there. */
bool sparch_reads_pointers(const struct sparch_job *j, int64_t k);
/* Pointers of A that round r reads: of all rows, or of its columns. */
int64_t sparch_pointers_of_a(const struct sparch_job *j, int64_t r);

/*
 * Traffic by class, and as time for each round the longest of
 *     bytes / bandwidth,   products / multipliers,   elements of its result / merger width
 * and the depth of the pipeline.
 */
void sparch_traffic(struct sparch_report *r, const struct sparch_job *j);

/* What both models report alike: counts and hits; and after the sizes are known what follows from
 * them. */
void sparch_count(struct sparch_report *r, const struct sparch_job *j);
void sparch_finish(struct sparch_report *r, const struct sparch_job *j);

/*
 * OuterSPACE (Pal et al., HPCA 2018): A and B are read once; all products are written as triplets,
 * then read, merged and written as CSR; time is bytes over the share os_use of the bandwidth.
 */
void outerspace(struct sparch_report *r, const struct csr *a, const struct csr *b, int64_t products,
                int64_t size_c, const struct sparch_params *par);

#endif
