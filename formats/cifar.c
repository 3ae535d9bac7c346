#include "formats/cifar.h"

static const char *const classes10[10] = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
};
static const char *const coarse_classes[20] = {
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
    "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
    "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
    "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
};
static const struct { const char *name; uint8_t coarse; } fine_classes[100] = {
    {"apple", 4}, {"aquarium_fish", 1}, {"baby", 14}, {"bear", 8}, {"beaver", 0}, {"bed", 6},
    {"bee", 7}, {"beetle", 7}, {"bicycle", 18}, {"bottle", 3}, {"bowl", 3}, {"boy", 14},
    {"bridge", 9}, {"bus", 18}, {"butterfly", 7}, {"camel", 11}, {"can", 3}, {"castle", 9},
    {"caterpillar", 7}, {"cattle", 11}, {"chair", 6}, {"chimpanzee", 11}, {"clock", 5},
    {"cloud", 10}, {"cockroach", 7}, {"couch", 6}, {"crab", 13}, {"crocodile", 15}, {"cup", 3},
    {"dinosaur", 15}, {"dolphin", 0}, {"elephant", 11}, {"flatfish", 1}, {"forest", 10},
    {"fox", 12}, {"girl", 14}, {"hamster", 16}, {"house", 9}, {"kangaroo", 11}, {"keyboard", 5},
    {"lamp", 5}, {"lawn_mower", 19}, {"leopard", 8}, {"lion", 8}, {"lizard", 15}, {"lobster", 13},
    {"man", 14}, {"maple_tree", 17}, {"motorcycle", 18}, {"mountain", 10}, {"mouse", 16},
    {"mushroom", 4}, {"oak_tree", 17}, {"orange", 4}, {"orchid", 2}, {"otter", 0},
    {"palm_tree", 17}, {"pear", 4}, {"pickup_truck", 18}, {"pine_tree", 17}, {"plain", 10},
    {"plate", 3}, {"poppy", 2}, {"porcupine", 12}, {"possum", 12}, {"rabbit", 16}, {"raccoon", 12},
    {"ray", 1}, {"road", 9}, {"rocket", 19}, {"rose", 2}, {"sea", 10}, {"seal", 0}, {"shark", 1},
    {"shrew", 16}, {"skunk", 12}, {"skyscraper", 9}, {"snail", 13}, {"snake", 15}, {"spider", 13},
    {"squirrel", 16}, {"streetcar", 19}, {"sunflower", 2}, {"sweet_pepper", 4}, {"table", 6},
    {"tank", 19}, {"telephone", 5}, {"television", 5}, {"tiger", 8}, {"tractor", 19}, {"train", 18},
    {"trout", 1}, {"tulip", 2}, {"turtle", 15}, {"wardrobe", 6}, {"whale", 0}, {"willow_tree", 17},
    {"wolf", 8}, {"woman", 14}, {"worm", 13},
};

int cifar_item(enum cifar set)
{
    return (set == CIFAR_10 ? 1 : 2) + CIFAR_BYTES;
}

int cifar_classes(enum cifar set)
{
    return set == CIFAR_10 ? 10 : set == CIFAR_FINE ? 100 : 20;
}

const char *cifar_class(enum cifar set, int label)
{
    return set == CIFAR_10 ? classes10[label] : set == CIFAR_FINE ? fine_classes[label].name
         : coarse_classes[label];
}

int64_t cifar_unpack(enum cifar set, uint8_t *restrict image, int32_t *restrict label,
                     const uint8_t *restrict items, int64_t n)
{
    const int item = cifar_item(set), classes = cifar_classes(set), at = set == CIFAR_FINE ? 1 : 0;

    for (int64_t i = 0; i < n; i++) {
        const uint8_t *r = items + i * item + item - CIFAR_BYTES, *g = r + CIFAR_PIXELS,
                      *b = g + CIFAR_PIXELS;
        uint8_t *y = image + i * CIFAR_BYTES;

        label[i] = items[i * item + at];
        if (label[i] >= classes)
            return i;
        for (int p = 0; p < CIFAR_PIXELS; p++) {
            y[3 * p] = r[p];
            y[3 * p + 1] = g[p];
            y[3 * p + 2] = b[p];
        }
    }
    return -1;
}

void cifar_pack(enum cifar set, uint8_t *restrict items, const uint8_t *restrict image,
                const int32_t *restrict label, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *x = image + i * CIFAR_BYTES;

        if (set == CIFAR_FINE)
            *items++ = fine_classes[label[i]].coarse;
        *items++ = (uint8_t)label[i];
        for (int c = 0; c < 3; c++)
            for (int p = 0; p < CIFAR_PIXELS; p++)
                *items++ = x[3 * p + c];
    }
}
