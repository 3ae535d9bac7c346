/* Reports as a table of tab-separated values, or as an object of JSON a line. */
#ifndef ACCEL_SPARCH_TABLE_H
#define ACCEL_SPARCH_TABLE_H

#include "accel/sparch_run.h"

struct sparch_table {
    const char *name;               /* a first column `matrix` with this; NULL: none */
    bool ratios, energy, roofline, cycles;      /* further columns */
    /* energy goes by multiplications and additions; else by two a multiplication */
    bool exact_flops;
    bool json;
    double bytes, seconds;          /* private: of the row before */
};

void sparch_print_header(const struct sparch_table *t);
void sparch_print_row(struct sparch_table *t, const struct sparch_config *c,
                      const struct sparch_report *r, const struct sparch_params *p);

#endif
