/* The options every tool shares, as one argp child; parsing helpers for values. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

struct common {
    uint64_t seed;              /* --seed, 0 unless told */
    bool seed_given;
    int threads;                /* --threads, the machine's processors unless told */
    bool quiet;                 /* --quiet */
    const char *log;            /* --log FILE, NULL: standard error */
    int zstd;                   /* --zstd[=LEVEL], 0: plain */
    int64_t max_record;         /* --max-record, 0 (no limit) unless told */

    /* The command line without the options that do not change what comes out
     * (threads, quiet, log, zstd, max-record): what the history records.  NULL-terminated. */
    char **args;
    const void **dropped;       /* private: argv entries of those options */
    int ndropped;
};

/* The argp child; a tool's ARGP_KEY_INIT sets child_inputs[0] = &o->tool (its struct common). */
extern const struct argp_child tool_common[];

/* Values of options: the number, or a usage error (exit 2) that names option value and range.
 * tool_size takes suffixes K M G T (powers of 1024). */
int64_t tool_int(struct argp_state *st, const char *arg, int64_t min, int64_t max);
uint64_t tool_u64(struct argp_state *st, const char *arg);
double tool_float(struct argp_state *st, const char *arg, double min, double max);
int64_t tool_size(struct argp_state *st, const char *arg);
/* Index of arg in the NULL-terminated list names. */
int tool_choice(struct argp_state *st, const char *arg, const char *const names[]);
/* Comma-separated integers into v[max]: how many. */
int tool_ints(struct argp_state *st, const char *arg, int64_t *v, int max, int64_t lo, int64_t hi);

#endif
