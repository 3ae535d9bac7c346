/*
 * The binary files of CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features
 * from tiny images", 2009): items of one label byte (CIFAR-10: the class) or two (CIFAR-100: coarse
 * class, fine class), then 32x32 pixels as three planes, red, green and blue.
 */
#ifndef FORMATS_CIFAR_H
#define FORMATS_CIFAR_H

#include "base/err.h"

#include <stdint.h>

enum { CIFAR_SIDE = 32, CIFAR_PIXELS = CIFAR_SIDE * CIFAR_SIDE, CIFAR_BYTES = 3 * CIFAR_PIXELS };

/* Which set, and which of its labels. */
enum cifar { CIFAR_10, CIFAR_FINE, CIFAR_COARSE };

int cifar_item(enum cifar set);                         /* bytes of one item: 3073 or 3074 */
int cifar_classes(enum cifar set);                      /* 10, 100 or 20 */
const char *cifar_class(enum cifar set, int label);

/*
 * n items to image [n,32,32,3] and label [n].  The first label that names no class ends it: its
 * item's number, else -1.
 */
int64_t cifar_unpack(enum cifar set, uint8_t *restrict image, int32_t *restrict label,
                     const uint8_t *restrict items, int64_t n);
/* The reverse, for labels below cifar_classes(); the coarse class follows from the fine one, so
 * set is CIFAR_10 or CIFAR_FINE. */
void cifar_pack(enum cifar set, uint8_t *restrict items, const uint8_t *restrict image,
                const int32_t *restrict label, int64_t n);

#endif
