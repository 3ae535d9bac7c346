/* Run a test program at every instruction set: the tests themselves, then again in children whose
 * TENSTREAM_ISA is lower.  A test that holds results against a definition thus holds all levels against it. */
#ifndef LEVELS_H
#define LEVELS_H

#include "base/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static inline int at_every_level(char **argv, int (*tests)(void))
{
    int bad = tests();
    if (getenv("TENSTREAM_ISA"))
        return bad;
    for (int level = 0; level < (int)isa_level(); level++) {
        int status = -1;
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            setenv("TENSTREAM_ISA", isa_name(level), 1);
            printf("-- %s\n", isa_name(level));
            fflush(stdout);
            execv(argv[0], argv);
            _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            bad = 1;
    }
    return bad;
}

#endif
