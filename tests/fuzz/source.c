/* A source over memory and one over a pipe, asked the same, give the same bytes: those of the input
 * in their order. */
#include "base/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { PIPE = 60000 };                              /* bytes that one holds */

static struct source *piped(const uint8_t *data, size_t size)
{
    struct ten_err e;
    char path[32];
    int fd[2];

    if (pipe(fd) != 0 || write(fd[1], data, size) != (ssize_t)size)
        abort();
    close(fd[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", fd[0]);
    struct source *s = source_open(path, &e);
    close(fd[0]);
    return s;
}

/* One call, as `op` says; *n bytes at *p. */
static int64_t ask(struct source *s, int op, const void **p, int64_t *n)
{
    struct ten_err e;
    const char *line = "";
    int64_t rc;

    if (op % 2) {
        *n = 0;
        rc = source_line(s, &line, n, op, &e);
        *p = line;
        return rc;
    }
    return *n = source_take(s, p, op * op, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > PIPE)
        return 0;

    struct source *a = source_memory("memory", data, size), *b = piped(data, size);
    int64_t rc, at = 0;

    for (size_t i = 0; i < 2 * size; i++) {
        const void *p, *q;
        int64_t n, m;

        rc = ask(a, data[i / 2] + (int)(i % 2), &p, &n);
        if (ask(b, data[i / 2] + (int)(i % 2), &q, &m) != rc || n != m)
            abort();
        if (rc < 0)
            break;
        if (memcmp(p, data + at, (size_t)n) != 0 || memcmp(q, p, (size_t)n) != 0)
            abort();
        at = source_offset(a);
        if (source_offset(b) != at || source_line_number(a) != source_line_number(b))
            abort();
    }
    if (source_digest(a) != XXH3_64bits(data, (size_t)at) || source_digest(b) != source_digest(a))
        abort();
    source_close(a);
    source_close(b);
    return 0;
}
