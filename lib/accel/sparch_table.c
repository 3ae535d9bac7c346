#include "accel/sparch_table.h"

#include "accel/sparch_energy.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A ratio of what may be nothing. */
static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void print_header(FILE *to, const struct sparch_table *t)
{
    fprintf(to, "%sstep\tmode\tleaves\trounds\tproducts\tsize_c\trequests\thits\tlines\tline_hits\thit_"
           "rate\tbytes_a\tbytes_b\t"
           "bytes_pointers\tbytes_partial_read\tbytes_partial_write\tbytes_"
           "c\tbytes\tcompulsory\tcycles\tseconds\tgflops\t"
           "bandwidth_use\tsimulated",
           t->name ? "matrix\t" : "");
    if (t->ratios)
        fprintf(to, "\tbytes_ratio\tspeed_ratio");
    if (t->energy)
        fprintf(to, "\tnj_op\tnj_sram\tnj_dram\tnj_crossbar\tnj\tmm2_tree\tmm2_prefetcher\tmm2_"
               "fetcher\tmm2_writer\t"
               "mm2_multipliers\tmm2");
    if (t->roofline)
        fprintf(to, "\tintensity\tbandwidth_roof\tcompute_roof");
    if (t->cycles)
        fprintf(to, "\tbus_bytes\ttaken\tgiven\tadditions\tdropped\toverflow\tstall_multiply_"
               "rows\tstall_multiply_full\t"
               "stall_merge_empty\tstall_merge_full\tstall_prefetch_a\tstall_prefetch_"
               "memory\tstall_prefetch_evict\t"
               "stall_write_memory");
    fputc('\n', to);
}

static void print_counts(FILE *to, const struct sparch_report *r)
{
    const struct sparch_bytes *b = &r->bytes;
    fprintf(to, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64, r->leaves, r->rounds, r->products,
           r->size_c);
    fprintf(to, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%.4f", r->requests, r->hits,
           r->lines, r->line_hits, ratio((double)r->line_hits, (double)r->lines));
    fprintf(to, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
           "\t%" PRId64,
           b->a, b->b, b->pointers, b->partial_read, b->partial_write, b->c, sparch_total(b));
}

static void print_energy(FILE *to, const struct sparch_table *t, const struct sparch_config *c,
                         const struct sparch_report *r, const struct sparch_params *p)
{
    const double flops = t->exact_flops ? (double)(r->products + r->additions) : sparch_flops(r);
    const struct sparch_energy e = c->outerspace ? outerspace_energy(r, p, flops)
                                                 : sparch_energy(r, p, flops);
    const struct sparch_area a = sparch_area(p);
    fprintf(to, "\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g", ratio(1e9 * e.op, flops), ratio(1e9 * e.sram, flops),
           ratio(1e9 * e.dram, flops), ratio(1e9 * e.crossbar, flops),
           ratio(1e9 * (e.op + e.sram + e.dram + e.crossbar), flops));
    if (c->outerspace)
        fprintf(to, "\t-\t-\t-\t-\t-\t-");
    else
        fprintf(to, "\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g\t%.4g", a.tree, a.prefetcher, a.fetcher, a.writer,
               a.multipliers, a.tree + a.prefetcher + a.fetcher + a.writer + a.multipliers);
}

static void print_cycles(FILE *to, const struct sparch_config *c, const struct sparch_report *r)
{
    const struct sparch_stalls *s = &r->stalls;
    if (c->outerspace) {
        fprintf(to, "\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-");
        return;
    }
    fprintf(to, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64,
           r->bus_bytes, r->taken, r->given, r->additions, r->dropped, r->overflow);
    fprintf(to, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
           "\t%" PRId64 "\t%" PRId64,
           s->multiply_rows, s->multiply_full, s->merge_empty, s->merge_full, s->prefetch_a,
           s->prefetch_memory, s->prefetch_evict, s->write_memory);
}

static void print_ratios(FILE *to, struct sparch_table *t, double bytes, double seconds)
{
    if (t->seconds > 0)
        fprintf(to, "\t%.4g\t%.4g", ratio(t->bytes, bytes), ratio(t->seconds, seconds));
    else
        fprintf(to, "\t-\t-");
    t->bytes = bytes;
    t->seconds = seconds;
}

static void print_row(FILE *to, struct sparch_table *t, const struct sparch_config *c,
                      const struct sparch_report *r, const struct sparch_params *p)
{
    const double seconds = sparch_seconds(r, p), bytes = (double)sparch_total(&r->bytes);
    if (t->name)
        fprintf(to, "%s\t", t->name);
    fprintf(to, "%s\t%s", c->name, c->cycles && !c->outerspace ? "cycle" : "traffic");
    print_counts(to, r);
    fprintf(to, "\t%" PRId64 "\t%.0f\t%.6g\t%.4g\t%.4f\tmodel", r->compulsory, r->cycles, seconds,
           ratio(1e-9 * sparch_flops(r), seconds), ratio(bytes, r->cycles * sparch_bandwidth(p)));
    if (t->ratios)
        print_ratios(to, t, bytes, seconds);
    if (t->energy)
        print_energy(to, t, c, r, p);
    if (t->roofline) {
        const struct sparch_roofline f = sparch_roofline(r, p);
        fprintf(to, "\t%.4g\t%.4g\t%.4g", f.intensity, f.bandwidth_roof, f.compute_roof);
    }
    if (t->cycles)
        print_cycles(to, c, r);
    fputc('\n', to);
}

/* ---- As JSON -------------------------------------------------------------------------------- */

/* Numbers stay as they are printed; - is what a row does not have. */
static void print_member(const char *name, const char *text, bool first)
{
    char *end;
    printf("%s\"%s\": ", first ? "{" : ", ", name);
    strtod(text, &end);
    if (strcmp(text, "-") == 0) {
        fputs("null", stdout);
    } else if (*text && !*end) {
        fputs(text, stdout);
    } else {
        json_t *word = json_string(text);
        json_dumpf(word, stdout, JSON_ENCODE_ANY);
        json_decref(word);
    }
}

/* The fields of a row beside those of the header; both lose their tabs. */
static void print_object(char *header, char *row)
{
    bool first = true;
    header[strcspn(header, "\n")] = row[strlen(row) - 1] = 0;
    for (char *name, *text; (name = strsep(&header, "\t")) && (text = strsep(&row, "\t"));
         first = false)
        print_member(name, text, first);
    puts("}");
}

static void print_json(struct sparch_table *t, const struct sparch_config *c,
                       const struct sparch_report *r, const struct sparch_params *p)
{
    char *text[2] = {NULL, NULL};
    size_t bytes;
    for (int i = 0; i < 2; i++) {
        FILE *to = open_memstream(&text[i], &bytes);
        if (i == 0)
            print_header(to, t);
        else
            print_row(to, t, c, r, p);
        fclose(to);
    }
    print_object(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* ---- Either --------------------------------------------------------------------------------- */

void sparch_print_header(const struct sparch_table *t)
{
    if (!t->json)
        print_header(stdout, t);
}

void sparch_print_row(struct sparch_table *t, const struct sparch_config *c,
                      const struct sparch_report *r, const struct sparch_params *p)
{
    if (t->json)
        print_json(t, c, r, p);
    else
        print_row(stdout, t, c, r, p);
}
