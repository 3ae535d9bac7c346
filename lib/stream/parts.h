/* Samples dealt to parts: each part a file of its own, and all of them whole before the first gets
 * its name. */
#ifndef STREAM_PARTS_H
#define STREAM_PARTS_H

#include "stream/apportion.h"
#include "stream/rows.h"
#include "stream/tool.h"

#include <stdint.h>

/* ---- Files -------------------------------------------------------------------------------- */

/* The files PREFIXNAME.ten of n names, with the history of t, which outlives them.  NULL with
 * t->err set. */
struct parts;
struct parts *parts_open(struct tool *t, const char *prefix, const char *const names[], int n);
/* Drops what was not finished; NULL is allowed. */
void parts_free(struct parts *p);

/* What samples look like, and how many go into a group; before the first sample. */
void parts_start(struct parts *p, const struct rows *like, int64_t size);
/* Append the sample in block (row_pack) to a part.  0, or -1 with the tool's err set. */
int parts_give(struct parts *p, int part, const void *block);
/* All files get their names, and unless --quiet a line tells how many samples each has. */
int parts_finish(struct parts *p);

/* ---- Dealing ------------------------------------------------------------------------------ */

/*
 * Exact shares need the number of samples of every class, so samples wait in a temporary file until
 * all have been counted.  By hash a sample's bytes alone decide, and it goes to its part at once.
 */
struct deal;
struct deal *deal_new(struct parts *to, const struct shares *shares, uint64_t seed, bool by_hash);
void deal_free(struct deal *d);                                 /* NULL is allowed */

/* One sample of a class, `bytes` in block, the same for all.  0, or -1 with *e set. */
int deal_sample(struct deal *d, const void *block, int64_t bytes, int64_t class, struct ten_err *e);
/* Those that wait go to their parts. */
int deal_finish(struct deal *d, struct ten_err *e);

#endif
