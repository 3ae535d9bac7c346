/* Which network, and what it starts with: the options of tools that make one. */
#ifndef MODELS_NETWORK_H
#define MODELS_NETWORK_H

#include "models/model.h"
#include "nn/checkpoint.h"
#include "stream/tool.h"

/* {0} before the command line is read; the words stay argv's. */
struct network_options {
    const char *config, *config_file, *init, *init_map;
    const char *init_lines;             /* the map where init_map is NULL, as text; NULL: none */
};

/* --config, --config-file, --init and --init-map; input: struct network_options. */
extern const struct argp network_argp;
extern const struct argp_child network_child;       /* for a tool's list of argp children */

/* The object that --config or --config-file give; the caller's.  NULL with *e set (TEN_E_USAGE). */
json_t *network_config(const struct network_options *o, struct ten_err *e);
/* As network_start(); *came, empty before, is the caller's to free, also after a failure. */
int network_load(struct tool *t, const struct network_options *o, struct params *params, bool strict,
                 struct init_report *came);
/* Read --init through --init-map into params and say on standard error, but for --quiet, what matched.  `strict`: all
 * of params has to come, and nothing else.  0, also without --init; -1 with t->err set. */
int network_start(struct tool *t, const struct network_options *o, struct params *params, bool strict);

#endif
