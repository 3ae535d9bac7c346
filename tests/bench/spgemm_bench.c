/*
 * spgemm_bench [--runs N] [--f32] [--cold] [--cpu] [--best] [--threads N] [--peer FILE.so]...
 * MATRIX.ten...
 *
 * A A of every matrix by lib/sparse and by the peers, in turn; medians in milliseconds as a table,
 * a peer's both as it comes and with sorted rows.  Before anything is timed the results are
 * compared. Memory is kept from run to run unless --cold.  --cpu counts the time of the processor
 * instead of that of the clock, which tells more of one thread where others are at work, and --best
 * takes the least time instead of the median.
 */
#include "base/mem.h"
#include "base/threads.h"
#include "sparse/spgemm.h"
#include "spgemm_peer.h"

#include <dlfcn.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEERS = 8, RUNS = 64 };

struct peer {
    const char *(*name)(void);
    void (*threads)(int n);
    void *(*open)(const struct peer_matrix *a);
    void (*multiply)(void *p), (*sort)(void *p), (*drop)(void *p), (*close)(void *p);
    int64_t (*check)(void *p, uint64_t *structure, double *sum);
    void *state;
    double time[RUNS], sorted[RUNS];
    double log_ratio[2];
};

struct bench {
    struct peer peer[PEERS];
    int peers, runs, threads, matrices;
    bool f32, cpu, best;
    enum spgemm_method method;
    double time[RUNS], log_best[2], worst;
};

static void load_peer(struct bench *b, const char *path)
{
    /* MKL opens more of itself, which looks for its names everywhere. */
    void *so = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    struct peer *p = &b->peer[b->peers];
    if (!so) {
        fprintf(stderr, "spgemm_bench: %s\n", dlerror());
        return;
    }
    *(void **)&p->name = dlsym(so, "peer_name");
    *(void **)&p->threads = dlsym(so, "peer_threads");
    *(void **)&p->open = dlsym(so, "peer_open");
    *(void **)&p->multiply = dlsym(so, "peer_multiply");
    *(void **)&p->sort = dlsym(so, "peer_sort");
    *(void **)&p->drop = dlsym(so, "peer_drop");
    *(void **)&p->close = dlsym(so, "peer_close");
    *(void **)&p->check = dlsym(so, "peer_check");
    b->peers++;
}

static double now(const struct bench *b)
{
    struct timespec t;
    clock_gettime(b->cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double typical(const struct bench *b, double *v)
{
    const int n = b->runs;
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && v[j - 1] > v[j]; j--) {
            const double t = v[j];
            v[j] = v[j - 1];
            v[j - 1] = t;
        }
    return b->best ? v[0] : (v[(n - 1) / 2] + v[n / 2]) / 2;
}

static double value(const struct csr *m, int64_t k)
{
    return m->type == TEN_F32 ? (double)((const float *)m->val)[k] : ((const double *)m->val)[k];
}

/* The matrix with small whole numbers as values, so that every order of adding gives the same. */
static bool read_matrix(struct csr *m, const char *path, bool f32)
{
    struct ten_err e = {0};
    struct ten_reader *r = ten_open(path, NULL, &e);
    const bool ok = r && csr_read(m, r, path, NULL, &e) == 0;
    ten_close(r);
    if (!ok || m->rows != m->cols) {
        fprintf(stderr, "spgemm_bench: %s: %s\n", path, ok ? "expected a square matrix" : e.text);
        return false;
    }
    free(m->val);
    m->type = f32 ? TEN_F32 : TEN_F64;
    m->val = xmalloc((size_t)m->n * 8 + 8);
    for (int64_t k = 0; k < m->n; k++) {
        const int v = (int)(place_hash(7, (uint64_t)k) % 16) - 8;
        if (f32)
            ((float *)m->val)[k] = (float)(v < 0 ? v : v + 1);
        else
            ((double *)m->val)[k] = v < 0 ? v : v + 1;
    }
    return true;
}

static void check(struct bench *b, const struct csr *c, const char *name)
{
    uint64_t want = 0, got;
    double sum = 0, other;
    for (int64_t i = 0; i < c->rows; i++)
        for (int64_t k = c->ptr[i]; k < c->ptr[i + 1]; k++) {
            want += place_hash((uint64_t)i, c->col[k]);
            sum += value(c, k);
            if (k > c->ptr[i] && c->col[k - 1] >= c->col[k])
                fprintf(stderr, "spgemm_bench: %s: row %lld is not in order\n", name, (long long)i);
        }
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++) {
        if (!p->state)
            continue;
        p->multiply(p->state);
        p->sort(p->state);
        const int64_t n = p->check(p->state, &got, &other);
        if (n != c->n || got != want || other != sum)
            fprintf(stderr,
                    "spgemm_bench: %s: %s has another result: %lld entries, sum %.17g; here %lld, "
                    "%.17g\n",
                    name, p->name(), (long long)n, other, (long long)c->n, sum);
        p->drop(p->state);
    }
}

static void run(struct bench *b, const struct csr *a, int i)
{
    const struct spgemm how = {.method = b->method};
    struct csr c;
    double t = now(b);
    spgemm(&c, a, a, &how, NULL);
    b->time[i] = now(b) - t;
    csr_free(&c);
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++) {
        if (!p->state)
            continue;
        t = now(b);
        p->multiply(p->state);
        p->time[i] = now(b) - t;
        p->sort(p->state);
        p->sorted[i] = now(b) - t;
        p->drop(p->state);
    }
}

static void print_row(struct bench *b, const struct csr *a, const char *path,
                      const struct spgemm_report *report, int64_t n)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const double ours = typical(b, b->time);
    double best = INFINITY, best_sorted = INFINITY;
    printf("%-16.*s %8lld %9lld %10lld %10lld %5.2f %9.2f", (int)strcspn(name, "."), name,
           (long long)a->rows, (long long)a->n, (long long)report->products, (long long)n,
           (double)report->products / (double)n, 1e3 * ours);
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++) {
        const double t = p->state ? typical(b, p->time) : NAN,
                     s = p->state ? typical(b, p->sorted) : NAN;
        best = t < best ? t : best;
        best_sorted = s < best_sorted ? s : best_sorted;
        printf(" %9.2f %9.2f", 1e3 * t, 1e3 * s);
    }
    printf(" %6.2f %6.2f\n", best / ours, best_sorted / ours);
    fflush(stdout);
    b->log_best[0] += log(best / ours);
    b->log_best[1] += log(best_sorted / ours);
    b->worst = best / ours < b->worst ? best / ours : b->worst;
    b->matrices++;
}

static void bench_matrix(struct bench *b, const char *path)
{
    struct csr a, c;
    struct spgemm_report report;
    const struct spgemm how = {.method = b->method};
    if (!read_matrix(&a, path, b->f32))
        return;
    const struct peer_matrix m = {a.rows, a.n, a.ptr, a.col, a.val, b->f32};
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++)
        p->state = p->open(&m);
    spgemm(&c, &a, &a, &how, &report);
    const int64_t n = c.n;
    check(b, &c, path);
    csr_free(&c);
    for (int i = 0; i < b->runs; i++)
        run(b, &a, i);
    print_row(b, &a, path, &report, n);
    if (getenv("EXPLAIN"))
        for (int k = 1; k < SPGEMM_METHODS; k++)
            printf("    %s: %lld rows, %lld products\n", spgemm_method_names[k],
                   (long long)report.rows[k], (long long)report.by[k]);
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++)
        if (p->state)
            p->close(p->state);
    csr_free(&a);
}

int main(int argc, char **argv)
{
    struct bench b = {.runs = 5, .threads = threads_default(), .worst = INFINITY};
    bool cold = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++)
        if (strcmp(argv[i], "--f32") == 0) b.f32 = true;
        else if (strcmp(argv[i], "--cold") == 0) cold = true;
        else if (strcmp(argv[i], "--best") == 0) b.best = true;
        else if (strcmp(argv[i], "--cpu") == 0) b.cpu = true;
        else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
            b.runs = atoi(argv[++i]) < RUNS ? atoi(argv[i]) : RUNS;
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc) b.threads = atoi(argv[++i]);
        else if (strcmp(argv[i], "--method") == 0 && i + 1 < argc)
            b.method = (enum spgemm_method)atoi(argv[++i]);
        else if (strcmp(argv[i], "--peer") == 0 && i + 1 < argc && b.peers < PEERS)
            load_peer(&b, argv[++i]);
        else return fprintf(stderr, "spgemm_bench: %s: unknown option\n", argv[i]), 2;
    if (!cold) {
        mallopt(M_MMAP_MAX, 0);
        mallopt(M_TRIM_THRESHOLD, INT32_MAX);
        mallopt(M_TOP_PAD, 64 << 20);
    }
    threads_set(b.threads);
    for (struct peer *p = b.peer; p < b.peer + b.peers; p++)
        p->threads(b.threads);
    printf("%-16s %8s %9s %10s %10s %5s %9s", "matrix", "rows", "entries", "products", "of C", "cr",
           "ours ms");
    for (struct peer *p = b.peer; p < b.peer + b.peers; p++)
        printf(" %9s %9s", p->name(), "sorted");
    printf(" %6s %6s\n", "best", "sorted");
    for (; i < argc; i++)
        bench_matrix(&b, argv[i]);
    printf("# %s, %d threads, %s memory: best peer / ours, geometric mean %.2f, worst %.2f; sorted "
           "%.2f\n",
           b.f32 ? "f32" : "f64", b.threads, cold ? "fresh" : "warm",
           exp(b.log_best[0] / b.matrices), b.worst, exp(b.log_best[1] / b.matrices));
    return 0;
}
