/*
 * spgemm_bench [--runs N] [--f32] [--cold] [--cpu] [--best] [--threads N] [--method N]
 * [--peer FILE.so]... MATRIX.ten...
 *
 * A A of every matrix by lib/sparse and by the peers, in turn; medians in milliseconds as a table,
 * a peer's both as it comes and with sorted rows.  Ours are: sorted, unsorted, the other type of
 * floats, and one thread; memory is the peak beside that of A and C alone.  Before anything is
 * timed the results are compared.  Memory is kept from run to run unless --cold.  --cpu counts the
 * time of the processor instead of that of the clock, which tells more of one thread where others
 * are at work, and --best takes the least time instead of the median.
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

enum { PEERS = 8, RUNS = 64, SLOW = 512 };

/* Ways of ours that are timed. */
enum way { SORTED, UNSORTED, OTHER_TYPE, ONE_THREAD, WAYS };

/* What is better above 1, or above `least` where it matters: columns of the table. */
enum ratio { BEST, BEST_SORTED, BEST_UNSORTED, F32, SCALING, RATIOS };
static const struct { const char *head, *what; double least, products; } ratios[RATIOS] = {
    [BEST] = {"best", "best peer / sorted", 1, 0},
    [BEST_SORTED] = {"b.sorted", "best sorted peer / sorted", 1, 0},
    [BEST_UNSORTED] = {"b.unsort", "best peer / unsorted", 1, 0},
    [F32] = {"f64/f32", "f64 / f32", 1, 0},
    [SCALING] = {"1T/all", "one thread / all", 1.6, 20e6},
};

struct peer {
    const char *(*name)(void);
    void (*threads)(int n);
    void *(*open)(const struct peer_matrix *a);
    void (*multiply)(void *p), (*sort)(void *p), (*drop)(void *p), (*close)(void *p);
    int64_t (*check)(void *p, uint64_t *structure, double *sum);
    void *state;
    double time[RUNS], sorted[RUNS];
};

struct bench {
    struct peer peer[PEERS];
    int peers, runs, threads, matrices;
    bool f32, cpu, best;
    enum spgemm_method method;
    double time[WAYS][RUNS];
    double log_sum[RATIOS];
    char below[RATIOS][SLOW], heavy[SLOW];      /* matrices where a ratio is too small; memory */
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

/* Small whole numbers as values, so that every order of adding gives the same. */
static void set_values(struct csr *m, bool f32)
{
    m->type = f32 ? TEN_F32 : TEN_F64;
    m->val = xmalloc((size_t)m->n * 8 + 8);
    for (int64_t k = 0; k < m->n; k++) {
        const int v = (int)(place_hash(7, (uint64_t)k) % 16) - 8;
        if (f32)
            ((float *)m->val)[k] = (float)(v < 0 ? v : v + 1);
        else
            ((double *)m->val)[k] = v < 0 ? v : v + 1;
    }
}

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
    set_values(m, f32);
    return true;
}

/* ---- Equal results -------------------------------------------------------------------------- */

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

/* ---- Memory --------------------------------------------------------------------------------- */

/* A line of /proc/self/status in bytes. */
static double status(const char *name)
{
    char line[256];
    double kilobytes = NAN;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            kilobytes = atof(line + strlen(name) + 1);
    if (f)
        fclose(f);
    return 1024 * kilobytes;
}

static void forget_peak(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (f) {
        fputs("5", f);
        fclose(f);
    }
}

static double bytes_of(const struct csr *m)
{
    return 8.0 * (double)m->rows + (double)m->n * (4.0 + (double)ten_elem_size(m->type));
}

/* Multiply, and how much memory it takes beside that of A and C. */
static double memory_of(struct csr *c, const struct csr *a, const struct spgemm *how,
                        struct spgemm_report *report)
{
    malloc_trim(0);
    forget_peak();
    const double before = status("VmRSS:");
    spgemm(c, a, a, how, report);
    return (status("VmHWM:") - before + bytes_of(a)) / (bytes_of(a) + bytes_of(c));
}

/* ---- Times ---------------------------------------------------------------------------------- */

static double time_ours(const struct bench *b, const struct csr *a, const struct spgemm *how)
{
    struct csr c;
    const double t = now(b);
    spgemm(&c, a, a, how, NULL);
    const double took = now(b) - t;
    csr_free(&c);
    return took;
}

/* One thread first: the threads of the others are there again when they are timed. */
/* Each once before it counts: what runs behind another program, or type, finds its caches and memory. */
static void run(struct bench *b, const struct csr *a, const struct csr *other, int i)
{
    const struct spgemm how = {.method = b->method}, loose = {.unsorted = true};
    threads_set(1);
    b->time[ONE_THREAD][i] = time_ours(b, a, &how);
    threads_set(b->threads);
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++) {
        if (!p->state)
            continue;
        p->multiply(p->state);
        p->drop(p->state);
        const double t = now(b);
        p->multiply(p->state);
        p->time[i] = now(b) - t;
        p->sort(p->state);
        p->sorted[i] = now(b) - t;
        p->drop(p->state);
    }
    time_ours(b, a, &how);
    b->time[SORTED][i] = time_ours(b, a, &how);
    b->time[UNSORTED][i] = time_ours(b, a, &loose);
    time_ours(b, other, &how);
    b->time[OTHER_TYPE][i] = time_ours(b, other, &how);
}

/* ---- The table ------------------------------------------------------------------------------ */

static void print_head(const struct bench *b)
{
    printf("%-16s %8s %9s %10s %10s %5s %8s %8s %8s %8s", "matrix", "rows", "entries", "products",
           "of C", "cr", "sorted", "unsorted", b->f32 ? "f64" : "f32", "1 thread");
    for (const struct peer *p = b->peer; p < b->peer + b->peers; p++)
        printf(" %9s %9s", p->name(), "sorted");
    for (int k = 0; k < RATIOS; k++)
        printf(" %8s", ratios[k].head);
    printf(" %6s\n", "memory");
}

static void note(char *list, const char *name, double value)
{
    const size_t n = strlen(list);
    snprintf(list + n, SLOW - n, " %s %.2f", name, value);
}

static void add_ratios(struct bench *b, const double *r, const char *name, double products)
{
    for (int k = 0; k < RATIOS; k++) {
        printf(" %8.2f", r[k]);
        b->log_sum[k] += log(r[k]);
        if (r[k] < ratios[k].least && products > ratios[k].products)
            note(b->below[k], name, r[k]);
    }
    b->matrices++;
}

static void print_times(struct bench *b, const char *name, double products)
{
    double ours[WAYS], best = INFINITY, sorted = INFINITY;
    for (int w = 0; w < WAYS; w++)
        printf(" %8.2f", 1e3 * (ours[w] = typical(b, b->time[w])));
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++) {
        const double t = p->state ? typical(b, p->time) : NAN,
                     s = p->state ? typical(b, p->sorted) : NAN;
        best = t < best ? t : best;
        sorted = s < sorted ? s : sorted;
        printf(" %9.2f %9.2f", 1e3 * t, 1e3 * s);
    }
    const double type = ours[SORTED] / ours[OTHER_TYPE];
    add_ratios(b, (double[RATIOS]){[BEST] = best / ours[SORTED],
                                   [BEST_SORTED] = sorted / ours[SORTED],
                                   [BEST_UNSORTED] = best / ours[UNSORTED],
                                   [F32] = b->f32 ? 1 / type : type,
                                   [SCALING] = ours[ONE_THREAD] / ours[SORTED]},
               name, products);
}

static void print_summary(const struct bench *b, bool cold)
{
    printf("# %s, %d threads, %s memory; geometric means:", b->f32 ? "f32" : "f64", b->threads,
           cold ? "fresh" : "warm");
    for (int k = 0; k < RATIOS; k++)
        printf("%s %s %.2f", k > 0 ? "," : "", ratios[k].what, exp(b->log_sum[k] / b->matrices));
    putchar('\n');
    for (int k = 0; k < RATIOS; k++)
        printf("# %s below %g:%s\n", ratios[k].what, ratios[k].least,
               *b->below[k] ? b->below[k] : " none");
    printf("# memory above 1.5 of A and C:%s\n", *b->heavy ? b->heavy : " none");
}

static void explain(const struct spgemm_report *report)
{
    for (int k = 1; k < SPGEMM_METHODS; k++)
        printf("    %s: %lld rows, %lld products\n", spgemm_method_names[k],
               (long long)report->rows[k], (long long)report->by[k]);
}

static void bench_matrix(struct bench *b, const char *path)
{
    struct csr a, other, c;
    struct spgemm_report report;
    const struct spgemm how = {.method = b->method};
    char name[64];
    if (!read_matrix(&a, path, b->f32))
        return;
    other = a;
    set_values(&other, !b->f32);
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(base, "."), base);
    const struct peer_matrix m = {a.rows, a.n, a.ptr, a.col, a.val, b->f32};
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++)
        p->state = p->open(&m);
    const double memory = memory_of(&c, &a, &how, &report);
    check(b, &c, name);
    printf("%-16s %8lld %9lld %10lld %10lld %5.2f", name, (long long)a.rows, (long long)a.n,
           (long long)report.products, (long long)c.n, (double)report.products / (double)c.n);
    csr_free(&c);
    for (int i = 0; i < b->runs; i++)
        run(b, &a, &other, i);
    print_times(b, name, (double)report.products);
    printf(" %6.2f\n", memory);
    if (memory > 1.5)
        note(b->heavy, name, memory);
    if (getenv("EXPLAIN"))
        explain(&report);
    fflush(stdout);
    for (struct peer *p = b->peer; p < b->peer + b->peers; p++)
        if (p->state)
            p->close(p->state);
    free(other.val);
    csr_free(&a);
}

/* ---- Options -------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    struct bench b = {.runs = 5, .threads = threads_default()};
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
    if (!cold)
        mem_keep();
    threads_set(b.threads);
    for (struct peer *p = b.peer; p < b.peer + b.peers; p++)
        p->threads(b.threads);
    print_head(&b);
    for (; i < argc; i++)
        bench_matrix(&b, argv[i]);
    print_summary(&b, cold);
    return 0;
}
