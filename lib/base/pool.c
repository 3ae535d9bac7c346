#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    void (*fn)(void *);
    void *arg;
    struct job *next;
};

struct pool {
    int threads;
    pthread_t *thread;
    pthread_mutex_t lock;
    pthread_cond_t work, idle;      /* a job is queued, or the end; nothing is left to do */
    struct job *first, **last;
    long open;                      /* jobs queued or running */
    bool ending;
};

static void *work(void *arg)
{
    struct pool *p = arg;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->first && !p->ending)
            pthread_cond_wait(&p->work, &p->lock);
        if (!p->first)
            break;

        struct job *j = p->first;
        if (!(p->first = j->next))
            p->last = &p->first;
        pthread_mutex_unlock(&p->lock);
        j->fn(j->arg);
        free(j);
        pthread_mutex_lock(&p->lock);
        if (--p->open == 0)
            pthread_cond_broadcast(&p->idle);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Start the workers with all signals blocked, so that the process's handlers run in the threads
 * of its owner.  False when not all could be started. */
static bool start(struct pool *p, int threads)
{
    sigset_t all, before;

    sigfillset(&all);
    /* What the CPU raises for the thread itself must reach it. */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (p->threads < threads &&
           pthread_create(&p->thread[p->threads], NULL, work, p) == 0)
        p->threads++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return p->threads == threads;
}

struct pool *pool_new(int threads)
{
    struct pool *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->idle, NULL);
    p->last = &p->first;
    if (threads <= 1)
        return p;
    p->thread = calloc((size_t)threads, sizeof *p->thread);
    if (!p->thread || !start(p, threads)) {
        pool_free(p);
        return NULL;
    }
    return p;
}

void pool_run(struct pool *p, void (*fn)(void *), void *arg)
{
    struct job *j = p->threads ? malloc(sizeof *j) : NULL;

    if (!j) {
        fn(arg);
        return;
    }
    *j = (struct job){fn, arg, NULL};
    pthread_mutex_lock(&p->lock);
    *p->last = j;
    p->last = &j->next;
    p->open++;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void pool_wait(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->open > 0)
        pthread_cond_wait(&p->idle, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->idle);
    free(p->thread);
    free(p);
}
