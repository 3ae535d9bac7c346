/* How many threads this process may and does use. */
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

/* Processors this process may run on (taskset and container CPU sets count), at least 1. */
int threads_default(void);
/* Threads of the parallel loops from here on. */
void threads_set(int n);
/* Bind each of them to a processor of its own, of those this process may run on, unless OMP_PROC_BIND has bound them
 * already: 0, or -1 where there are fewer processors. */
int threads_pin(void);
/* How many there are. */
int threads_count(void);
/* Number of the calling one in its loop, from 0. */
int threads_index(void);

#endif
