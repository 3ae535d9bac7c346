/*
 * spmv_bench THREADS RUNS [PEER.so]... -- MATRIX.ten...
 *
 * y = A x of every square matrix by lib/sparse and by the peers, in turn; least milliseconds as a
 * table.  Before anything is timed the results are compared, and ours with 1, 2 and 3 threads bit
 * for bit.
 */
#include "base/random.h"
#include "base/threads.h"
#include "sparse/spmv.h"
#include "spmv_peer.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEERS = 8, RUNS = 64, REPEAT = 3 };

struct peer {
    const char *(*name)(void);
    void (*threads)(int n);
    void *(*open)(const struct peer_matrix *a);
    void (*multiply)(void *p, double *y, const double *x);
    void (*close)(void *p);
    void *state;
    double time[RUNS];
};

struct bench { struct peer peer[PEERS]; int peers, runs, threads; };

static void load_peer(struct bench *b, const char *path)
{
    /* MKL opens more of itself, which looks for its names everywhere. */
    void *so = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    struct peer *p = &b->peer[b->peers];
    if (!so) {
        fprintf(stderr, "spmv_bench: %s\n", dlerror());
        return;
    }
    *(void **)&p->name = dlsym(so, "peer_name");
    *(void **)&p->threads = dlsym(so, "peer_threads");
    *(void **)&p->open = dlsym(so, "peer_open");
    *(void **)&p->multiply = dlsym(so, "peer_multiply");
    *(void **)&p->close = dlsym(so, "peer_close");
    b->peers++;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double least(const double *v, int n)
{
    double min = v[0];
    for (int i = 1; i < n; i++)
        min = v[i] < min ? v[i] : min;
    return min;
}

static void same_bits(const struct bench *b, const struct csr *m, const double *x, const double *y)
{
    double *other = malloc((size_t)m->rows * sizeof *other);
    for (int threads = 1; threads <= 3; threads++) {
        threads_set(threads);
        spmv(other, m, x, 1, SEMIRING_plus_times);
        if (memcmp(other, y, (size_t)m->rows * sizeof *y) != 0) {
            printf("other bits with %d threads\n", threads);
            exit(1);
        }
    }
    threads_set(b->threads);
    free(other);
}

static void agree(struct peer *p, const struct csr *m, const double *x, const double *y)
{
    double *theirs = calloc((size_t)m->rows, sizeof *theirs), worst = 0;
    p->multiply(p->state, theirs, x);
    for (int64_t i = 0; i < m->rows; i++)
        worst = fmax(worst, fabs(theirs[i] - y[i]) / (1 + fabs(y[i])));
    if (!(worst < 1e-10)) {
        printf("%s: another result, off by %g\n", p->name(), worst);
        exit(1);
    }
    free(theirs);
}

/* GraphBLAS gives no place to write to: its y stays inside. */
static double *place(const struct peer *p, double *y)
{
    return strcmp(p->name(), "GraphBLAS") == 0 ? NULL : y;
}

static void measure(struct bench *b, const char *name, const struct csr *m, const double *x,
                    double *y)
{
    double ours[RUNS] = {0};
    for (int r = 0; r < b->runs; r++) {
        double t = now();
        for (int k = 0; k < REPEAT; k++)
            spmv(y, m, x, 1, SEMIRING_plus_times);
        ours[r] = (now() - t) / REPEAT;
        for (int i = 0; i < b->peers; i++) {
            struct peer *p = &b->peer[i];
            t = now();
            for (int k = 0; k < REPEAT; k++)
                p->multiply(p->state, place(p, y), x);
            p->time[r] = (now() - t) / REPEAT;
        }
    }
    const double mine = least(ours, b->runs);
    printf("%-12s %9lld entries  ours %7.3f ms %5.1f GB/s", name, (long long)m->n, 1e3 * mine,
           (12e-9 * (double)m->n + 24e-9 * (double)m->rows) / mine);
    for (int i = 0; i < b->peers; i++) {
        const double theirs = least(b->peer[i].time, b->runs);
        printf("  %s %.3f (%.2f)", b->peer[i].name(), 1e3 * theirs, theirs / mine);
    }
    putchar('\n');
}

static void bench(struct bench *b, const char *path)
{
    const struct rng r = {1, rng_stream("spmv_bench")};
    struct ten_err e = {0};
    struct csr m;
    struct ten_reader *in = ten_open(path, NULL, &e);
    if (!in || csr_read(&m, in, path, NULL, &e) < 0) {
        fprintf(stderr, "spmv_bench: %s\n", e.text);
        exit(1);
    }
    ten_close(in);
    double *x = malloc((size_t)m.cols * sizeof *x), *y = malloc((size_t)m.rows * sizeof *y);
    for (int64_t i = 0; i < m.cols; i++)
        x[i] = rng_uniform(&r, (uint64_t)i);
    threads_set(b->threads);
    spmv(y, &m, x, 1, SEMIRING_plus_times);
    same_bits(b, &m, x, y);

    const struct peer_matrix a = {m.rows, m.n, m.ptr, m.col, m.val};
    for (int i = 0; i < b->peers; i++) {
        b->peer[i].state = b->peer[i].open(&a);
        b->peer[i].threads(b->threads);
        agree(&b->peer[i], &m, x, y);
    }
    const char *slash = strrchr(path, '/');
    measure(b, slash ? slash + 1 : path, &m, x, y);
    for (int i = 0; i < b->peers; i++)
        b->peer[i].close(b->peer[i].state);
    csr_free(&m);
    free(x);
    free(y);
}

int main(int argc, char **argv)
{
    struct bench b = {.threads = argc > 1 ? atoi(argv[1]) : 2, .runs = argc > 2 ? atoi(argv[2]) : 9};
    int at = 3;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        load_peer(&b, argv[at]);
    for (at++; at < argc; at++)
        bench(&b, argv[at]);
    return 0;
}
