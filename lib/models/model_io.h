/* Models from streams and command lines. */
#ifndef MODELS_MODEL_IO_H
#define MODELS_MODEL_IO_H

#include "models/model.h"
#include "nn/batch_augment.h"
#include "nn/samples.h"
#include "stream/tool.h"

/* The model stream at path ("-": standard input), which the history records.  NULL with t->err set. */
struct model *model_open(struct tool *t, const char *path, struct memory *m);
/* A network of this JSON text, parameters as model_init() leaves them for seed 0. */
struct model *model_parse(const char *config, struct memory *m, struct ten_err *e);

/* Whether the samples have images, or clips, of the shape that m reads: 0, or -1 with *e set. */
int model_reads(const struct model *m, const struct samples *s, struct ten_err *e);

/* --mean and --std for a tool's list of argp children; its input is a struct batch_scale, {0} before. */
extern const struct argp_child scale_child;

#endif
