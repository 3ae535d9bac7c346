/* What every tool does before and after its loop: options, streams, provenance, exit status. */
#ifndef STREAM_TOOL_H
#define STREAM_TOOL_H

#include "base/fail.h"
#include "base/options.h"
#include "base/progress.h"
#include "base/source.h"
#include "stream/ten.h"

struct tool {
    struct common opt;              /* first: ARGP_KEY_INIT hands &o->tool to tool_common */
    struct ten_err err;
    struct ten_reader *in;          /* standard input, with TOOL_IN */
    struct ten_writer *out;         /* standard output, with TOOL_OUT */
    struct progress progress;       /* ready for progress_start() */

    void *scratch;                  /* private from here on */
    size_t scratch_bytes;
    struct ten_reader **readers;
    int nreaders;
    struct source **sources;
    int nsources;
    int streams;
};

/* What stands at the standard descriptors. */
enum {
    TOOL_IN = 1,                    /* a tensor stream on standard input */
    TOOL_OUT = 2,                   /* a tensor stream on standard output */
    TOOL_BINARY = 4,                /* other binary data on standard output: refused on a terminal */
    TOOL_FORWARDED = 8,             /* a launcher that passes standard output on lets it look like a terminal */
};

/*
 * Parse the command line into *input (which holds *t; argp calls the tool's parser), set threads
 * and signals, and open what `streams` says.  Ends the process where it cannot: usage 2, a
 * terminal or an unreadable input 1.  Without TOOL_OUT, standard output is for text by stdio.
 */
void tool_open(struct tool *t, int streams, const struct argp *argp, int argc, char **argv,
               void *input);

/* Another tensor stream or other file to read, named on the command line; recorded in the history
 * and closed by tool_close().  NULL with t->err set on failure.  "-" is standard input. */
struct ten_reader *tool_reader(struct tool *t, const char *path);
struct source *tool_source(struct tool *t, const char *path);

/* A further output stream, written to the open descriptor fd, with the history of this tool and
 * --zstd as asked; the caller ends it with ten_finish() and ten_discard(). */
struct ten_writer *tool_writer(struct tool *t, int fd, const char *name);

/* Scratch memory of this tool, 64-byte aligned, grown as needed; one block, contents not kept
 * when it grows. */
void *tool_buffer(struct tool *t, size_t bytes);

/* "tool: text" on standard error, or in the log, for who wants to know; not with --quiet. */
void tool_note(struct tool *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* End marks, flush, close; prints "tool: text" when rc < 0 or something here fails.  The exit
 * status for main to return.  rc < 0 leaves the end mark out, so that readers notice. */
int tool_close(struct tool *t, int rc);

#endif
