#include "accel/sparch_energy.h"

#include "accel/sparch_merge.h"

enum { PICO_PER_NANO = 1000 };

struct sparch_energy sparch_energy(const struct sparch_report *r, const struct sparch_params *p,
                                   double flops)
{
    return (struct sparch_energy){
        .op = 1e-9 * p->op_nj * flops, .sram = 1e-9 * p->sram_nj * r->sram / p->sram_per_flop,
        .dram = 1e-9 / PICO_PER_NANO * p->dram_pj * (double)sparch_total(&r->bytes),
    };
}

struct sparch_energy outerspace_energy(const struct sparch_report *r, const struct sparch_params *p,
                                       double flops)
{
    return (struct sparch_energy){
        .op = 1e-9 * p->os_op_nj * flops, .sram = 1e-9 * p->os_sram_nj * flops,
        .dram = 1e-9 / PICO_PER_NANO * p->os_dram_pj * (double)sparch_total(&r->bytes),
        .crossbar = 1e-9 * p->os_crossbar_nj * flops,
    };
}

/* The paper's breakdown of 28.5 mm2, and what each part of its configuration has. */
struct sparch_area sparch_area(const struct sparch_params *p)
{
    struct sparch_params paper;
    sparch_defaults(&paper);
    const double comparators = (double)sparch_comparators((int64_t)p->width, (int64_t)p->chunk);
    const double paper_comparators = (double)sparch_comparators((int64_t)paper.width,
                                                                (int64_t)paper.chunk);
    return (struct sparch_area){
        .tree = 17.27 * p->levels * comparators / (paper.levels * paper_comparators),
        .prefetcher = 5.80 * p->lines * p->line_elems * p->csr_bytes /
                      (paper.lines * paper.line_elems * paper.csr_bytes),
        .fetcher = 2.64 * p->lookahead / paper.lookahead,
        .writer = 2.34 * p->writer_fifo / paper.writer_fifo,
        .multipliers = 0.45 * p->groups * p->group_width / (paper.groups * paper.group_width),
    };
}

struct sparch_roofline sparch_roofline(const struct sparch_report *r, const struct sparch_params *p)
{
    const double intensity = r->compulsory > 0 ? sparch_flops(r) / (double)r->compulsory : 0;
    return (struct sparch_roofline){intensity, intensity * sparch_bandwidth(p) * p->clock_ghz,
                                    2 * p->groups * p->group_width * p->clock_ghz};
}
