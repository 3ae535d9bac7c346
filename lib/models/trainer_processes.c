/* Several processes that train together, and where their time goes. */
#include "autograd/op.h"
#include "base/fail.h"
#include "base/mem.h"
#include "models/trainer_internal.h"

static void sum_over_processes(void *dist, double *v, int64_t n) { dist_sum(dist, v, n); }

void trainer_join(struct trainer *r)
{
    struct dist *d = r->opt->dist;
    struct tape_mode *mode = tape_mode(r->tape);
    struct dist_grads_options o = r->opt->parallel.grads;
    if (r->opt->parallel.timeline)
        o.timeline = r->timeline = timeline_new(d);
    if (!d)
        return;
    dist_params(d, r->model->params);
    r->grads = dist_grads_new(d, r->model->params, &o);
    tape_on_ready(r->tape, dist_grads_ready, r->grads);
    tape_on_call(r->tape, dist_grads_progress, r->grads);
    mode->share = (struct tape_share){.rank = dist_rank(d), .ranks = dist_size(d)};
    if (r->opt->sync_bn) {
        mode->join = sum_over_processes;
        mode->join_ctx = d;
    }
}

/* After every step, not only where they are read: when that is depends on the clock, and bits must
 * not. */
void trainer_average_statistics(struct trainer *r)
{
    if (dist_size(r->opt->dist) == 1 || r->opt->sync_bn || r->model->params->states == 0)
        return;
    timeline_mark(r->timeline, PHASE_UPDATE);
    dist_average_state(r->opt->dist, r->model->params);
    timeline_mark(r->timeline, PHASE_COMMUNICATION);
}

int trainer_check_weights(struct trainer *r)
{
    const struct params *ps = r->model->params;
    const int64_t every = r->opt->parallel.check;
    if (every == 0 || r->run.step % every != 0)
        return 0;
    const int64_t bytes = ps->trained * (int64_t)sizeof *ps->values;
    const int rank = dist_agree(r->opt->dist, ps->values, bytes);
    if (rank < 0)
        return 0;
    return fail(&r->tool->err, TEN_E_NUMERIC, "step %lld: weights of rank %d differ from those of rank "
                "0: expected the same bits on all ranks", (long long)r->run.step, rank);
}

void trainer_tell_times(const struct trainer *r)
{
    const struct dist_times t = dist_grads_times(r->grads);
    if (t.steps > 0 && trainer_first(r))
        tool_note(r->tool, "gradients of %d processes: %lld steps, %.2f MB each: %.3f s, %.3f s of it "
                  "after the backward pass", dist_size(r->opt->dist), (long long)t.steps,
                  (double)t.bytes * 1e-6, t.total, t.exposed);
}

void trainer_tell_shares(struct trainer *r)
{
    double share[PHASES];
    if (!r->timeline)
        return;
    timeline_mark(r->timeline, PHASE_OTHER);
    timeline_shares(r->timeline, share);
    if (trainer_first(r))
        tool_note(r->tool, "epoch %lld: data %.1f %%, computation %.1f %%, communication after it "
                  "%.1f %%, waiting %.1f %%",
                  (long long)r->run.epoch, 100 * share[PHASE_LOAD],
                  100 * (share[PHASE_FORWARD] + share[PHASE_BACKWARD] + share[PHASE_UPDATE]),
                  100 * share[PHASE_COMMUNICATION], 100 * share[PHASE_WAIT]);
}

int trainer_write_timeline(struct trainer *r)
{
    return r->timeline ? timeline_write(r->timeline, r->opt->parallel.timeline, &r->tool->err) : 0;
}
