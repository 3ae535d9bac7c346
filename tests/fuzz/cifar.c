/* CIFAR items: the first byte names the set; good ones are packed again into the same bytes. */
#include "formats/cifar.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    const enum cifar set = (enum cifar)(data[0] % 3);
    const int64_t item = cifar_item(set), n = (int64_t)(size - 1) / item;
    uint8_t *image = malloc((size_t)(n * CIFAR_BYTES + 1)), *back = malloc((size_t)(n * item + 1));
    int32_t *label = malloc((size_t)(n + 1) * sizeof *label);
    const int64_t bad = cifar_unpack(set, image, label, data + 1, n);

    if (bad >= n || (bad >= 0 && label[bad] < cifar_classes(set)))
        abort();
    if (bad < 0 && set != CIFAR_COARSE) {
        cifar_pack(set, back, image, label, n);
        for (int64_t i = 0; i < n; i++)
            if (memcmp(back + i * item + (set == CIFAR_FINE),
                       data + 1 + i * item + (set == CIFAR_FINE),
                       (size_t)item - (set == CIFAR_FINE)) != 0)
                abort();
    }
    free(image);
    free(back);
    free(label);
    return 0;
}
