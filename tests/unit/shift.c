/* lib/tensor/shift.h: numbers by hand, the definition for every type and shape, clips frame by frame. */
#include "check.h"

#include "base/mem.h"
#include "base/random.h"
#include "tensor/shift.h"

#include <omp.h>
#include <stdlib.h>

/* T=3 frames of one pixel, C=8, x[t][c] = 8t + c, one channel each way. */
static const struct shift one = {.n = 1, .t = 3, .hw = 1, .c = 8, .fold = 1, .back = 1, .step = 1, .elem = 1};

static void first_fold_is_next_frame_second_is_previous(void)
{
    unsigned char x[24], y[24];
    const unsigned char want[24] = {  8,  0,  2,  3,  4,  5,  6,  7,
                                     16,  1, 10, 11, 12, 13, 14, 15,
                                      0,  9, 18, 19, 20, 21, 22, 23 };
    for (int i = 0; i < 24; i++)
        x[i] = i;
    shift_time(y, x, &one);
    CHECK_BYTES(y, want, 24);
}

static unsigned char *bytes(int64_t n, uint64_t seed)
{
    unsigned char *x = xmalloc(n + 1);
    for (int64_t i = 0; i < n; i++)
        x[i] = rng_u64(&(struct rng){seed, 0}, i);
    return x;
}

/* y[n,t,p,c,:] by the equation, byte by byte. */
static void definition(unsigned char *y, const unsigned char *x, const struct shift *s)
{
    const int64_t e = s->elem;
    int64_t k = 0;
    for (int64_t n = 0; n < s->n; n++)
        for (int64_t t = 0; t < s->t; t++)
            for (int64_t p = 0; p < s->hw; p++)
                for (int64_t c = 0; c < s->c; c++)
                    for (int64_t b = 0; b < e; b++, k++) {
                        const int64_t from = c < s->fold ? t + s->step : c < s->fold + s->back ? t - s->step : t;
                        y[k] = from < 0 || from >= s->t ? 0 : x[(((n * s->t + from) * s->hw + p) * s->c + c) * e + b];
                    }
}

static const struct shift shapes[] = {
    {2, 4, 6, 16, 2, 2, 1, 4}, {2, 1, 3, 8, 1, 1, 1, 4}, {1, 5, 4, 7, 0, 0, 1, 4}, {0, 3, 4, 8, 1, 1, 1, 4}, {2, 0, 4, 8, 1, 1, 1, 4},
    {1, 3, 300, 9, 4, 5, 1, 1}, {3, 8, 130, 64, 8, 8, 1, 4}, {1, 4, 50, 24, 0, 3, 1, 2}, {2, 3, 5, 6, 3, 0, 1, 8}, {1, 2, 129, 100, 12, 13, 1, 4},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static int64_t size(const struct shift *s) { return s->n * s->t * s->hw * s->c * (int64_t)s->elem; }

static void moves_what_the_equation_says_forward_and_back_for_any_thread_count(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < 6 * SHAPES; i++) {
        struct shift s = shapes[i / 6];
        s.step = i % 2 ? -1 : 1;
        omp_set_num_threads(1 + i / 2 % 3);
        unsigned char *x = bytes(size(&s), i), *y = bytes(size(&s), 99), *want = bytes(size(&s), 98);
        definition(want, x, &s);
        shift_time(y, x, &s);
        CHECK_BYTES(y, want, size(&s));
        free(x); free(y); free(want);
    }
    omp_set_num_threads(before);
}

/* <y, S x> = <S' y, x>, exact in integers. */
static void a_step_back_is_the_adjoint(void)
{
    struct shift s = {2, 5, 7, 12, 3, 2, 1, 1};
    const int64_t n = size(&s);
    unsigned char *x = bytes(n, 1), *y = bytes(n, 2), *sx = bytes(n, 3), *sy = bytes(n, 4);
    long long left = 0, right = 0;
    shift_time(sx, x, &s);
    s.step = -1;
    shift_time(sy, y, &s);
    for (int64_t i = 0; i < n; i++) {
        left += y[i] * sx[i];
        right += sy[i] * x[i];
    }
    CHECK_INT(left, right);
    free(x); free(y); free(sx); free(sy);
}

static void frame_by_frame_from_zeros_is_the_clip_shifted_from_the_past(void)
{
    for (int i = 0; i < SHAPES; i++) {
        struct shift s = shapes[i];
        s.back += s.fold;
        s.fold = 0;
        const int64_t frame = s.hw * s.c * (int64_t)s.elem;
        unsigned char *x = bytes(size(&s), i), *want = bytes(size(&s), 1), *y = bytes(size(&s), 2);
        shift_time(want, x, &s);
        for (int64_t n = 0; n < s.n; n++) {
            unsigned char *past = xcalloc(s.hw * s.back + 1, s.elem);
            struct shift one_frame = s;
            one_frame.n = one_frame.t = 1;
            for (int64_t t = 0; t < s.t; t++)
                shift_online(y + (n * s.t + t) * frame, x + (n * s.t + t) * frame, past, &one_frame);
            free(past);
        }
        CHECK_BYTES(y, want, size(&s));
        free(x); free(want); free(y);
    }
}

/* And what was lost, put back, gives x again. */
static void in_place_is_the_same_and_can_be_undone(void)
{
    const int before = omp_get_max_threads();
    for (int i = 0; i < 6 * SHAPES; i++) {
        struct shift s = shapes[i / 6];
        s.step = i % 2 ? -1 : 1;
        omp_set_num_threads(1 + i / 2 % 3);
        const int64_t edge = s.n * s.hw * (s.fold + s.back) * (int64_t)s.elem;
        unsigned char *x = bytes(size(&s), i), *was = bytes(size(&s), i), *want = bytes(size(&s), 98), *lost = bytes(edge, 3);
        definition(want, x, &s);
        shift_in_place(x, &s, lost, NULL);
        CHECK_BYTES(x, want, size(&s));
        s.step = -s.step;
        shift_in_place(x, &s, NULL, lost);
        CHECK_BYTES(x, was, size(&s));
        free(x); free(was); free(want); free(lost);
    }
    omp_set_num_threads(before);
}

static void a_part_is_that_of_the_whole(void)
{
    for (int i = 0; i < SHAPES; i++) {
        const struct shift *s = &shapes[i];
        const int64_t rows = s->n * s->t * s->hw;
        unsigned char *x = bytes(size(s), i), *want = bytes(size(s), 98), *y = bytes(size(s), 97);
        shift_time(want, x, s);
        for (int64_t first = 0; first < rows; first += 5)
            for (int64_t col = 0; col < s->c; col += 3) {
                const struct shift_part p = {first, rows - first < 7 ? rows - first : 7, col, s->c - col < 4 ? s->c - col : 4};
                shift_rows(y, x, s, &p);
                for (int64_t r = 0; r < p.n; r++)
                    CHECK_BYTES(y + r * p.cols * (int64_t)s->elem, want + ((first + r) * s->c + col) * (int64_t)s->elem, p.cols * (int64_t)s->elem);
            }
        free(x); free(want); free(y);
    }
}

/* Parts from the last to the first, into memory that held something else. */
static void parts_go_back_to_where_they_came_from(void)
{
    for (int i = 0; i < 4 * SHAPES; i++) {
        struct shift s = shapes[i / 4], adjoint;
        s.step = i % 2 ? -1 : 1;
        adjoint = s;
        adjoint.step = -s.step;
        const int64_t rows = s.n * s.t * s.hw, pixel = s.c * (int64_t)s.elem, each = i / 2 % 2 ? 5 : 1000;
        unsigned char *y = bytes(size(&s), i), *want = bytes(size(&s), 98), *x = bytes(size(&s), 97);
        definition(want, y, &adjoint);
        for (int64_t part = (rows + each - 1) / each - 1; part >= 0; part--) {
            const int64_t first = part * each, n = rows - first < each ? rows - first : each;
            shift_rows_back(x, y + first * pixel, &s, first, n);
        }
        CHECK_BYTES(x, want, size(&s));
        free(y); free(want); free(x);
    }
}

static void parts_can_be_added_too(void)
{
    for (int i = 0; i < 4 * SHAPES; i++) {
        struct shift s = shapes[i / 4], adjoint;
        s.elem = sizeof(float);
        s.step = i % 2 ? -1 : 1;
        adjoint = s;
        adjoint.step = -s.step;
        const int64_t rows = s.n * s.t * s.hw, count = rows * s.c, clip = s.t * s.hw, each = i / 2 % 2 ? 5 : clip > 0 ? 2 * clip : 1;
        float *y = xmalloc((size_t)size(&s) + 1), *x = xmalloc((size_t)size(&s) + 1), *moved = xmalloc((size_t)size(&s) + 1);
        for (int64_t k = 0; k < count; k++) {
            y[k] = (float)(k % 1009);
            x[k] = (float)(k % 31) / 4;
        }
        definition((unsigned char *)moved, (const unsigned char *)y, &adjoint);
        for (int64_t first = 0; first < rows; first += each)
            shift_rows_add(x, y + first * s.c, &s, first, rows - first < each ? rows - first : each);
        for (int64_t k = 0; k < count; k++)
            CHECK_NEAR(x[k], (float)(k % 31) / 4 + moved[k], 0);
        free(y); free(x); free(moved);
    }
}

int main(void)
{
    RUN(first_fold_is_next_frame_second_is_previous);
    RUN(moves_what_the_equation_says_forward_and_back_for_any_thread_count);
    RUN(a_step_back_is_the_adjoint);
    RUN(in_place_is_the_same_and_can_be_undone);
    RUN(a_part_is_that_of_the_whole);
    RUN(parts_go_back_to_where_they_came_from);
    RUN(parts_can_be_added_too);
    RUN(frame_by_frame_from_zeros_is_the_clip_shifted_from_the_past);
    return check_report();
}
