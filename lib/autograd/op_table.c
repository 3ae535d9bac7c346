/* Every op there is. */
#include "autograd/op.h"

#define OPS(X) \
    X(compact) X(reshape) X(permute) X(slice) X(unslice) X(concat) X(flip) \
    X(matmul) X(linear) X(conv) X(conv_transpose) X(conv_weight) \
    X(broadcast) X(sum_to) \
    X(add) X(sub) X(mul) X(div) X(max) X(min) X(affine) \
    X(exp) X(log) X(sqrt) X(rsqrt) X(square) X(reciprocal) X(power) X(sin) X(cos) X(abs) X(clamp) \
    X(tanh) X(sigmoid) X(softplus) X(swish) X(gelu) X(relu) X(leaky) X(relu6) X(hsigmoid) X(hswish) \
    X(max_pool) X(average_pool) X(embedding) X(take) X(sparse) X(dropout) X(drop_path) X(shift) X(shift_conv) \
    X(norm) X(row_norm) X(attention) X(softmax) X(log_softmax) X(entropy) \
    X(bce) X(l1) X(l2) X(huber) X(divergence) X(cosine) \
    X(nearest) X(bilinear) X(upfirdn) X(pad) X(diffaugment) X(spectral) X(topk) \
    X(straight) X(quantize) X(codebook) X(mask) \
    X(glu) X(tap_softmax) X(lightconv) X(relative) X(weave) X(linear_entropy)

#define DECLARE(name) extern const struct op name##_op;
OPS(DECLARE)

#define ENTRY(name) &name##_op,
const struct op *const op_table[] = {OPS(ENTRY)};
const int op_count = sizeof op_table / sizeof op_table[0];
