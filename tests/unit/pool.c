#include "base/pool.h"

#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int done;

static void count(void *arg)
{
    (void)arg;
    done++;
}

static void every_job_runs_once_whatever_the_number_of_threads(void)
{
    for (int threads = 0; threads <= 4; threads++) {
        struct pool *p = pool_new(threads);

        done = 0;
        for (int i = 0; i < 10000; i++)
            pool_run(p, count, NULL);
        pool_wait(p);
        CHECK_INT(done, 10000);
        pool_run(p, count, NULL);
        pool_wait(p);
        CHECK_INT(done, 10001);
        pool_free(p);
    }
}

static void note_thread(void *arg)
{
    *(pthread_t *)arg = pthread_self();
}

static void without_threads_jobs_run_in_the_caller_at_once(void)
{
    for (int threads = 0; threads <= 1; threads++) {
        struct pool *p = pool_new(threads);
        pthread_t who = 0;

        pool_run(p, note_thread, &who);
        CHECK(pthread_equal(who, pthread_self()));
        pool_free(p);
    }
}

static void threads_are_not_the_caller(void)
{
    struct pool *p = pool_new(2);
    pthread_t who = pthread_self();

    pool_run(p, note_thread, &who);
    pool_wait(p);
    CHECK(!pthread_equal(who, pthread_self()));
    pool_free(p);
}

static pthread_barrier_t both;

static void meet(void *arg)
{
    (void)arg;
    pthread_barrier_wait(&both);
    done++;
}

/* Each job waits for the other; one thread would wait for ever. */
static void two_threads_run_two_jobs_at_a_time(void)
{
    struct pool *p = pool_new(2);

    done = 0;
    pthread_barrier_init(&both, NULL, 2);
    pool_run(p, meet, NULL);
    pool_run(p, meet, NULL);
    pool_wait(p);
    CHECK_INT(done, 2);
    pthread_barrier_destroy(&both);
    pool_free(p);
}

enum { ORDERED = 2000 };
static atomic_int next;
struct ticket { int number, behind; };

/* How many later jobs had been begun before this one. */
static void draw(void *arg)
{
    struct ticket *t = arg;

    t->behind = next++ - t->number;
}

static void jobs_begin_in_the_order_of_the_queue(void)
{
    struct pool *p = pool_new(2);
    struct ticket *t = calloc(ORDERED, sizeof *t);
    int late = 0;

    next = 0;
    for (int i = 0; i < ORDERED; i++) {
        t[i].number = i;
        pool_run(p, draw, &t[i]);
    }
    pool_wait(p);
    /* A thread may be held up between taking a job and running it, while the other goes on; in a
     * last-in-first-out queue thousands would be far from their place. */
    for (int i = 0; i < ORDERED; i++)
        late += abs(t[i].behind) > 1;
    CHECK(late < ORDERED / 10);
    free(t);
    pool_free(p);
}

struct chain { struct pool *pool; int left; };

static void queue_another(void *arg)
{
    struct chain *c = arg;

    done++;
    if (c->left-- > 0)
        pool_run(c->pool, queue_another, c);
}

static void waiting_covers_jobs_that_jobs_have_queued(void)
{
    for (int threads = 1; threads <= 3; threads++) {
        struct chain c = {pool_new(threads), 500};

        done = 0;
        pool_run(c.pool, queue_another, &c);
        pool_wait(c.pool);
        CHECK_INT(done, 501);
        pool_free(c.pool);
    }
}

static void slow(void *arg)
{
    (void)arg;
    usleep(2000);
    done++;
}

static void freeing_finishes_what_is_queued(void)
{
    struct pool *p = pool_new(2);

    done = 0;
    for (int i = 0; i < 20; i++)
        pool_run(p, slow, NULL);
    pool_free(p);
    CHECK_INT(done, 20);
    pool_free(NULL);
}

int main(void)
{
    RUN(every_job_runs_once_whatever_the_number_of_threads);
    RUN(without_threads_jobs_run_in_the_caller_at_once);
    RUN(threads_are_not_the_caller);
    RUN(two_threads_run_two_jobs_at_a_time);
    RUN(jobs_begin_in_the_order_of_the_queue);
    RUN(waiting_covers_jobs_that_jobs_have_queued);
    RUN(freeing_finishes_what_is_queued);
    return check_report();
}
