#include "formats/cifar.h"

#include "check.h"

/* Two items whose pixels are 0 1 2 ... over the planes, modulo 251. */
static void make(enum cifar set, uint8_t *items, const uint8_t *labels)
{
    const int item = cifar_item(set), head = item - CIFAR_BYTES;

    for (int i = 0; i < 2; i++) {
        memcpy(items + i * item, labels + i * head, (size_t)head);
        for (int k = 0; k < CIFAR_BYTES; k++)
            items[i * item + head + k] = (uint8_t)((k + i) % 251);
    }
}

static uint8_t items[2 * 3074], back[2 * 3074], image[2 * CIFAR_BYTES];
static int32_t label[2];

static void planes_become_pixels(void)
{
    make(CIFAR_10, items, (const uint8_t[]){9, 0});
    CHECK_INT(cifar_unpack(CIFAR_10, image, label, items, 2), -1);
    CHECK_INT(label[0], 9);
    CHECK_INT(label[1], 0);
    for (int i = 0; i < 2; i++)
        for (int p = 0; p < CIFAR_PIXELS; p++)
            for (int c = 0; c < 3; c++)
                CHECK_INT(image[(i * CIFAR_PIXELS + p) * 3 + c], (c * CIFAR_PIXELS + p + i) % 251);
}

static void packing_gives_the_items_back(void)
{
    make(CIFAR_10, items, (const uint8_t[]){9, 3});
    CHECK_INT(cifar_unpack(CIFAR_10, image, label, items, 2), -1);
    cifar_pack(CIFAR_10, back, image, label, 2);
    CHECK_BYTES(back, items, 2 * 3073);
}

static void coarse_and_fine_are_the_two_labels_of_cifar_100(void)
{
    /* tiger is a large carnivore, apple a fruit */
    make(CIFAR_FINE, items, (const uint8_t[]){8, 88, 4, 0});
    CHECK_INT(cifar_unpack(CIFAR_COARSE, image, label, items, 2), -1);
    CHECK_STR(cifar_class(CIFAR_COARSE, label[0]), "large_carnivores");
    CHECK_STR(cifar_class(CIFAR_COARSE, label[1]), "fruit_and_vegetables");
    CHECK_INT(cifar_unpack(CIFAR_FINE, image, label, items, 2), -1);
    CHECK_STR(cifar_class(CIFAR_FINE, label[0]), "tiger");
    CHECK_STR(cifar_class(CIFAR_FINE, label[1]), "apple");
    cifar_pack(CIFAR_FINE, back, image, label, 2);
    CHECK_BYTES(back, items, 2 * 3074);
}

static void every_superclass_has_five_classes(void)
{
    int count[20] = {0};

    for (int i = 0; i < 100; i++) {
        label[0] = i;
        cifar_pack(CIFAR_FINE, back, image, label, 1);
        count[back[0]]++;
    }
    for (int i = 0; i < 20; i++)
        CHECK_INT(count[i], 5);
}

static void a_label_without_class_is_found(void)
{
    make(CIFAR_10, items, (const uint8_t[]){9, 10});
    CHECK_INT(cifar_unpack(CIFAR_10, image, label, items, 2), 1);
    CHECK_INT(label[1], 10);
    make(CIFAR_FINE, items, (const uint8_t[]){20, 100, 0, 0});
    CHECK_INT(cifar_unpack(CIFAR_FINE, image, label, items, 2), 0);
    CHECK_INT(cifar_unpack(CIFAR_COARSE, image, label, items, 2), 0);
    CHECK_INT(cifar_unpack(CIFAR_10, image, label, items, 0), -1);
}

int main(void)
{
    RUN(planes_become_pixels);
    RUN(packing_gives_the_items_back);
    RUN(coarse_and_fine_are_the_two_labels_of_cifar_100);
    RUN(every_superclass_has_five_classes);
    RUN(a_label_without_class_is_found);
    return check_report();
}
