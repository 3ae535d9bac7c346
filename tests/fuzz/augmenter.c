/* Groups of images, draws and attributes as they come: refused with a message, or transformed
 * without touching memory that is not theirs.  The first byte is the mode and policy; each record
 * is eight bytes (name, type, rank and group, attributes, dims) and its payload. */
#include "image/augmenter.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
    "image", "target", "mask", "label", "aug.brightness", "aug.saturation", "aug.contrast",
    "aug.translation", "aug.cutout", "aug.flip", "aug.rot90", "aug.applied",
};
static const char *const policies[] = {
    NULL, "", "color,translation,cutout", "rot90,color,flip,cutout,contrast", "flip,rot90,cutout",
    "translation,color,flip,cutout,rot90",
};
static const char *const attributes[] = {
    NULL, "{\"augment\":\"translation,brightness,rot90\"}", "{\"augment\":\"flip,flip\"}",
    "{\"augment\":7}", "{\"augment\":\"\",\"k\":1}",
    "{\"augment\":\"color,cutout\",\"augment_color_on\":\"image\"}",
};
#define PICK(list, byte) (list)[(byte) % (sizeof (list) / sizeof *(list))]

/* The next record; its payload is a block of its own, so that the sanitizer sees its ends. */
static size_t record(struct ten_record *rec, const uint8_t *data, size_t size)
{
    struct ten_err e;

    *rec = (struct ten_record){.name = PICK(names, data[0]), .type = 1 + data[1] % (TEN_TYPES - 1),
                               .shape.rank = data[2] % 6, .group = data[2] / 128,
                               .group_attrs = PICK(attributes, data[3])};
    for (int i = 0; i < rec->shape.rank; i++)
        rec->shape.dim[i] = data[4 + i % 4] % 64;
    if (ten_check_shape(rec->type, &rec->shape, &e) < 0 || (size_t)ten_bytes(rec) > size - 8)
        return 0;
    const size_t bytes = (size_t)ten_bytes(rec);
    void *payload = malloc(bytes + !bytes);
    memcpy(payload, data + 8, bytes);
    rec->data = payload;
    return 8 + bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int null = -1;
    struct augmenter a = {.record = "image", .pairs = "target", .geometry_only = "mask",
                          .from.p = 0.9};
    struct ten_err e = {0};
    int rc = 0;

    if (size == 0)
        return 0;
    if (null < 0)
        null = open("/dev/null", O_WRONLY);
    a.mode = data[0] % 3;
    a.policy = PICK(policies, data[0] / 3);
    struct ten_writer *out = ten_create_fd(null, "null", NULL, &e);
    for (size_t at = 1, step = 1; rc == 0 && at + 8 <= size; at += step) {
        struct ten_record rec;

        if ((step = record(&rec, data + at, size - at)) == 0)
            break;
        rc = augmenter_record(&a, &rec, out, &e);
        if (rc < 0 && (e.text[0] == 0 || (e.code != TEN_E_DATA && e.code != TEN_E_USAGE)))
            abort();
        free((void *)rec.data);
    }
    ten_discard(out);
    augmenter_free(&a);
    return 0;
}
