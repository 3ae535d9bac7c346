/*
 * Walks the table of ops.  For every op and example:
 *
 *   the gradient        against central differences of sum(r * y), r random, along random directions
 *                       and along single elements; with one halving of the step, so that
 *                       the error is h^4 and what rounding adds
 *   second derivatives  the same for sum(s * dL/dx), where the op promises them
 *   bits                1, 2 and 3 threads, value and gradients
 *   instruction sets    this program runs itself again with TENSTREAM_ISA=base and v3 and compares
 *
 * Arguments: names of ops; none: all.
 */
#include "check.h"

#include "autograd/example.h"
#include "autograd/ops.h"
#include "base/isa.h"
#include "base/mem.h"
#include "tensor/elementwise.h"

#include <float.h>
#include <omp.h>
#include <stdlib.h>
#include <unistd.h>

enum { DIRECTIONS = 3, ELEMENTS = 6 };

static struct memory *memory;
static const char *where;               /* "conv 3", for messages */

static float *random_numbers(int64_t n, uint64_t stream)
{
    float *r = xmalloc(sizeof *r * (n + 1));
    rng_fill_normal(&(struct rng){7, stream}, 0, r, n, 0, 1);
    return r;
}

static double weighted_sum(const struct tensor *y, const float *r, double *size)
{
    struct tensor flat = tensor_compact(memory, y);
    double sum = 0;
    *size = 0;
    for (int64_t i = 0; i < tensor_count(y); i++) {
        sum += (double)flat.f[i] * r[i];
        *size += fabs((double)flat.f[i] * r[i]);
    }
    tensor_drop(&flat);
    return sum;
}

static struct var *weights(struct tape *t, const struct var *y, uint64_t stream)
{
    struct tensor r = tensor_new(memory, TEN_F32, y->v.rank, y->v.dim);
    rng_fill_normal(&(struct rng){7, stream}, 0, r.f, tensor_count(&r), 0, 1);
    return tape_input(t, r);
}

/* ---- The function that is differenced -------------------------------------------------------------- */

/* order 1: L = sum(r * y).  order 2: L = sum over inputs of sum(s_k * d sum(r * y) / d x_k). */
static double value(struct example *e, const struct op *op, int i, int order, double *size)
{
    struct tape *t = tape_new(memory, 3);
    tape_mode(t)->record = order == 2;
    struct var *y = example_run(e, op, t, i);
    double sum = 0, part;
    if (order == 1) {
        float *r = random_numbers(tensor_count(&y->v), 0);
        sum = weighted_sum(&y->v, r, size);
        free(r);
    } else {
        struct var *x[EXAMPLE_INPUTS], *g[EXAMPLE_INPUTS];
        int n = 0;
        *size = 0;
        for (int k = 0; k < e->n; k++)
            if (e->in[k].shape.type == TEN_F32)
                x[n++] = e->in[k].var;
        tape_grad(t, y, weights(t, y, 0), x, n, false, g);
        for (int k = 0; k < n; k++) {
            if (!g[k])
                continue;
            float *s = random_numbers(tensor_count(&g[k]->v), 1 + k);
            sum += weighted_sum(&g[k]->v, s, &part);
            *size += part;
            free(s);
        }
    }
    tape_free(t);
    return sum;
}

/* dL/dx of every f32 input, [n] each, NULL for others. */
static void gradients(struct example *e, const struct op *op, int i, int order, float **out)
{
    struct tape *t = tape_new(memory, 3);
    const tape_scope s = tape_open(t);
    struct var *y = tape_close(t, s, op_affine(t, example_run(e, op, t, i), 1, 0));     /* what the op does not save is gone */
    if (order == 1) {
        tape_backward_from(t, y, weights(t, y, 0));
    } else {
        struct var *x[EXAMPLE_INPUTS], *g[EXAMPLE_INPUTS], *loss = NULL;
        int n = 0;
        for (int k = 0; k < e->n; k++)
            if (e->in[k].shape.type == TEN_F32)
                x[n++] = e->in[k].var;
        tape_grad(t, y, weights(t, y, 0), x, n, true, g);
        for (int k = 0; k < n; k++) {
            if (!g[k])
                continue;
            struct var *term = op_sum_all(t, op_mul(t, g[k], weights(t, g[k], 1 + k)));
            loss = loss ? op_add(t, loss, term) : term;
        }
        if (loss)
            tape_backward(t, loss);
    }
    for (int k = 0; k < e->n; k++) {
        out[k] = NULL;
        if (e->in[k].shape.type != TEN_F32)
            continue;
        out[k] = xcalloc(e->in[k].n + 1, sizeof(float));
        if (!e->in[k].var->grad)
            continue;
        struct tensor flat = tensor_compact(memory, &e->in[k].var->grad->v);
        memcpy(out[k], flat.f, sizeof(float) * e->in[k].n);
        tensor_drop(&flat);
    }
    tape_free(t);
}

static void free_all(struct example *e, float **g)
{
    for (int k = 0; k < e->n; k++)
        free(g[k]);
}

/* ---- Differences --------------------------------------------------------------------------------------- */

/* L at x + h v, with how large the terms of its sum are. */
static double moved(struct example *e, const struct op *op, int i, int order, int k, const float *v, double h, double *size)
{
    struct example_slot *s = &e->in[k];
    float *was = s->x.f, *now = xmalloc(sizeof *now * (s->n + 1));
    for (int64_t j = 0; j < s->n; j++)
        now[j] = (float)(was[j] + h * v[j]);
    s->x.f = now;
    const double L = value(e, op, i, order, size);
    s->x.f = was;
    free(now);
    return L;
}

/* The directional derivative along v by differences, and what rounding can do to it: each value is a sum of terms
 * that are off by some eps, and x + h v itself is rounded, which shifts L by up to eps |g| |x|. */
static double difference(struct example *e, const struct op *op, int i, int order, int k, const float *v, double h, double *noise)
{
    double d[2], size = 0, s;
    for (int half = 0; half < 2; half++) {
        const double step = half ? h / 2 : h;
        const double up = moved(e, op, i, order, k, v, step, &s), down = moved(e, op, i, order, k, v, -step, &size);
        d[half] = (up - down) / (2 * step);
        size = s > size ? s : size;
    }
    *noise = 24 * FLT_EPSILON * size / h;
    return (4 * d[1] - d[0]) / 3;
}

static void check_direction(struct example *e, const struct op *op, int i, int order, int k, const float *v, const float *g)
{
    double want = 0, scale = 0, moves = 0, noise, e2 = DBL_MAX;
    for (int64_t j = 0; j < e->in[k].n; j++) {
        want += (double)g[j] * v[j];
        scale += fabs((double)g[j] * v[j]);
        moves += fabs((double)g[j] * e->in[k].x.f[j]);
    }
    /* Where the function bends sharply, a smaller step tells. */
    for (double h = 0.03; h > 0.002 && e2 > 0; h /= 4) {
        const double got = difference(e, op, i, order, k, v, h, &noise);
        const double bound = noise + 2e-3 * scale + 8 * FLT_EPSILON * moves / h + 1e-6;
        e2 = fabs(got - want) <= bound ? 0 : fmin(e2, fabs(got - want) / bound);
    }
    if (e2 > 0) {
        check_bad++;
        printf("%s: input %d, derivative %d: %g by the tape, off by %.1f bounds\n", where, k, order, want, e2);
    }
}

static void check_gradient(struct example *e, const struct op *op, int i, int order)
{
    float *g[EXAMPLE_INPUTS];
    gradients(e, op, i, order, g);
    for (int k = 0; k < e->n; k++) {
        const int64_t n = e->in[k].n;
        if (!g[k] || n == 0)
            continue;
        for (int d = 0; d < DIRECTIONS + ELEMENTS; d++) {
            float *v = random_numbers(n, 100 + d);
            if (d >= DIRECTIONS) {                      /* one element */
                const int64_t at = rng_below(&(struct rng){11, i}, d, n);
                memset(v, 0, n * sizeof *v);
                v[at] = 1;
            } else {                                    /* of length 1 in the mean */
                for (int64_t j = 0; j < n; j++)
                    v[j] /= sqrt(n);
            }
            check_direction(e, op, i, order, k, v, g[k]);
            free(v);
        }
    }
    free_all(e, g);
}

/* ---- Threads and instruction sets ------------------------------------------------------------------------ */

static struct tensor value_of(struct example *e, const struct op *op, int i)
{
    struct tape *t = tape_new(memory, 3);
    tape_mode(t)->record = false;
    struct tensor y = tensor_compact(memory, &example_run(e, op, t, i)->v);
    tape_free(t);
    return y;
}

static void check_threads(struct example *e, const struct op *op, int i)
{
    const int before = omp_get_max_threads();
    float *one[EXAMPLE_INPUTS], *g[EXAMPLE_INPUTS];
    omp_set_num_threads(1);
    struct tensor y1 = value_of(e, op, i);
    gradients(e, op, i, 1, one);
    for (int threads = 2; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        struct tensor y = value_of(e, op, i);
        gradients(e, op, i, 1, g);
        bool same = memcmp(y.f, y1.f, tensor_count(&y) * sizeof(float)) == 0;
        for (int k = 0; k < e->n; k++)
            same &= !g[k] || memcmp(g[k], one[k], e->in[k].n * sizeof(float)) == 0;
        if (!same) {
            check_bad++;
            printf("%s: %d threads give other bits than one\n", where, threads);
        }
        tensor_drop(&y);
        free_all(e, g);
    }
    tensor_drop(&y1);
    free_all(e, one);
    omp_set_num_threads(before);
}

/* Value and gradients, for the comparison of instruction sets. */
static void write_numbers(struct example *e, const struct op *op, int i, FILE *to)
{
    float *g[EXAMPLE_INPUTS];
    struct tensor y = value_of(e, op, i);
    gradients(e, op, i, 1, g);
    fwrite(y.f, sizeof(float), tensor_count(&y), to);
    for (int k = 0; k < e->n; k++)
        if (g[k])
            fwrite(g[k], sizeof(float), e->in[k].n, to);
    tensor_drop(&y);
    free_all(e, g);
}

static bool chosen(const struct op *op, char **names)
{
    bool any = !*names;
    for (; *names; names++)
        any |= strcmp(*names, op->name) == 0;
    return any;
}

static void every_example(char **names, void (*visit)(struct example *, const struct op *, int, FILE *), FILE *to)
{
    for (int o = 0; o < op_count; o++) {
        if (!chosen(op_table[o], names))
            continue;
        for (int i = 0;; i++) {
            struct example e = {.seed = 1 + i};
            struct tape *t = tape_new(memory, 3);
            const bool there = example_run(&e, op_table[o], t, i);
            tape_free(t);
            char text[80];
            snprintf(text, sizeof text, "%s %d", op_table[o]->name, i);
            where = text;
            if (there)
                visit(&e, op_table[o], i, to);
            example_free(&e);
            if (!there)
                break;
        }
    }
}

/* Another instruction set rounds otherwise, in sums of up to some hundred terms. */
static void compare_level(const char *level, char **argv)
{
    char command[4096], *at = command;
    at += sprintf(at, "TENSTREAM_ISA=%s %s --numbers", level, argv[0]);
    for (char **a = argv + 1; *a; a++)
        at += sprintf(at, " %s", *a);
    FILE *theirs = popen(command, "r"), *ours = tmpfile();
    int64_t n = 0, off = 0;
    float a, b;
    every_example(argv + 1, write_numbers, ours);
    rewind(ours);
    while (fread(&a, sizeof a, 1, ours) == 1) {
        n++;
        if (fread(&b, sizeof b, 1, theirs) != 1)
            off++;
        else if (!(fabsf(a - b) <= 2e-4f * (1 + fabsf(a))) && !(isnan(a) && isnan(b)))
            off++;
    }
    CHECK(pclose(theirs) == 0);
    CHECK(n > 0);
    if (off)
        printf("TENSTREAM_ISA=%s: %lld of %lld numbers differ\n", level, (long long)off, (long long)n);
    CHECK_INT(off, 0);
    fclose(ours);
}

static void one_example(struct example *e, const struct op *op, int i, FILE *to)
{
    (void)to;
    check_bad = 0;
    if (op->backward) {
        check_gradient(e, op, i, 1);
        if (!op->once)
            check_gradient(e, op, i, 2);
    }
    check_threads(e, op, i);
    if (check_bad)
        check_failed++;
    else
        check_passed++;
    printf("%s %s\n", check_bad ? "FAIL" : "ok  ", where);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    (void)argc;
    memory = memory_new();
    if (argc > 1 && strcmp(argv[1], "--numbers") == 0) {
        every_example(argv + 2, write_numbers, stdout);
        return 0;
    }
    every_example(argv + 1, one_example, NULL);
    for (enum isa l = ISA_BASE; l < isa_level(); l++) {
        check_bad = 0;
        compare_level(isa_name(l), argv);
        if (check_bad)
            check_failed++;
        else
            check_passed++;
        printf("%s same numbers with TENSTREAM_ISA=%s\n", check_bad ? "FAIL" : "ok  ", isa_name(l));
    }
    CHECK_INT(memory_used(memory), 0);
    memory_free(memory);
    return check_report();
}
