/* Changes of records as ten-cut takes them: the first byte chooses record and kind, the rest is the
 * option's text. */
#include "tensor/edit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ten_record records[] = {
        {.name = "x", .type = TEN_I32, .shape = {2, {2, 3}}, .attrs = "{\"a\":[1]}"},
        {.name = "q", .type = TEN_U4, .shape = {3, {3, 1, 5}}, .group_attrs = "{}"},
        {.name = "e", .type = TEN_F64, .shape = {3, {4, 0, INT64_MAX / 8}}},
        {.name = "s", .type = TEN_UTF8, .shape = {0}},
    };
    static const unsigned char zeros[64];
    struct edit_work work = {0};
    struct edit edit;
    struct ten_err e;
    struct ten_record rec;
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = 0;
    rec = records[data[0] / 8 % 4];
    rec.data = zeros;
    if (edit_parse(&edit, (enum edit_kind)(data[0] % 8), text, &e) == 0) {
        /* Once more on the outcome: from one buffer into the other. */
        if (edit_apply(&edit, 1, &rec, &work, &e) == 0 &&
            edit_apply(&edit, 1, &rec, &work, &e) == 0 &&
            (ten_check_shape(rec.type, &rec.shape, &e) < 0 || ten_bytes(&rec) > 64 * 8))
            abort();
        edit_free(&edit);
    }
    edit_work_free(&work);
    free(text);
    return 0;
}
