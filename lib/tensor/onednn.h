/* The functions of oneDNN that we call, which is opened when the first convolution or large product asks for it. */
#ifndef TENSOR_ONEDNN_H
#define TENSOR_ONEDNN_H

#include <oneapi/dnnl/dnnl.h>

#define ONEDNN_FUNCTIONS(X) \
    X(dilated_convolution_backward_data_desc_init) X(dilated_convolution_backward_weights_desc_init) \
    X(dilated_convolution_forward_desc_init) X(engine_create) X(engine_destroy) X(memory_create) \
    X(memory_desc_equal) X(memory_desc_get_size) X(memory_desc_init_by_tag) X(memory_destroy) \
    X(primitive_attr_create) X(primitive_attr_destroy) X(primitive_attr_set_scratchpad_mode) \
    X(primitive_create) X(primitive_desc_create) X(primitive_desc_destroy) X(primitive_desc_query) \
    X(primitive_desc_query_md) X(primitive_destroy) X(primitive_execute) \
    X(reorder_primitive_desc_create) X(sgemm) X(stream_create) X(stream_destroy) X(stream_wait)

struct onednn {
#define X(name) __typeof__(&dnnl_##name) name;
    ONEDNN_FUNCTIONS(X)
#undef X
};

/* NULL on machines without oneDNN 2. */
const struct onednn *onednn(void);

#endif
