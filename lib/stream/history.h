/* A group's history as commands that can be run again. */
#ifndef STREAM_HISTORY_H
#define STREAM_HISTORY_H

#include "base/err.h"

/*
 * The history (of a ten_record; NULL: none) as text for a shell, the caller's: free().
 *
 *     commands   one pipeline a line; a tool that read its standard input is fed by the tool of the
 *                entry before, across " |" and a new line.  A tool that read the stream from a
 *                named file instead starts a pipeline, and the one before it writes that file.
 *                "<INPUT" stands where standard input came from outside.
 *     notes      one "# TOOL VERSION" line an entry, then what it had read when the group started
 *
 * Whatever a history holds, a note is a comment and a word of a command one word.
 * 0, or -1 with *e set where the history is not as ten(5) says.
 */
int history_commands(const char *history, char **commands, char **notes, struct ten_err *e);

#endif
