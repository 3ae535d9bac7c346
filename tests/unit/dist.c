/* Alone, one process, for which everything in dist/dist.h does nothing; under mpirun (tests/dist.bats),
 * several. */
#include "autograd/op.h"
#include "autograd/ops.h"
#include "base/mem.h"
#include "dist/grads.h"

#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static struct dist *d;

static void sums_are_of_all_ranks_and_the_same_bits_on_each(void)
{
    double v[3] = {dist_rank(d) + 1, 0.1 * (dist_rank(d) + 1), 1e300}, first[3];
    const int n = dist_size(d);
    dist_sum(d, v, 3);
    CHECK(v[0] == n * (n + 1) / 2);
    CHECK_NEAR(v[1], 0.1 * v[0], 1e-15);
    memcpy(first, v, sizeof v);
    dist_broadcast(d, first, sizeof first);
    CHECK_BYTES(first, v, sizeof v);
    dist_sum(d, v, 0);
}

/* More than one message takes. */
static void what_the_first_rank_has_comes_to_all(void)
{
    const int64_t n = (1 << 20) + 5;
    char *data = xmalloc(n);
    memset(data, dist_rank(d) == 0 ? 'a' : 'b', n);
    dist_broadcast(d, data, n);
    CHECK(data[0] == 'a' && data[n / 2] == 'a' && data[n - 1] == 'a');
    free(data);
}

static void a_file_of_the_first_rank_can_be_read_by_all(void)
{
    struct ten_err e = {0};
    char path[64] = "", text[100] = "";
    int fd = -1;
    if (dist_rank(d) == 0) {
        strcpy(path, "/tmp/ten-dist.XXXXXX");
        fd = mkstemp(path);
        CHECK(write(fd, "one line\n", 9) == 9);
        close(fd);
    }
    fd = dist_file(d, dist_rank(d) == 0 ? path : "/nowhere", &e);
    CHECK_STR(e.text, "");
    CHECK_INT(read(fd, text, sizeof text), 9);
    CHECK_STR(text, "one line\n");
    close(fd);
    if (dist_rank(d) == 0)
        unlink(path);
}

/* ---- Gradients -------------------------------------------------------------------------------- */

/* Layers of widths that make several buckets, one parameter over more than one, biases in a group of
 * their own, and a parameter that nothing uses. */
enum { LAYERS = 4, ROWS = 3 };
static const int64_t width[LAYERS + 1] = {40, 1200, 1100, 700, 9};

struct net {
    struct memory *memory;
    struct params *params;
    struct param *weight[LAYERS], *bias[LAYERS], *unused;
    struct tape *tape;
};

static struct net net_new(void)
{
    struct net n = {.memory = memory_new()};
    n.params = params_new(n.memory);
    const int plain = params_group(n.params, "plain", 1, false);
    char name[32];
    for (int i = 0; i < LAYERS; i++) {
        snprintf(name, sizeof name, "%d.weight", i);
        n.weight[i] = params_add(n.params, name, PARAMS_MAIN, 2, (int64_t[]){width[i + 1], width[i]});
        snprintf(name, sizeof name, "%d.bias", i);
        n.bias[i] = params_add(n.params, name, plain, 1, &width[i + 1]);
    }
    n.unused = params_add(n.params, "unused", PARAMS_MAIN, 1, (int64_t[]){5});
    params_add_state(n.params, "state", 1, (int64_t[]){7});
    params_seal(n.params);
    rng_fill_uniform(&(struct rng){1, 0}, 0, n.params->values, n.params->trained, -0.05f, 0.05f);
    n.tape = tape_new(n.memory, 1);
    return n;
}

static void net_free(struct net *n)
{
    tape_free(n->tape);
    params_free(n->params);
    memory_free(n->memory);
}

/* Gradients of the samples of one rank, added to those that are there. */
static void go_back(struct net *n, int rank)
{
    struct tape *t = n->tape;
    struct tensor x = tensor_new(n->memory, TEN_F32, 2, (int64_t[]){ROWS, width[0]});
    rng_fill_uniform(&(struct rng){2, (uint64_t)rank}, 0, x.f, ROWS * width[0], -1, 1);
    struct var *y = tape_input(t, x);
    for (int i = 0; i < LAYERS; i++)
        y = op_tanh(t, op_linear(t, y, tape_param(t, n->weight[i]), tape_param(t, n->bias[i])));
    tape_backward(t, op_mean_all(t, op_square(t, y)));
    tape_clear(t);
}

static void near_all(const float *got, const float *want, int64_t n)
{
    double worst = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(got[i] - want[i]));
        largest = fmax(largest, fabs(want[i]));
    }
    CHECK(worst <= 1e-6 * largest);
}

static float *sums(struct net *n, const struct dist_grads_options *o, int before)
{
    struct params *ps = n->params;
    struct dist_grads *g = dist_grads_new(d, ps, o);
    if (g) {
        tape_on_ready(n->tape, dist_grads_ready, g);
        tape_on_call(n->tape, dist_grads_progress, g);
    }
    params_zero_grad(ps);
    for (int i = 0; i < before; i++)
        go_back(n, dist_rank(d));
    dist_grads_begin(g);
    go_back(n, dist_rank(d));
    dist_grads_finish(g);
    CHECK_INT(dist_grads_times(g).steps, d ? 1 : 0);
    CHECK(dist_grads_times(g).exposed <= dist_grads_times(g).total);
    float *copy = xmalloc(ps->trained * sizeof *copy);
    memcpy(copy, ps->grads, ps->trained * sizeof *copy);
    tape_on_ready(n->tape, NULL, NULL);
    tape_on_call(n->tape, NULL, NULL);
    dist_grads_free(g);
    return copy;
}

/* With this algorithm, on every rank the same bits, which are near the sums; twice: of two batches a step. */
static void adds_up(struct net *n, enum dist_algorithm a)
{
    struct params *ps = n->params;
    const struct dist_grads_options behind = {.reduction.algorithm = a, .bucket = 4 << 20};
    struct dist_grads_options with = behind;
    with.overlap = true;
    float *overlapped = sums(n, &with, 0), *after = sums(n, &behind, 0);
    float *first = sums(n, &with, 0), *twice = sums(n, &with, 1);
    CHECK_BYTES(overlapped, after, ps->trained * sizeof(float));
    dist_broadcast(d, first, ps->trained * (int64_t)sizeof(float));
    CHECK_BYTES(first, overlapped, ps->trained * sizeof(float));
    params_zero_grad(ps);
    for (int r = 0; r < dist_size(d); r++)
        go_back(n, r);
    near_all(overlapped, ps->grads, ps->trained);
    for (int r = 0; r < dist_size(d); r++)
        go_back(n, r);
    near_all(twice, ps->grads, ps->trained);
    free(overlapped);
    free(after);
    free(first);
    free(twice);
}

static void gradients_are_the_sums_of_all_ranks_overlapped_or_not(void)
{
    struct net n = net_new();
    for (enum dist_algorithm a = DIST_NATIVE; a < DIST_ALGORITHMS; a++)
        adds_up(&n, a);
    net_free(&n);
}

/* ---- All-reduce ------------------------------------------------------------------------------- */

/* Multiples of 1/4 up to 1.5, whose sums over up to 5 ranks are exact in f32 and in bf16. */
enum { PERIOD = 13 };
static float number(int rank, int64_t i) { return (float)((i * 7 + rank * 3) % PERIOD - 6) * 0.25f; }

static void adds_exactly(const struct reduction_options *o, int64_t n)
{
    const int p = dist_size(d), rank = dist_rank(d);
    float mine[PERIOD], want[PERIOD] = {0};
    float *v = xmalloc((size_t)(n + 1) * sizeof *v);
    struct reduction *r = reduction_new(d, o, n, 3);
    int64_t wrong = 0;
    for (int i = 0; i < PERIOD; i++) {
        mine[i] = number(rank, i);
        for (int k = 0; k < p; k++)
            want[i] += number(k, i);
    }
    for (int again = 0; again < 2; again++) {
        for (int64_t i = 0; i < n; i++)
            v[i] = mine[i % PERIOD];
        v[n] = 77;
        reduction_start(r, v);
        while (!reduction_push(r))
            continue;
        for (int64_t i = 0; i < n; i++)
            wrong += v[i] != want[i % PERIOD];
        CHECK_INT(wrong, 0);
        CHECK(v[n] == 77);
    }
    reduction_free(r);
    free(v);
}

static void every_all_reduce_is_the_naive_sum(void)
{
    if (!d)
        return;
    const int64_t p = dist_size(d), size[] = {0, 1, p - 1, p, 1000003};
    for (int k = 0; k < 5; k++)
        for (enum dist_algorithm a = DIST_NATIVE; a < DIST_ALGORITHMS; a++)
            for (int per_node = 0; per_node <= (a == DIST_HIER ? 3 : 0); per_node++)
                for (int bf16 = 0; bf16 <= (a != DIST_NATIVE); bf16++)
                    adds_exactly(&(struct reduction_options){.algorithm = a, .bf16 = bf16, .per_node = per_node}, size[k]);
}

/* ---- Several at once -------------------------------------------------------------------------- */

/* Lengths of buckets under way at once, two of them alike: what came for another one would be wrong there, or too long. */
enum { BUCKETS = 6 };
static const int64_t bucket_length[BUCKETS] = {40000, 1, 700, 700, 0, 9001};

struct bucket { struct reduction *r; float *v; bool over; };

static void start_buckets(struct bucket *b, const struct reduction_options *o)
{
    for (int k = 0; k < BUCKETS; k++) {
        b[k] = (struct bucket){reduction_new(d, o, bucket_length[k], k), xmalloc((size_t)(bucket_length[k] + 1) * sizeof(float)), false};
        for (int64_t i = 0; i < bucket_length[k]; i++)
            b[k].v[i] = number(dist_rank(d), i + 5 * k);
    }
    for (int k = 0; k < BUCKETS; k++)
        reduction_start(b[k].r, b[k].v);
}

static int64_t wrong_sums(struct bucket *b)
{
    int64_t wrong = 0;
    for (int k = 0; k < BUCKETS; k++) {
        for (int64_t i = 0; i < bucket_length[k]; i++) {
            float want = 0;
            for (int rank = 0; rank < dist_size(d); rank++)
                want += number(rank, i + 5 * k);
            wrong += b[k].v[i] != want;
        }
        reduction_free(b[k].r);
        free(b[k].v);
    }
    return wrong;
}

/* Each to its end before the next one is looked at. */
static void one_after_the_other(struct bucket *b, const int *order)
{
    for (int i = 0; i < BUCKETS; i++)
        while (!reduction_push(b[order[i]].r))
            continue;
}

/* All in turns, from another one on and the other way round on every rank, so that exchanges of ranks meet in any order. */
static void in_turns(struct bucket *b)
{
    const int rank = dist_rank(d), step = rank % 2 ? BUCKETS - 1 : 1;
    for (int left = BUCKETS, k = rank % BUCKETS; left > 0; k = (k + step) % BUCKETS)
        if (!b[k].over && reduction_push(b[k].r)) {
            b[k].over = true;
            left--;
        }
}

static void buckets_under_way_at_once_never_mix(void)
{
    static const int order[2][BUCKETS] = {{5, 4, 3, 2, 1, 0}, {3, 0, 5, 1, 2, 4}};
    struct bucket b[BUCKETS];
    if (!d)
        return;
    for (enum dist_algorithm a = DIST_NATIVE; a < DIST_ALGORITHMS; a++)
        for (int per_node = 0; per_node <= (a == DIST_HIER ? 3 : 0); per_node++)
            for (int i = 0; i < 12; i++) {
                start_buckets(b, &(struct reduction_options){.algorithm = a, .per_node = per_node});
                if (i < 2)
                    one_after_the_other(b, order[i]);
                else
                    in_turns(b);
                CHECK_INT(wrong_sums(b), 0);
            }
}

/* Rounded on the way, and still the same bits on all ranks. */
static void bf16_on_the_wire_is_near_and_the_same_on_all_ranks(void)
{
    enum { N = 5000 };
    if (!d)
        return;
    for (enum dist_algorithm a = DIST_RING; a < DIST_ALGORITHMS; a++) {
        float v[N], first[N], mine[N];
        double worst = 0;
        struct reduction *r = reduction_new(d, &(struct reduction_options){.algorithm = a, .bf16 = true, .per_node = 2}, N, 0);
        rng_fill_uniform(&(struct rng){5, (uint64_t)dist_rank(d)}, 0, v, N, -1, 1);
        reduction_start(r, v);
        while (!reduction_push(r))
            continue;
        reduction_free(r);
        memcpy(first, v, sizeof v);
        dist_broadcast(d, first, sizeof first);
        CHECK_BYTES(first, v, sizeof v);
        for (int k = 0; k < dist_size(d); k++) {
            rng_fill_uniform(&(struct rng){5, (uint64_t)k}, 0, mine, N, -1, 1);
            for (int i = 0; i < N; i++)
                v[i] -= mine[i];
        }
        for (int i = 0; i < N; i++)
            worst = fmax(worst, fabs(v[i]));
        /* Each number is rounded at most p times, to 8 bits. */
        CHECK(worst <= dist_size(d) * dist_size(d) / 256.0);
    }
}

static void weights_that_differ_are_found_and_the_rank_is_named(void)
{
    char weights[1000] = "the same";
    CHECK_INT(dist_agree(d, weights, sizeof weights), -1);
    if (dist_rank(d) > 0 && dist_rank(d) == dist_size(d) - 1)
        weights[999] = 1;
    CHECK_INT(dist_agree(d, weights, sizeof weights), dist_size(d) > 1 ? dist_size(d) - 1 : -1);
    if (dist_rank(d) == 1)
        weights[0] = 'T';
    CHECK_INT(dist_agree(d, weights, sizeof weights), dist_size(d) > 1 ? 1 : -1);
}

static void the_largest_is_that_of_all(void)
{
    double v[2] = {dist_rank(d), -dist_rank(d)};
    dist_max(d, v, 2);
    CHECK(v[0] == dist_size(d) - 1 && v[1] == 0);
}

static void parameters_become_those_of_the_first_rank(void)
{
    struct net n = net_new();
    const uint64_t version = n.weight[0]->version;
    n.params->values[5] = (float)dist_rank(d) + 3;
    n.params->state[6] = (float)dist_rank(d) + 4;
    if (d)
        dist_params(d, n.params);
    CHECK(n.params->values[5] == 3 && n.params->state[6] == 4);
    CHECK(!d || n.weight[0]->version > version);
    net_free(&n);
}

int main(void)
{
    struct ten_err e = {0};
    d = dist_open(&e);
    CHECK_STR(e.text, "");
    RUN(sums_are_of_all_ranks_and_the_same_bits_on_each);
    RUN(what_the_first_rank_has_comes_to_all);
    RUN(a_file_of_the_first_rank_can_be_read_by_all);
    RUN(gradients_are_the_sums_of_all_ranks_overlapped_or_not);
    RUN(every_all_reduce_is_the_naive_sum);
    RUN(buckets_under_way_at_once_never_mix);
    RUN(bf16_on_the_wire_is_near_and_the_same_on_all_ranks);
    RUN(weights_that_differ_are_found_and_the_rank_is_named);
    RUN(the_largest_is_that_of_all);
    RUN(parameters_become_those_of_the_first_rank);
    return check_report();
}
