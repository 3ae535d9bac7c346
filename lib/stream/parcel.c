#include "stream/parcel.h"

#include <string.h>

enum { NAME, ATTRS, GROUP_ATTRS, HISTORY, TEXTS };

/* What a block starts with; texts with their zero bytes and the payload follow. */
struct head {
    int64_t bytes, payload;
    int64_t text[TEXTS];                /* bytes, 0 for NULL */
    struct ten_shape shape;
    enum ten_type type;
};

static struct head head_of(const struct ten_record *rec, const char *text[TEXTS])
{
    struct head h = {.payload = ten_bytes(rec), .shape = rec->shape, .type = rec->type};

    text[NAME] = rec->name;
    text[ATTRS] = rec->attrs;
    text[GROUP_ATTRS] = rec->group_attrs;
    text[HISTORY] = rec->history;
    h.bytes = (int64_t)sizeof h + h.payload;
    for (int i = 0; i < TEXTS; i++) {
        h.text[i] = text[i] ? (int64_t)strlen(text[i]) + 1 : 0;
        h.bytes += h.text[i];
    }
    h.bytes = (h.bytes + 7) / 8 * 8;
    return h;
}

int64_t parcel_bytes(const struct ten_record *rec)
{
    const char *text[TEXTS];

    return head_of(rec, text).bytes;
}

void parcel_pack(void *block, const struct ten_record *rec)
{
    const char *text[TEXTS];
    const struct head h = head_of(rec, text);
    char *p = (char *)block + sizeof h;

    memcpy(block, &h, sizeof h);
    memset((char *)block + h.bytes - 8, 0, 8);
    if (h.payload > 0)
        memcpy(p, rec->data, (size_t)h.payload);
    p += h.payload;
    for (int i = 0; i < TEXTS; i++) {
        if (text[i])
            memcpy(p, text[i], (size_t)h.text[i]);
        p += h.text[i];
    }
}

const void *parcel_unpack(struct ten_record *rec, const void *block)
{
    const char *text[TEXTS], *p = (const char *)block + sizeof(struct head);
    struct head h;

    memcpy(&h, block, sizeof h);
    *rec = (struct ten_record){.type = h.type, .shape = h.shape, .data = p};
    p += h.payload;
    for (int i = 0; i < TEXTS; i++) {
        text[i] = h.text[i] > 0 ? p : NULL;
        p += h.text[i];
    }
    rec->name = text[NAME];
    rec->attrs = text[ATTRS];
    rec->group_attrs = text[GROUP_ATTRS];
    rec->history = text[HISTORY];
    return (const char *)block + h.bytes;
}
