#include "stream/verify.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"
#include "stream/wire.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the character at s, at most n long; 0 where none starts. */
static int character(const unsigned char *s, int64_t n)
{
    for (int size = 1; size <= 4 && size <= n; size++)
        if (s[0] == 0 || wire_text_ok(s, (size_t)size, false))
            return size;
    return 0;
}

int64_t verify_utf8(const void *s, int64_t n)
{
    const unsigned char *p = s;
    int64_t i = 0;

    for (int size; i < n; i += size) {
        uint64_t eight;

        if (n - i >= 8 && (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080) == 0))
            size = 8;                                   /* most text is ASCII */
        else if ((size = character(p + i, n - i)) == 0)
            break;
    }
    return i;
}

int64_t verify_bool(const void *s, int64_t n)
{
    const unsigned char *p = s;
    int64_t i = 0;

    for (uint64_t eight; n - i >= 8; i += 8)
        if (memcpy(&eight, p + i, 8), (eight & ~(uint64_t)0x0101010101010101) != 0)
            break;
    while (i < n && p[i] <= 1)
        i++;
    return i;
}

static int object(const char *text, const char *what, struct ten_err *e)
{
    json_t *json = attrs_parse(text, what, e);

    json_decref(json);
    return json ? 0 : -1;
}

static int history(const char *text, struct ten_err *e)
{
    char *lines = xstrdup(text ? text : ""), *rest = lines, *line;
    int rc = 0;

    for (int i = 0; rc == 0 && (line = strsep(&rest, "\n")) && (rest || *line); i++) {
        char what[32];

        snprintf(what, sizeof what, "history line %d", i);
        rc = object(line, what, e);
    }
    free(lines);
    return rc;
}

static int bad_record(const struct ten_record *rec, int64_t number, const struct ten_err *why,
                      struct ten_err *e)
{
    return fail(e, TEN_E_DATA, "record %" PRId64 " %s: byte %" PRId64 ": %s", number, rec->name,
                rec->offset, why->text);
}

int verify_texts(const struct ten_record *rec, int64_t number, bool first, struct ten_err *e)
{
    struct ten_err why;

    if (object(rec->attrs, "attributes", &why) < 0 ||
        (first && (object(rec->group_attrs, "group attributes", &why) < 0 ||
                   history(rec->history, &why) < 0)))
        return bad_record(rec, number, &why, e);
    return 0;
}

int verify_payload(const struct ten_record *rec, int64_t number, struct ten_err *e)
{
    const int64_t n = ten_bytes(rec);
    struct ten_err why;
    int64_t good;

    if (rec->type == TEN_UTF8 && (good = verify_utf8(rec->data, n)) < n)
        fail(&why, TEN_E_DATA, "payload: its byte %" PRId64 " is not UTF-8: expected the bytes of a text",
             good);
    else if (rec->type == TEN_BOOL && (good = verify_bool(rec->data, n)) < n)
        fail(&why, TEN_E_DATA, "payload: its byte %" PRId64 " is %d: expected 0 or 1", good,
             ((const unsigned char *)rec->data)[good]);
    else
        return 0;
    return bad_record(rec, number, &why, e);
}
