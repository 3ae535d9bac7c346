/* lib/tensor/attention.h against its equations in f64, with all scores written out. */
#include "check.h"
#include "levels.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/attention.h"

#include <float.h>
#include <omp.h>

static float *numbers(int64_t n, uint64_t seed)
{
    float *x = xmalloc(sizeof *x * (n + 1));
    rng_fill_uniform(&(struct rng){seed, 0}, 0, x, n, -1, 1);
    return x;
}

enum terms { NONE, BIAS, SHARED, RELATIVE, BOTH };
static const struct example { int64_t b, tq, tk, h, d; bool causal, lengths; enum terms terms; float p; } examples[] = {
    {1, 1, 1, 1, 1, false, false, NONE, 0},
    {2, 3, 5, 2, 4, false, true, BIAS, 0},
    {2, 7, 7, 3, 5, true, false, NONE, 0},
    {1, 4, 9, 2, 8, true, true, RELATIVE, 0},
    {2, 9, 4, 1, 3, true, false, SHARED, 0},              /* the first five queries see nothing */
    {1, 70, 600, 2, 16, false, false, BOTH, 0.3f},        /* two tiles each way */
    {2, 130, 530, 1, 33, true, true, RELATIVE, 0.1f},
    {1, 65, 1030, 1, 8, false, false, NONE, 0},
    {3, 20, 33, 4, 62, true, true, SHARED, 0.5f},
    {0, 3, 3, 2, 4, false, false, NONE, 0},
    {2, 0, 3, 2, 4, false, false, NONE, 0},
    {2, 3, 0, 2, 4, false, false, NONE, 0},
};
enum { EXAMPLES = sizeof examples / sizeof examples[0] };

/* Everything of one example.  q, k, v are slices of one array each row of which has a gap; so are their gradients. */
struct setting {
    struct attention a;
    struct heads q, k, v, o, d_o, dq, dk, dv;
    struct attention_term dterm[2];
    int32_t lengths[4];
    float *lse, *data[16];
    int64_t size[16];
    int n;
};

static float *array(struct setting *s, int64_t n, uint64_t seed)
{
    s->size[s->n] = n;
    return s->data[s->n++] = numbers(n, seed);
}

static void add_terms(struct setting *s, enum terms terms)
{
    struct attention *a = &s->a;
    const int64_t r = a->causal ? a->tk : a->tq + a->tk - 1, bias = a->b * a->h * a->tq * a->tk, rel = a->b * a->h * a->tq * r;
    if (terms == SHARED) {
        a->term[0] = (struct attention_term){array(s, a->tk, 21), 0, 0, 0};
    } else if (terms == BIAS || terms == BOTH) {
        a->term[0] = (struct attention_term){array(s, bias, 21), a->h * a->tq * a->tk, a->tq * a->tk, a->tk};
        a->term[0].x[1] = -INFINITY;
        s->dterm[0] = a->term[0];
        s->dterm[0].x = array(s, bias, 0);
        memset(s->dterm[0].x, 0, sizeof(float) * bias);
    }
    if (terms == RELATIVE || terms == BOTH) {
        a->term[1] = attention_relative(array(s, rel, 22), a->h, a->tq, r);
        float *x = array(s, rel, 0);
        memset(x, 0, sizeof *x * rel);
        s->dterm[1] = attention_relative(x, a->h, a->tq, r);
    }
}

static struct setting set(int i)
{
    const struct example *e = &examples[i];
    const int64_t row = e->h * e->d, gap = 3 * row + 2;
    struct setting s = {.a = {e->b, e->tq, e->tk, e->h, e->d, 1 / sqrtf(e->d), e->causal, NULL, {{0}}, {{5, i}, e->p}, {0}}};
    for (int64_t b = 0; b < e->b && e->lengths; b++)
        s.lengths[b] = b == 1 ? 0 : e->tk - e->tk / 3 * (b + 1) / 2;
    float *q = array(&s, e->b * e->tq * gap, 1), *kv = array(&s, e->b * e->tk * gap, 2);
    float *dq = array(&s, e->b * e->tq * gap, 3), *dkv = array(&s, e->b * e->tk * gap, 4);
    s.q = (struct heads){q + 1, e->tq * gap, gap};
    s.k = (struct heads){kv, e->tk * gap, gap};
    s.v = (struct heads){kv + row, e->tk * gap, gap};
    s.dq = (struct heads){dq + 1, e->tq * gap, gap};
    s.dk = (struct heads){dkv, e->tk * gap, gap};
    s.dv = (struct heads){dkv + row, e->tk * gap, gap};
    s.o = (struct heads){array(&s, e->b * e->tq * row, 5), e->tq * row, row};
    s.d_o = (struct heads){array(&s, e->b * e->tq * row, 6), e->tq * row, row};
    s.lse = array(&s, e->b * e->h * e->tq, 7);
    add_terms(&s, e->terms);
    return s;
}

static void run(struct setting *s, int i)
{
    s->a.lengths = examples[i].lengths ? s->lengths : NULL;
    attention_forward(&s->a, s->o, s->lse, s->q, s->k, s->v);
    attention_backward(&s->a, s->dq, s->dk, s->dv, s->dterm, s->d_o, s->o, s->lse, s->q, s->k, s->v);
}

static void release(struct setting *s)
{
    for (int i = 0; i < s->n; i++)
        free(s->data[i]);
}

static double at(const struct attention *a, struct heads x, int64_t b, int64_t h, int64_t t, int64_t c)
{
    return x.x[b * x.batch + t * x.row + h * a->d + c];
}

/* The equations for one head: p and its dropped form, ds, and the largest sum|q k|. */
struct plain { double *p, *kept, *ds, *ds_size, *o, *o_size, big; };

static bool sees(const struct attention *a, int64_t b, int64_t i, int64_t j)
{
    return (!a->lengths || j < a->lengths[b]) && (!a->causal || j <= i + a->tk - a->tq);
}

static void row_of(struct setting *s, int64_t b, int64_t h, int64_t i, const struct example *e, struct plain *w)
{
    const struct attention *a = &s->a;
    double *p = w->p + i * a->tk, most = -INFINITY, sum = 0;
    for (int64_t j = 0; j < a->tk; j++) {
        double size = 0;
        p[j] = 0;
        for (int64_t c = 0; c < a->d; c++) {
            p[j] += a->scale * at(a, s->q, b, h, i, c) * at(a, s->k, b, h, j, c);
            size += fabs(a->scale * at(a, s->q, b, h, i, c) * at(a, s->k, b, h, j, c));
        }
        w->big = fmax(w->big, size + 2);
        if (a->term[0].x && sees(a, b, i, j))
            p[j] += e->terms == SHARED ? a->term[0].x[j] : a->term[0].x[((b * a->h + h) * a->tq + i) * a->tk + j];
        if (a->term[1].x && sees(a, b, i, j)) {
            const int64_t r = a->causal ? a->tk : a->tq + a->tk - 1, distance = i + a->tk - a->tq - j;
            const float *scores = a->term[1].x - (a->tq - 1);       /* the array that was given */
            p[j] += scores[((b * a->h + h) * a->tq + i) * r + (a->tk - 1 - distance)];
        }
        if (!sees(a, b, i, j))
            p[j] = -INFINITY;
        most = fmax(most, p[j]);
    }
    for (int64_t j = 0; j < a->tk; j++)
        sum += p[j] = most == -INFINITY ? 0 : exp(p[j] - most);
    for (int64_t j = 0; j < a->tk; j++) {
        const int64_t piece = (a->tk + 127) / 128 * 128, element = ((b * a->h + h) * a->tq + i) * piece + j;
        p[j] = sum > 0 ? p[j] / sum : 0;
        w->kept[i * a->tk + j] = dropout_keeps(&a->drop, element) ? dropout_scale(a->drop.p) : 0;
    }
    const float lse = s->lse[(b * a->h + h) * a->tq + i];
    CHECK(sum > 0 ? fabs(lse - (most + log(sum))) <= FLT_EPSILON * (2 * (a->d + 3) * w->big + a->tk + 20) : lse == INFINITY);
}

static void head_of(struct setting *s, int64_t b, int64_t h, const struct example *e, struct plain *w)
{
    const struct attention *a = &s->a;
    for (int64_t i = 0; i < a->tq; i++) {
        row_of(s, b, h, i, e, w);
        double mean = 0, mean_size = 0;
        for (int64_t c = 0; c < a->d; c++) {
            double o = 0, size = 0;
            for (int64_t j = 0; j < a->tk; j++) {
                o += w->p[i * a->tk + j] * w->kept[i * a->tk + j] * at(a, s->v, b, h, j, c);
                size += fabs(w->p[i * a->tk + j] * w->kept[i * a->tk + j] * at(a, s->v, b, h, j, c));
            }
            w->o[i * a->d + c] = o;
            w->o_size[i * a->d + c] = size;
            mean += o * at(a, s->d_o, b, h, i, c);
            mean_size += size * fabs(at(a, s->d_o, b, h, i, c));
        }
        for (int64_t j = 0; j < a->tk; j++) {
            double dp = 0, size = 0;
            for (int64_t c = 0; c < a->d; c++) {
                dp += at(a, s->d_o, b, h, i, c) * at(a, s->v, b, h, j, c);
                size += fabs(at(a, s->d_o, b, h, i, c) * at(a, s->v, b, h, j, c));
            }
            const double p = w->p[i * a->tk + j], kept = w->kept[i * a->tk + j];
            w->ds[i * a->tk + j] = p * (kept * dp - mean);
            w->ds_size[i * a->tk + j] = p * (kept * size + mean_size);
        }
    }
}

static int64_t wrong;
static void expect(double got, double want, double bound) { wrong += !(fabs(got - want) <= bound); }

/* sum over t of x[t] * y[t]: a gradient and its bound */
static void compare_head(struct setting *s, int64_t b, int64_t h, const struct example *e, const struct plain *w)
{
    const struct attention *a = &s->a;
    /* Relative errors: of a score (d+3) eps big, of a probability twice that and its sums, of what is made of it. */
    const double eps = FLT_EPSILON * (3 * (a->d + 3) * w->big + 2 * (a->tk + a->tq + a->d) + 40);
    for (int64_t c = 0; c < a->d; c++) {
        for (int64_t i = 0; i < a->tq; i++) {
            double sum = 0, size = 0;
            expect(at(a, s->o, b, h, i, c), w->o[i * a->d + c], eps * w->o_size[i * a->d + c]);
            for (int64_t j = 0; j < a->tk; j++) {
                sum += a->scale * w->ds[i * a->tk + j] * at(a, s->k, b, h, j, c);
                size += a->scale * w->ds_size[i * a->tk + j] * fabs(at(a, s->k, b, h, j, c));
            }
            expect(at(a, s->dq, b, h, i, c), sum, eps * size);
        }
        for (int64_t j = 0; j < a->tk; j++) {
            double dk = 0, dk_size = 0, dv = 0, dv_size = 0;
            for (int64_t i = 0; i < a->tq; i++) {
                const double p = w->p[i * a->tk + j] * w->kept[i * a->tk + j], d = at(a, s->d_o, b, h, i, c);
                dk += a->scale * w->ds[i * a->tk + j] * at(a, s->q, b, h, i, c);
                dk_size += a->scale * w->ds_size[i * a->tk + j] * fabs(at(a, s->q, b, h, i, c));
                dv += p * d;
                dv_size += fabs(p * d);
            }
            expect(at(a, s->dk, b, h, j, c), dk, eps * dk_size);
            expect(at(a, s->dv, b, h, j, c), dv, eps * dv_size);
        }
    }
    for (int64_t i = 0; i < a->tq; i++)
        for (int64_t j = 0; j < a->tk; j++) {
            const int64_t plane = (b * a->h + h) * a->tq + i, r = a->causal ? a->tk : a->tq + a->tk - 1;
            const double ds = w->ds[i * a->tk + j], bound = eps * w->ds_size[i * a->tk + j];
            if (s->dterm[0].x)
                expect(s->dterm[0].x[plane * a->tk + j], ds, bound);
            if (e->terms >= RELATIVE && sees(a, b, i, j))
                expect(s->dterm[1].x[plane * r + j - i], ds, bound);        /* Tq-1-i+j, from where Tq-1 is 0 */
        }
}

static void value_and_gradients_follow_the_equations(void)
{
    for (int i = 0; i < EXAMPLES; i++) {
        struct setting s = set(i);
        const int64_t n = s.a.tq * s.a.tk + 1, m = s.a.tq * s.a.d + 1;
        struct plain w = {xcalloc(n, 8), xcalloc(n, 8), xcalloc(n, 8), xcalloc(n, 8), xcalloc(m, 8), xcalloc(m, 8), 0};
        run(&s, i);
        wrong = 0;
        for (int64_t b = 0; b < s.a.b; b++)
            for (int64_t h = 0; h < s.a.h; h++) {
                head_of(&s, b, h, &examples[i], &w);
                compare_head(&s, b, h, &examples[i], &w);
            }
        if (wrong)
            printf("example %d: %lld wrong\n", i, (long long)wrong);
        CHECK_INT(wrong, 0);
        release(&s);
        free(w.p); free(w.kept); free(w.ds); free(w.ds_size); free(w.o); free(w.o_size);
    }
}

/* Two keys, equal: half of each; then the second one masked. */
static void equal_scores_share_and_masked_keys_get_nothing(void)
{
    float q[] = {1}, k[] = {2, 2}, v[] = {10, 20}, o[1], lse[1], mask[] = {0, -INFINITY};
    struct attention a = {.b = 1, .tq = 1, .tk = 2, .h = 1, .d = 1, .scale = 1};
    const struct heads Q = {q, 1, 1}, K = {k, 2, 1}, V = {v, 2, 1}, O = {o, 1, 1};
    attention_forward(&a, O, lse, Q, K, V);
    CHECK_NEAR(o[0], 15, 15 * 4 * FLT_EPSILON);
    CHECK_NEAR(lse[0], 2 + log(2), 4 * FLT_EPSILON);
    a.term[0] = (struct attention_term){mask, 0, 0, 0};
    attention_forward(&a, O, lse, Q, K, V);
    CHECK_NEAR(o[0], 10, 10 * 4 * FLT_EPSILON);
}

/* All scores -inf: no NaN comes of it, neither forward nor back. */
static void a_query_whose_keys_are_all_masked_gives_nought_and_gets_no_gradient(void)
{
    float q[] = {1}, k[] = {2, 2}, v[] = {10, 20}, o[] = {5}, lse[1], d_o[] = {1}, dq[] = {5}, dk[] = {5, 5}, dv[] = {5, 5};
    float mask[] = {-INFINITY, -INFINITY}, dmask[] = {0, 0};
    const struct attention a = {.b = 1, .tq = 1, .tk = 2, .h = 1, .d = 1, .scale = 1, .term = {{mask, 2, 2, 2}}};
    const struct attention_term dterm[2] = {{dmask, 2, 2, 2}};
    const struct heads Q = {q, 1, 1}, K = {k, 2, 1}, V = {v, 2, 1}, O = {o, 1, 1};
    attention_forward(&a, O, lse, Q, K, V);
    CHECK(o[0] == 0 && lse[0] == INFINITY);
    attention_backward(&a, (struct heads){dq, 1, 1}, (struct heads){dk, 2, 1}, (struct heads){dv, 2, 1}, dterm,
                       (struct heads){d_o, 1, 1}, O, lse, Q, K, V);
    CHECK(dq[0] == 0 && dk[0] == 0 && dk[1] == 0 && dv[0] == 0 && dv[1] == 0 && dmask[0] == 0 && dmask[1] == 0);
}

/* A key in the future, NaN, and what it would bring. */
static void what_is_not_seen_is_not_touched(void)
{
    float q[] = {1, 1}, k[] = {1, NAN}, v[] = {3, NAN}, o[2], lse[2];
    const struct attention a = {.b = 1, .tq = 1, .tk = 2, .h = 1, .d = 1, .scale = 1, .lengths = (const int32_t[]){1}};
    attention_forward(&a, (struct heads){o, 1, 1}, lse, (struct heads){q, 1, 1}, (struct heads){k, 2, 1}, (struct heads){v, 2, 1});
    CHECK_NEAR(o[0], 3, 3 * 4 * FLT_EPSILON);
}

/* Scores of +-80 and +-1000, the largest in the last tile: nothing overflows, the largest wins. */
static void large_scores_in_a_later_tile_do_not_overflow(void)
{
    enum { TK = 1200 };
    static float k[TK], v[TK];
    for (int size = 80; size <= 1000; size += 920) {
        float q[] = {1}, o[1], lse[1];
        const struct attention a = {.b = 1, .tq = 1, .tk = TK, .h = 1, .d = 1, .scale = 1};
        for (int j = 0; j < TK; j++) {
            k[j] = j == 1100 ? size : j < 512 ? -size : 0;
            v[j] = j == 1100 ? 7 : 1;
        }
        attention_forward(&a, (struct heads){o, 1, 1}, lse, (struct heads){q, 1, 1}, (struct heads){k, TK, 1}, (struct heads){v, TK, 1});
        CHECK_NEAR(o[0], 7, 7 * 4 * FLT_EPSILON);
        CHECK_NEAR(lse[0], size, size * FLT_EPSILON);
    }
}

static void the_thread_count_changes_no_bit(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < EXAMPLES; i++) {
        struct setting s[3];
        for (int t = 0; t < 3; t++) {
            omp_set_num_threads(t + 1);
            s[t] = set(i);
            run(&s[t], i);
            CHECK_INT(omp_get_max_threads(), t + 1);
        }
        for (int t = 1; t < 3; t++)
            for (int n = 0; n < s[0].n; n++)
                CHECK_BYTES(s[0].data[n], s[t].data[n], sizeof(float) * s[0].size[n]);
        for (int t = 0; t < 3; t++)
            release(&s[t]);
    }
    omp_set_num_threads(before);
}

/* Two entries of four: 1 and 3; 2 and 3. */
static struct heads every_other(struct heads x) { return (struct heads){x.x + x.batch, 2 * x.batch, x.row}; }
static struct heads last_two(struct heads x) { return (struct heads){x.x + 2 * x.batch, x.batch, x.row}; }

/* Entries 1 and 3 of four, and, as two entries to a sample, 2 and 3: the draws are those they have among all four. */
static void entries_of_a_share_are_dropped_as_in_the_whole(void)
{
    enum { B = 4, T = 3, K = 200, H = 2, D = 4, ROW = H * D };
    const struct attention whole = {.b = B, .tq = T, .tk = K, .h = H, .d = D, .scale = 0.5f, .drop = {{3, 4}, 0.4f}};
    float *data[10], lse[B * H * T];
    struct heads x[10];                                 /* q k v d_o, o dq dk dv of all, o dq of some */
    for (int i = 0; i < 10; i++) {
        const int64_t rows = i == 1 || i == 2 || i == 6 || i == 7 ? K : T;
        data[i] = numbers(B * K * ROW, 30 + i);
        x[i] = (struct heads){data[i], rows * ROW, ROW};
    }
    attention_forward(&whole, x[4], lse, x[0], x[1], x[2]);
    attention_backward(&whole, x[5], x[6], x[7], NULL, x[3], x[4], lse, x[0], x[1], x[2]);
    for (int k = 0; k < 2; k++) {
        struct heads (*part)(struct heads) = k ? last_two : every_other, y[10];
        struct attention a = whole;
        a.b = 2;
        a.share = (struct dropout_rows){k ? 1 : 2, k ? 2 : 1, 1, 2};
        for (int i = 0; i < 10; i++)
            y[i] = part(x[i]);
        attention_forward(&a, y[8], lse, y[0], y[1], y[2]);
        attention_backward(&a, y[9], y[6], y[7], NULL, y[3], y[8], lse, y[0], y[1], y[2]);
        for (int b = 0; b < 2; b++) {
            CHECK_BYTES(y[8].x + b * y[8].batch, y[4].x + b * y[4].batch, sizeof(float) * T * ROW);
            CHECK_BYTES(y[9].x + b * y[9].batch, y[5].x + b * y[5].batch, sizeof(float) * T * ROW);
        }
    }
    for (int i = 0; i < 10; i++)
        free(data[i]);
}

static int tests(void)
{
    RUN(value_and_gradients_follow_the_equations);
    RUN(equal_scores_share_and_masked_keys_get_nothing);
    RUN(a_query_whose_keys_are_all_masked_gives_nought_and_gets_no_gradient);
    RUN(what_is_not_seen_is_not_touched);
    RUN(large_scores_in_a_later_tile_do_not_overflow);
    RUN(entries_of_a_share_are_dropped_as_in_the_whole);
    RUN(the_thread_count_changes_no_bit);
    return check_report();
}

int main(int argc, char **argv)
{
    (void)argc;
    return at_every_level(argv, tests);
}
