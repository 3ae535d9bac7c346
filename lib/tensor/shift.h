/*
 * Temporal shift (Lin, Gan and Han, "TSM", arXiv 1811.08383).
 *
 * Clips [N,T,H,W,C]: the first `fold` channels come from frame t+step, the next `back` from t-step;
 * fold + back <= C.  Both ways: fold = back; from the past alone: fold = 0.  elem: bytes per element.
 */
#ifndef TENSOR_SHIFT_H
#define TENSOR_SHIFT_H

#include <stddef.h>
#include <stdint.h>

struct shift { int64_t n, t, hw, c, fold, back; int step; size_t elem; };

/*
 * Temporal shift y = S x:
 *
 *     y[n,t,h,w,c] = x[n, t+step, h,w,c]     0    <= c < fold          step = +1: from the future
 *                    x[n, t-step, h,w,c]     fold <= c < fold+back     from the past
 *                    x[n, t,      h,w,c]     the other channels
 *
 * where x is zero outside 0 <= t < T: frames of one clip never reach another.
 * step = -1 is the adjoint: <y, S x> = <S' y, x> up to the rounding of the sums.
 *
 * x, y: contiguous, not overlapping, the caller's.  Moves bytes and computes nothing, so it
 * serves every unpacked type, and the thread count cannot change the result.  Cannot fail.
 */
void shift_time(void *restrict y, const void *restrict x, const struct shift *s);

/*
 * The same in place: x becomes S x.  The channels that leave the clip (of the first frame and the last) go to
 * lost [N,HW,fold+back], and those that come in are put[], of the same shape, or zeros; both may be NULL.
 * With -step and what was lost as put, x is what it was:
 *
 *     shift_in_place(x, s, lost, NULL), use S x, shift_in_place(x, back, NULL, lost)
 *
 * moves fold + back channels twice, and is all the memory that S x takes.
 */
void shift_in_place(void *x, const struct shift *s, void *lost, const void *put);

/*
 * A part of S x, where it is needed: rows first .. first+n-1 of the matrix [N T HW, C], of those columns col ..
 * col+cols-1, into y [n,cols].  By one thread.
 */
struct shift_part { int64_t first, n, col, cols; };
void shift_rows(void *restrict y, const void *restrict x, const struct shift *s, const struct shift_part *part);

/*
 * The adjoint part by part: y [n,C] are rows first .. first+n-1 of what S' is applied to, and go to where rows of S x
 * came from; where none did, x [N,T,HW,C] becomes 0.  When each row was in one part, in any order and by any threads at
 * once, x is S' y.
 */
void shift_rows_back(void *restrict x, const void *restrict y, const struct shift *s, int64_t first, int64_t n);
/* The same of floats, added to x: x += S' y. */
void shift_rows_add(float *restrict x, const float *restrict y, const struct shift *s, int64_t first, int64_t n);

/*
 * The same for one frame at a time, from the past alone (fold = 0, t = 1): y gets its first `back` channels from
 * past and the others from x; then past gets those of x.  A past of zeros begins a clip; frame after frame is then
 * what shift_time gives for the whole clip.
 *
 * x, y [N,1,H,W,C], past [N,H,W,back]: contiguous, not overlapping, the caller's.
 */
void shift_online(void *restrict y, const void *restrict x, void *restrict past, const struct shift *s);

#endif
