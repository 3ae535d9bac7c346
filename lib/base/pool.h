/* Threads that take jobs from one queue, first in, first out. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

struct pool;

/* With 0 or 1 threads there is none, and jobs run in the caller.  NULL when memory or threads are
 * short: this is part of the public stream library, which neither prints nor exits. */
struct pool *pool_new(int threads);
/* Queue fn(arg).  Never blocks for long and never fails: without memory for the queue the job runs
 * here and now.  Jobs may queue further jobs. */
void pool_run(struct pool *p, void (*fn)(void *), void *arg);
/* Until every job queued so far, and by those jobs, is done; not to be called by a job. */
void pool_wait(struct pool *p);
/* Waits for the jobs, then ends the threads.  NULL is allowed. */
void pool_free(struct pool *p);

#endif
