/* Models from streams and command lines. */
#ifndef MODELS_MODEL_IO_H
#define MODELS_MODEL_IO_H

#include "models/model.h"
#include "stream/tool.h"

/* The model stream at path ("-": standard input), which the history records.  NULL with t->err set. */
struct model *model_open(struct tool *t, const char *path, struct memory *m);
/* A network of this JSON text, parameters as model_init() leaves them for seed 0. */
struct model *model_parse(const char *config, struct memory *m, struct ten_err *e);

#endif
