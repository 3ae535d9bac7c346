/* Energy and area of SpArch and OuterSPACE by constants per FLOP, byte and unit (sparch_params.h).
 */
#ifndef ACCEL_SPARCH_ENERGY_H
#define ACCEL_SPARCH_ENERGY_H

#include "accel/sparch_report.h"

/* Joules. */
struct sparch_energy { double op, sram, dram, crossbar; };

/* flops: two a multiplication, or multiplications and additions apart. */
struct sparch_energy sparch_energy(const struct sparch_report *r, const struct sparch_params *p,
                                   double flops);
struct sparch_energy outerspace_energy(const struct sparch_report *r, const struct sparch_params *p,
                                       double flops);

/*
 * mm2 at 40 nm of the parts that the paper lists, grown in proportion to what this configuration
 * has more or less of than the paper's: comparators and levels, bytes of the buffers, multipliers.
 */
struct sparch_area { double tree, prefetcher, fetcher, writer, multipliers; };
struct sparch_area sparch_area(const struct sparch_params *p);

/* FLOPs a byte of compulsory traffic; the rate that bandwidth allows at that; the rate of
 * multipliers and adders. GFLOP/s. */
struct sparch_roofline { double intensity, bandwidth_roof, compute_roof; };
struct sparch_roofline sparch_roofline(const struct sparch_report *r,
                                       const struct sparch_params *p);

#endif
