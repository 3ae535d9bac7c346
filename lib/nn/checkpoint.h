/*
 * Models and checkpoints as streams.  A model is one group:
 *
 *     config              utf8, JSON: what the network is built from
 *     NAME                f32, every parameter and state by its dotted name; attributes trainable
 *                         and, if so, group
 *
 * and a checkpoint has more, so that a run goes on as if it had never stopped:
 *
 *     opt.steps.GROUP     i64 []: steps the optimiser made
 *     opt.m.NAME, opt.v.NAME ...   f32, its moments, shaped like the parameter
 *     ema.NAME            f32, the moving average
 *     run                 utf8, JSON: where the run stood (struct run)
 *
 * Networks that train together have prefixes: G.conv.weight, opt.m.G.conv.weight,
 * ema.G.conv.weight.
 * A checkpoint is a model to everything that only wants one: opt., ema. and run are passed over.
 *
 * Several models in one stream are a group each, told apart by the group's attribute role
 * ("generator", "ema", "discriminator").
 */
#ifndef NN_CHECKPOINT_H
#define NN_CHECKPOINT_H

#include "nn/ema.h"
#include "nn/namemap.h"
#include "nn/optim.h"
#include "nn/params.h"
#include "stream/tool.h"

#include <jansson.h>

/* One network; optim and ema may be NULL. */
struct part {
    const char *prefix;                 /* "", or with the dot: "G." */
    struct params *params;
    struct optim *optim;
    struct ema *ema;                    /* not swapped */
};

/* Where a run stands. */
struct run {
    uint64_t seed;
    int64_t step, epoch, position;      /* position: in the data, as the trainer counts it */
    double best;                        /* score of the best checkpoint; NaN: none yet */
    int64_t nhistory;
    double *history;                    /* [nhistory] what a schedule looks back at; NaN is kept */
    json_t *more;                       /* an object of the trainer's own; NULL: none */
};
void run_free(struct run *run);         /* history and more */

struct checkpoint {
    const char *config;                 /* JSON; NULL: none to write, none to compare */
    int nparts;
    const struct part *parts;
    struct run *run;                    /* NULL: a model only */
    /* Of several models in the stream: written as group number `group`; groups that are read of
     * another role are passed over.  NULL: the stream has no other. */
    const char *role;
    int64_t group;
};

/* ---- Writing --------------------------------------------------------------------------------- */

/* The records, as one group; the caller ends the stream.  0, or -1 with *e set. */
int checkpoint_write(struct ten_writer *w, const struct checkpoint *c, struct ten_err *e);

/*
 * The file path, whole or not at all: after a kill at any moment, and on a full disk, it is the old
 * version.  t (NULL: none) gives it a history.  0, or -1 with *e set (TEN_E_DATA).
 */
int checkpoint_save(const char *path, const struct checkpoint *c, struct tool *t,
                    struct ten_err *e);
/* Let the name `copy` ("best.ten") have what path ("last.ten") has now, whole or not at all; what
 * becomes of path later does not touch it.  A link, or a copy where there are none. */
int checkpoint_keep(const char *path, const char *copy, struct ten_err *e);

/* The parameters under the names and in the layouts that the map leads from, for other frameworks.
 * The caller ends the stream. */
int checkpoint_export(struct ten_writer *w, const struct params *ps, const struct namemap *map,
                      struct ten_err *e);

/* ---- Reading --------------------------------------------------------------------------------- */

/* The first record of a model: its configuration, an object; the caller's: json_decref().  NULL
 * with *e set when it is something else. */
json_t *checkpoint_config(struct ten_reader *r, struct ten_err *e);
/* The same of the first group of this role. */
json_t *checkpoint_config_of(struct ten_reader *r, const char *role, struct ten_err *e);

/*
 * The rest of the stream, or all of it, into what c holds.  Everything asked for must be there,
 * once, of its type and shape, and nothing else; a configuration that comes must be that of c.
 * What c->run held is freed.  0, or -1 with *e set (TEN_E_DATA; the text names the first record
 * that is wrong or missing) and the contents of c in between.
 */
int checkpoint_load(struct ten_reader *r, const struct checkpoint *c, struct ten_err *e);

/* What a partial load found. */
struct init_report {
    int64_t matched, missing, misfits, left;
    /* A line each, in the order of the network, then of the stream: "matched NAME [dims]",
     * "missing NAME [dims]", "misfit NAME [dims]: expected [dims]", "left NAME type[dims]" (of no
     * use). */
    char *text;
};
void init_report_free(struct init_report *report);

/*
 * Start ps from another model: what the stream holds, by way of the map (NULL: none), goes where
 * name and shape agree; f16, bf16 and f64 are converted.  opt., ema. and run count only if the map
 * gives them other names.  A misfit keeps its value, as does what is missing.  *report is the
 * caller's to free.  0, or -1 with *e set: the stream is broken, or two records lead to one
 * parameter.
 */
int checkpoint_init(struct ten_reader *r, struct params *ps, const struct namemap *map,
                    struct init_report *report, struct ten_err *e);
/* The same from the groups of this role. */
int checkpoint_init_of(struct ten_reader *r, const char *role, struct params *ps,
                       const struct namemap *map, struct init_report *report, struct ten_err *e);

#endif
