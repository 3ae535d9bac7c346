/*
 * SPGEMM_BATCH rows side by side: lane k of a vector is an element of row k.  Included once for each type,
 * by spgemm_semirings.h, and compiled with the kernels.
 */
typedef T OF(lanes) __attribute__((vector_size(SPGEMM_BATCH * sizeof(T))));

static inline __attribute__((always_inline)) void OF(exchange)(OF(lanes) *v, int distance)
{
    for (int k = 0; k < SPGEMM_BATCH; k++)
        if (!(k & distance)) {
            const OF(lanes) x = v[k], y = v[k + distance];
            if (distance == 1) {
                v[k] = __builtin_shufflevector(x, y, 0, 8, 2, 10, 4, 12, 6, 14);
                v[k + distance] = __builtin_shufflevector(x, y, 1, 9, 3, 11, 5, 13, 7, 15);
            } else if (distance == 2) {
                v[k] = __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
                v[k + distance] = __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
            } else {
                v[k] = __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11);
                v[k + distance] = __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15);
            }
        }
}

/* The transpose of SPGEMM_BATCH x SPGEMM_BATCH elements; strides between rows in elements. */
static inline __attribute__((always_inline)) void OF(transpose)(T *to, int64_t to_stride, const T *from,
                                                                int64_t from_stride)
{
    OF(lanes) v[SPGEMM_BATCH];
    for (int k = 0; k < SPGEMM_BATCH; k++)
        memcpy(&v[k], from + k * from_stride, sizeof v[k]);
    OF(exchange)(v, 1);
    OF(exchange)(v, 2);
    OF(exchange)(v, 4);
    for (int k = 0; k < SPGEMM_BATCH; k++)
        memcpy(to + k * to_stride, &v[k], sizeof v[k]);
}

/*
 * out [cols][SPGEMM_BATCH] = in [SPGEMM_BATCH][stride], its first cols columns, and whatever is behind
 * them up to a multiple of SPGEMM_BATCH.
 * left: elements there are behind `in`.
 */
static void OF(to_lanes)(T *out, const T *in, int64_t stride, int64_t cols, int64_t left)
{
    if (left >= (SPGEMM_BATCH - 1) * stride + cols + SPGEMM_BATCH)
        for (int64_t u = 0; u < cols; u += SPGEMM_BATCH)
            OF(transpose)(out + u * SPGEMM_BATCH, SPGEMM_BATCH, in + u, stride);
    else
        for (int64_t u = 0; u < cols; u++)
            for (int k = 0; k < SPGEMM_BATCH; k++)
                out[u * SPGEMM_BATCH + k] = in[k * stride + u];
}

/*
 * out [SPGEMM_BATCH][cols] = in [cols][SPGEMM_BATCH], and up to SPGEMM_BATCH elements of no meaning behind
 * it.  What is too much of a row is written before what belongs there: the last columns first, rows
 * upwards.
 */
static void OF(from_lanes)(T *out, const T *in, int64_t cols)
{
    for (int64_t u = (cols - 1) & ~(int64_t)(SPGEMM_BATCH - 1); u >= 0; u -= SPGEMM_BATCH)
        OF(transpose)(out + u, cols, in + u * SPGEMM_BATCH, SPGEMM_BATCH);
}
