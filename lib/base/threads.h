/* How many threads this process may and does use. */
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

/* Processors this process may run on (taskset and container CPU sets count), at least 1. */
int threads_default(void);
/* Threads of the parallel loops from here on. */
void threads_set(int n);

#endif
