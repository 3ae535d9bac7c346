/*
 * Shortest paths from some vertices: lines "CASE DIGEST NANOSECONDS-AN-ARC".  The graphs are sequences that
 * sssp.cpp and sssp.py make as well; the digest is the sum of all distances.  Argument: a
 * limit of vertices (0: none) for peers that are slow.  One thread.
 */
#include "base/mem.h"
#include "graph/sssp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SOURCES = 8 };

struct list { uint32_t *tail, *head; double *weight; int64_t n, m; };

static uint64_t next(uint64_t *state) { return (*state = *state * 6364136223846793005u + 1442695040888963407u) >> 33; }

static void add(struct list *l, int64_t tail, int64_t head, double weight)
{
    l->tail[l->m] = (uint32_t)tail;
    l->head[l->m] = (uint32_t)head;
    l->weight[l->m++] = weight;
}

/* A ring and random arcs, five a vertex, weights 1..100, or real ones. */
static void make_random(struct list *l, int64_t n, bool real)
{
    uint64_t s = 1;
    l->n = n;
    for (int64_t k = 0; k < 5 * n; k++) {
        const int64_t tail = k % n, head = k < n ? (k + 1) % n : (int64_t)(next(&s) % (uint64_t)n);
        const double w = 1 + (double)(next(&s) % 100);
        add(l, tail, head, real ? w * 1.1 + (double)next(&s) / 0x1p32 : w);
    }
}

/* A square of streets, every second one-way. */
static void make_grid(struct list *l, int64_t side)
{
    uint64_t s = 1;
    l->n = side * side;
    for (int64_t y = 0; y < side; y++)
        for (int64_t x = 0; x < side; x++)
            for (int d = 0; d < 4; d++) {
                const bool across = d < 2, on = d % 2 ? (across ? y % 2 == 0 || y == side - 1 : x % 2 == 0 || x == side - 1)
                                                      : (across ? y % 2 == 1 || y == 0 : x % 2 == 1 || x == 0);
                const int64_t nx = across ? x + (d % 2 ? 1 : -1) : x, ny = across ? y : y + (d % 2 ? 1 : -1);
                const double w = 50 + (double)(next(&s) % 100);
                if (nx >= 0 && nx < side && ny >= 0 && ny < side && (on || (x + y) % 3))
                    add(l, y * side + x, ny * side + nx, w);
            }
}

static void search(double *sum, struct sssp *s, int64_t i)
{
    const uint32_t source = (uint32_t)(i * (s->g->n / SOURCES));
    sssp_run(s, &(struct sssp_query){.sources = &source, .nsources = 1});
    *sum = 0;
    for (int64_t k = 0; k < s->reached; k++)
        *sum += s->label[s->order[k]].dist;
}

/* Processor time: what else the machine does counts less. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run(const char *name, struct list *l)
{
    struct digraph g;
    double sum = 0, best = INFINITY;
    digraph_from_arcs(&g, l->n, l->m, l->tail, l->head, l->weight, false, NULL);
    struct sssp *s = sssp_new(&g);
    for (int i = 0; i < 4; i++) {
        const double start = seconds();
        sum = 0;
        for (int k = 0; k < SOURCES; k++) {
            double one;
            search(&one, s, k);
            sum += one;
        }
        best = fmin(best, seconds() - start);
    }
    printf("%s %.12g %.4f\n", name, sum, best * 1e9 / SOURCES / (double)l->m);
    fflush(stdout);
    sssp_free(s);
    digraph_free(&g);
    l->m = 0;
}

int main(int argc, char **argv)
{
    enum { ROOM = 6000000 };
    const int64_t limit = argc > 1 ? atoll(argv[1]) : 0;
    struct list l = {.tail = xmalloc(ROOM * sizeof *l.tail), .head = xmalloc(ROOM * sizeof *l.head),
                     .weight = xmalloc(ROOM * sizeof *l.weight)};
    const int64_t sizes[] = {20000, 200000, 1000000};
    for (int i = 0; i < 3; i++) {
        char name[64];
        if (limit && sizes[i] > limit)
            continue;
        snprintf(name, sizeof name, "random-whole-%lldk", (long long)sizes[i] / 1000);
        make_random(&l, sizes[i], false);
        run(name, &l);
        snprintf(name, sizeof name, "random-real-%lldk", (long long)sizes[i] / 1000);
        make_random(&l, sizes[i], true);
        run(name, &l);
        snprintf(name, sizeof name, "grid-%lldk", (long long)sizes[i] / 1000);
        make_grid(&l, (int64_t)sqrt((double)sizes[i]));
        run(name, &l);
    }
    free(l.tail);
    free(l.head);
    free(l.weight);
    return 0;
}
