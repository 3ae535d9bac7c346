#include "accel/scaling.h"

#include "base/fail.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>

const char *const allreduce_names[] = {"ring", "rdouble", "rabenseifner", "tree", "double-tree", "hier", NULL};

const char *const jitter_names[] = {"normal", "exponential", NULL};

#define NUMBER(name, unit, meaning) {#name, offsetof(struct scaling, name), unit, meaning}
const struct scaling_number scaling_numbers[] = {
    NUMBER(workers_per_node, "", "workers of a node"),
    NUMBER(clips, "", "clips of a worker in a step"),
    NUMBER(frames, "", "frames of a clip"),
    NUMBER(samples, "", "clips of the data set"),
    NUMBER(epochs, "", "times they are seen"),
    NUMBER(clip_seconds, "s", "forward and backward pass of a clip; 0: from the next four"),
    NUMBER(clip_macs, "", "multiply-accumulates of its forward pass"),
    NUMBER(worker_flops, "1/s", "operations that a worker reaches"),
    NUMBER(clip_bytes, "B", "memory moved by ops that only move and add, forward and backward"),
    NUMBER(worker_bandwidth, "B/s", "memory bandwidth of a worker"),
    NUMBER(fixed_seconds, "s", "of a step whatever it works on"),
    NUMBER(jitter, "", "standard deviation of a worker's computation, as share of it"),
    NUMBER(model_bytes, "B", "gradients on the wire"),
    NUMBER(fusion_bytes, "B", "a bucket is sent when it holds so many"),
    NUMBER(overlap, "", "1: sent as soon as they are there; 0: after the backward pass"),
    NUMBER(cycle_seconds, "s", "buckets set out at multiples of it; 0: at once"),
    NUMBER(host_share, "", "of an all-reduce, done by the worker's processor and not hidden"),
    NUMBER(latency_in, "s", "of a message in a node"),
    NUMBER(bandwidth_in, "B/s", "between workers of a node, each way"),
    NUMBER(latency_out, "s", "of a message between nodes"),
    NUMBER(bandwidth_out, "B/s", "of a node, each way"),
    NUMBER(reduce_seconds, "s/B", "to add a byte"),
    NUMBER(frame_bytes, "B", "a stored frame"),
    NUMBER(disk_bandwidth, "B/s", "of a node"),
    NUMBER(shared_bandwidth, "B/s", "of a file system for all nodes; 0: each has a disk"),
    NUMBER(shared_opens, "1/s", "files that it opens; 0: no matter"),
    NUMBER(file_frames, "", "frames of a file"),
    NUMBER(decode_seconds, "s", "of a frame on one core"),
    NUMBER(cores, "", "of a worker, that decode"),
    NUMBER(eval_seconds, "s", "evaluations of a training, all together"),
    {NULL, 0, NULL, NULL}
};

void scaling_preset(struct scaling *s, enum scaling_preset preset)
{
    static const struct scaling summit = {
        .workers_per_node = 6, .clips = 8, .frames = 8, .samples = 240e3, .epochs = 100,
        .clip_macs = 32.7e9, .worker_flops = 5e12, .worker_bandwidth = 900e9,
        .model_bytes = 97.3e6, .fusion_bytes = 64 << 20, .overlap = 1,
        .latency_in = 5e-6, .bandwidth_in = 45e9, .latency_out = 3e-6, .bandwidth_out = 21e9,
        .frame_bytes = 20e3, .file_frames = 1, .disk_bandwidth = 5e9, .decode_seconds = 1e-3, .cores = 7, .algorithm = ALLREDUCE_HIER,
    };
    /* Processes of one machine, which share its memory; what it measures replaces these (--fit). */
    static const struct scaling laptop = {
        .workers_per_node = 2, .clips = 8, .frames = 8, .samples = 4000, .epochs = 8, .clip_seconds = 2e-3,
        .model_bytes = 0.31e6, .fusion_bytes = 4 << 20, .overlap = 1, .latency_in = 5e-6, .bandwidth_in = 2e9,
        .latency_out = 5e-6, .bandwidth_out = 2e9, .frame_bytes = 3072, .file_frames = 1, .disk_bandwidth = 1e9, .host_share = 1, .cores = 1, .algorithm = ALLREDUCE_RING,
    };
    *s = preset == SCALING_SUMMIT ? summit : laptop;
}

/* ---- All-reduce --------------------------------------------------------------------------------------------- */

static double largest(double a, double b) { return a > b ? a : b; }

/* Within nodes first, then between them, each node's workers sharing its bandwidth, then within nodes again. */
static double hierarchical(const struct scaling *s, double p, double bytes)
{
    const double g = fmin(p, s->workers_per_node), nodes = ceil(p / g);
    const double inside = (g - 1) * s->latency_in + (g - 1) / g * bytes / s->bandwidth_in;
    const double between = 2 * (nodes - 1) * s->latency_out + 2 * (nodes - 1) / nodes * bytes / s->bandwidth_out;
    return 2 * inside + between + (g - 1) / g * bytes * s->reduce_seconds + (nodes - 1) / nodes * bytes / g * s->reduce_seconds;
}

double allreduce_seconds(const struct scaling *s, double p, double bytes)
{
    const bool one_node = p <= s->workers_per_node;
    const double alpha = one_node ? s->latency_in : s->latency_out, beta = 1 / (one_node ? s->bandwidth_in : s->bandwidth_out);
    const double gamma = s->reduce_seconds, steps = ceil(log2(p)), part = (p - 1) / p * bytes;
    if (p <= 1)
        return 0;
    switch (s->algorithm) {
    case ALLREDUCE_RING:         return 2 * (p - 1) * alpha + part * (2 * beta + gamma);
    case ALLREDUCE_RDOUBLE:     return steps * (alpha + bytes * (beta + gamma));
    case ALLREDUCE_RABENSEIFNER: return 2 * log2(p) * alpha + part * (2 * beta + gamma);
    case ALLREDUCE_TREE:         return 2 * steps * (alpha + bytes * beta) + steps * bytes * gamma;
    case ALLREDUCE_DOUBLE_TREE:  return 2 * steps * alpha + bytes * (2 * beta + gamma);
    default:                     return hierarchical(s, p, bytes);
    }
}

/* ---- The slowest of many --------------------------------------------------------------------------------------- */

static double density(double x, void *n)
{
    const double count = *(const double *)n;
    return x * count * gsl_ran_ugaussian_pdf(x) * pow(gsl_cdf_ugaussian_P(x), count - 1);
}

double largest_of_normals(double n)
{
    enum { INTERVALS = 200 };
    gsl_function f = {density, &n};
    double mean = 0, error;
    if (n <= 1)
        return 0;
    gsl_integration_workspace *w = gsl_integration_workspace_alloc(INTERVALS);
    /* Nothing of weight lies outside for any number of workers there is. */
    gsl_integration_qag(&f, -9, 9, 0, 1e-8, INTERVALS, GSL_INTEG_GAUSS61, w, &mean, &error);
    gsl_integration_workspace_free(w);
    return mean;
}

/* Of n exponential ones the largest has the mean 1 + 1/2 + ... + 1/n (Renyi, 1953); each has the mean 1. */
double largest_of_exponentials(double n)
{
    return n <= 1 ? 0 : gsl_sf_psi(n + 1) + M_EULER - 1;
}

/* ---- A step ------------------------------------------------------------------------------------------------------ */

static double compute_seconds(const struct scaling *s)
{
    /* Three passes of two operations: forward, and two products backward. */
    const double clip = s->clip_seconds > 0 ? s->clip_seconds
                      : s->clip_macs * 6 / s->worker_flops + s->clip_bytes / s->worker_bandwidth;
    return s->clips * clip;
}

/* When a bucket sets out that is ready then. */
static double departure(const struct scaling *s, double ready)
{
    return s->cycle_seconds > 0 ? ceil(ready / s->cycle_seconds) * s->cycle_seconds : ready;
}

/*
 * Buckets become ready one after the other over the backward pass, two thirds of the computation, and are sent in that
 * order: e_i = max(e_(i-1), r_i) + t_i.  What ends after the backward pass is exposed, and what the worker's processor
 * does itself.  The first bucket is the one that is not full, so that gradients begin to travel early and more of them
 * never take less time.
 */
static void communicate(struct scaling_point *y, const struct scaling *s)
{
    const double back = y->compute * 2 / 3, buckets = ceil(s->model_bytes / s->fusion_bytes);
    double end = 0, sent = 0;
    for (double i = 1; i <= buckets && y->workers > 1; i++) {
        const double bytes = i == 1 ? s->model_bytes - (buckets - 1) * s->fusion_bytes : s->fusion_bytes;
        const double took = allreduce_seconds(s, y->workers, bytes);
        sent += bytes;
        end = largest(end, departure(s, s->overlap > 0 ? back * sent / s->model_bytes : back)) + took;
        y->comm += took;
    }
    y->exposed = largest(0, end - back);
    y->exposed += s->host_share * largest(0, y->comm - y->exposed);
}

/* Reading is the node's or the shared file system's, decoding the worker's, and all go on beside the step. */
static double input_seconds(const struct scaling *s, double workers)
{
    const double frames = s->clips * s->frames, all = frames * workers;
    double read = frames * fmin(workers, s->workers_per_node) * s->frame_bytes / s->disk_bandwidth;
    if (s->shared_bandwidth > 0)
        read = all * s->frame_bytes / s->shared_bandwidth;
    if (s->shared_opens > 0)
        read += all / s->file_frames / s->shared_opens;
    return read + frames * s->decode_seconds / s->cores;
}

static double largest_of(const struct scaling *s, double n)
{
    return s->jitter_kind == JITTER_NORMAL ? largest_of_normals(n) : largest_of_exponentials(n);
}

static void one_step(struct scaling_point *y, const struct scaling *s, double workers)
{
    *y = (struct scaling_point){.workers = workers, .compute = compute_seconds(s), .io = input_seconds(s, workers)};
    y->wait = y->compute * s->jitter * largest_of(s, workers);
    communicate(y, s);
    y->step = largest(y->compute + y->wait + y->exposed, y->io) + s->fixed_seconds;
    y->throughput = workers * s->clips / y->step;
    y->epoch = ceil(s->samples / (workers * s->clips)) * y->step;
    y->total = s->epochs * y->epoch + s->eval_seconds;
}

void scaling_at(struct scaling_point *y, const struct scaling *s, double workers)
{
    struct scaling_point node;
    one_step(y, s, workers);
    one_step(&node, s, fmin(workers, s->workers_per_node));
    y->efficiency = node.epoch * node.workers / (y->epoch * workers);
}

/* ---- Fitting -------------------------------------------------------------------------------------------------------- */

struct target { struct scaling *s; double *number; double workers, seconds; };

static double beyond(double v, void *ctx)
{
    struct target *t = ctx;
    struct scaling_point y;
    *t->number = v;
    one_step(&y, t->s, t->workers);
    return y.total - t->seconds;
}

int scaling_fit(struct scaling *s, size_t offset, double lo, double hi, double workers, double seconds, struct ten_err *e)
{
    enum { ITERATIONS = 200 };
    struct target t = {s, (double *)((char *)s + offset), workers, seconds};
    gsl_function f = {beyond, &t};
    const double least = beyond(lo, &t), most = beyond(hi, &t);
    if (least > 0 || most < 0)
        return fail(e, TEN_E_INFEASIBLE, "%g workers: %g s: expected between %g and %g with these numbers", workers, seconds,
                    seconds + least, seconds + most);
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    int going = gsl_root_fsolver_set(solver, &f, lo, hi);
    for (int i = 0; going == GSL_SUCCESS && i < ITERATIONS; i++) {
        gsl_root_fsolver_iterate(solver);
        if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver), 0, 1e-12) == GSL_SUCCESS)
            break;
    }
    *t.number = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return 0;
}

/* The computation that explains the first run, for every jitter; then the jitter that explains the second. */
static double beyond_second(double jitter, void *ctx)
{
    const struct { struct scaling *s; const struct scaling_run *run; } *t = ctx;
    struct ten_err e = {0};
    struct scaling_point y;
    t->s->jitter = jitter;
    if (scaling_fit(t->s, offsetof(struct scaling, clip_seconds), 1e-9, 1e6, t->run[0].workers, t->run[0].seconds, &e) < 0)
        return -INFINITY;
    one_step(&y, t->s, t->run[1].workers);
    return y.total - t->run[1].seconds;
}

int scaling_fit_runs(struct scaling *s, const struct scaling_run run[2], struct ten_err *e)
{
    struct { struct scaling *s; const struct scaling_run *run; } t = {s, run};
    double lo = 0, hi = 1;
    s->jitter = 0;
    if (scaling_fit(s, offsetof(struct scaling, clip_seconds), 1e-9, 1e6, run[0].workers, run[0].seconds, e) < 0)
        return -1;
    const double least = beyond_second(lo, &t), most = beyond_second(hi, &t);
    if (least > 0 || most < 0)
        return fail(e, TEN_E_INFEASIBLE, "%g workers: %g s: expected between %g and %g with these numbers", run[1].workers,
                    run[1].seconds, run[1].seconds + least, run[1].seconds + most);
    while (hi - lo > 1e-12) {
        const double middle = (lo + hi) / 2;
        *(beyond_second(middle, &t) < 0 ? &lo : &hi) = middle;
    }
    beyond_second(hi, &t);
    return 0;
}

/* What algorithm s takes is latency times a plus time per byte times b: the two of one sample. */
static void shares(double *a, double *b, const struct scaling *s, const struct allreduce_sample *x)
{
    struct scaling one = *s;
    one.latency_in = one.latency_out = 1;
    one.bandwidth_in = one.bandwidth_out = INFINITY;
    one.reduce_seconds = 0;
    *a = allreduce_seconds(&one, x->workers, x->bytes);
    one.latency_in = one.latency_out = 0;
    one.bandwidth_in = one.bandwidth_out = 1;
    *b = allreduce_seconds(&one, x->workers, x->bytes);
}

int scaling_fit_links(struct scaling *s, const struct allreduce_sample *sample, int64_t n, double *error, struct ten_err *e)
{
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0, sum = 0, a, b;
    for (int64_t i = 0; i < n; i++) {
        shares(&a, &b, s, &sample[i]);
        a /= sample[i].seconds;
        b /= sample[i].seconds;
        aa += a * a; ab += a * b; bb += b * b; a1 += a; b1 += b;
    }
    const double det = aa * bb - ab * ab;
    if (!(det > 1e-9 * aa * bb))
        return fail(e, TEN_E_DATA, "%lld measurements: expected two of different sizes among more than one worker", (long long)n);
    double alpha = (a1 * bb - b1 * ab) / det, beta = (b1 * aa - a1 * ab) / det;
    if (alpha < 0 || beta <= 0) {
        alpha = beta <= 0 ? a1 / aa : 0;
        beta = beta <= 0 ? 0 : b1 / bb;
    }
    for (int64_t i = 0; i < n; i++) {
        shares(&a, &b, s, &sample[i]);
        const double off = (a * alpha + b * beta) / sample[i].seconds - 1;
        sum += off * off;
    }
    s->latency_in = s->latency_out = alpha;
    s->bandwidth_in = s->bandwidth_out = 1 / beta;
    *error = sqrt(sum / (double)n);
    return 0;
}
