/*
 * What a step of data-parallel training takes on many processors: a model, in closed form, of input, computation,
 * gradients added up while the backward pass goes on, and stragglers.  Everything it gives is simulated.
 *
 * Sources: the terms of all-reduce as in Thakur, Rabenseifner and Gropp (2005); buckets and their order as in Horovod
 * (Sergeev and Del Balso, arXiv 1802.05799); what is to be explained from Lin, Gan and Han (arXiv 1910.00932).
 */
#ifndef ACCEL_SCALING_H
#define ACCEL_SCALING_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum allreduce { ALLREDUCE_RING, ALLREDUCE_RDOUBLE, ALLREDUCE_RABENSEIFNER, ALLREDUCE_TREE, ALLREDUCE_DOUBLE_TREE,
                 ALLREDUCE_HIER, ALLREDUCES };
extern const char *const allreduce_names[];     /* as in dist/exchange.h where both have it; NULL at the end */

/* How the computation of a step varies from worker to worker. */
enum jitter { JITTER_NORMAL, JITTER_EXPONENTIAL, JITTERS };
extern const char *const jitter_names[];        /* NULL at the end */

/* SI units; a "worker" is one GPU, or one process. */
struct scaling {
    double workers_per_node;
    double clips, frames;               /* clips of a worker and step; frames of a clip */
    double samples, epochs;             /* clips of the data set; times it is seen */
    double clip_seconds;                /* forward and backward pass of one clip; 0: from the next four */
    double clip_macs, worker_flops, clip_bytes, worker_bandwidth;
    double fixed_seconds;               /* of a step, whatever it works on */
    double jitter;                      /* standard deviation of a worker's computation, as share of it */
    enum jitter jitter_kind;
    double model_bytes;                 /* of the gradients on the wire */
    double fusion_bytes;                /* a bucket is sent when it holds so many */
    double overlap;                     /* 1: sent as soon as they are there; 0: after the backward pass */
    double cycle_seconds;               /* what is ready sets out at multiples of this (Horovod); 0: at once */
    double host_share;                  /* of an all-reduce, what the worker's own processor does and nothing hides */
    double latency_in, bandwidth_in;    /* between workers of one node, each way */
    double latency_out, bandwidth_out;  /* of a node */
    double reduce_seconds;              /* to add one byte */
    double frame_bytes, disk_bandwidth; /* stored; of a node */
    double shared_bandwidth;            /* of a file system that all nodes read from; 0: nodes have disks of their own */
    double shared_opens, file_frames;   /* files that it opens a second, 0: no matter; frames of a file */
    double decode_seconds, cores;       /* of one frame on one core; cores of a worker that decode */
    double eval_seconds;                /* of all evaluations of a training together */
    enum allreduce algorithm;
};

/* Each number above by name, with its unit and meaning; NULL name at the end. */
struct scaling_number { const char *name; size_t offset; const char *unit, *meaning; };
extern const struct scaling_number scaling_numbers[];

/* Where a preset's numbers come from stands in scale-sim(1). */
enum scaling_preset { SCALING_SUMMIT, SCALING_LAPTOP };
void scaling_preset(struct scaling *s, enum scaling_preset preset);

/* Seconds to add `bytes` up over p workers; 0 for p = 1. */
double allreduce_seconds(const struct scaling *s, double p, double bytes);
/* Of the largest of n independent numbers of mean 0 and variance 1, the mean; 0 for n = 1. */
double largest_of_normals(double n);
double largest_of_exponentials(double n);

struct scaling_point {
    double workers;
    double io, compute, wait;           /* input beside the step; computation of one; waiting for the slowest */
    double comm, exposed;               /* all-reduce; its part after the backward pass */
    double step, throughput;            /* clips a second */
    double efficiency;                  /* share of the speed-up over one node that so many workers would have at best */
    double epoch, total;                /* seconds */
};
void scaling_at(struct scaling_point *y, const struct scaling *s, double workers);

/*
 * Change one number of s (named by its offset) within [lo,hi] until training with so many workers takes `seconds`, which
 * rises with it.  0, or -1 with *e set (TEN_E_INFEASIBLE): not even at the end of the range.
 */
int scaling_fit(struct scaling *s, size_t offset, double lo, double hi, double workers, double seconds, struct ten_err *e);
/* The same for two runs: compute time from the first and jitter from the second. */
struct scaling_run { double workers, seconds; };
int scaling_fit_runs(struct scaling *s, const struct scaling_run run[2], struct ten_err *e);

/*
 * Latency and bandwidth, both in nodes and between them, from measured times of s->algorithm: least squares of relative
 * errors; a latency that would be negative is 0.  *error: the root of the mean squared relative error.  0, or -1 with *e
 * set (TEN_E_DATA): fewer than two samples, or all alike.
 */
struct allreduce_sample { double workers, bytes, seconds; };
int scaling_fit_links(struct scaling *s, const struct allreduce_sample *sample, int64_t n, double *error, struct ten_err *e);

#endif
