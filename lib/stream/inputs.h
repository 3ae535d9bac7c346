/* The streams named on a command line, read one after the other. */
#ifndef STREAM_INPUTS_H
#define STREAM_INPUTS_H

#include "stream/tool.h"

/* {0} is standard input. */
struct inputs {
    char **paths;                   /* of argv; "-" is standard input */
    int npaths;
    int64_t number;                 /* of the record read last, counted from 0 in its stream */

    int at;                         /* private from here on: path being read */
    struct ten_reader *reader;
    int64_t groups, before;         /* seen so far; of these in streams before this one */
};

/* Keep the FILE arguments: what ARGP_KEY_ARGS asks for. */
void inputs_args(struct inputs *in, const struct argp_state *st);

/*
 * The next record of all streams: 1 with a record, 0 after the last one, -1 with t->err set.
 * Groups are counted over all of them, as if ten-cat had joined them.  For tools that write no
 * stream: no history names these inputs.  One is open at a time.
 */
int inputs_next(struct inputs *in, struct tool *t, struct ten_record *rec);
/* Put the name of the stream being read before e's text: for faults found in its contents; -1. */
int inputs_blame(const struct inputs *in, struct ten_err *e);
void inputs_close(struct inputs *in);

#endif
