#include "formats/rename.h"

#include "base/fail.h"

#include <string.h>

enum { MAX_LINE = 4096 };

/* One line: "old new", blanks between and around. */
static int read_pair(struct renames *r, const struct source *map, const char *line, int64_t length,
                     struct ten_err *e)
{
    char text[MAX_LINE + 1], *rest = text, *word[3] = {NULL}, *w;
    int n = 0;

    memcpy(text, line, (size_t)length);
    text[length] = 0;
    while (n < 3 && (w = strsep(&rest, " \t")))
        if (*w)
            word[n++] = w;
    if (n == 0 || *word[0] == '#')
        return 0;
    if (n != 2 || strlen(text) > (size_t)length || json_object_get(r->map, word[0]) ||
        json_object_set_new(r->map, word[0], json_pack("{s:s, s:b}", "to", word[1], "used", 0)) < 0)
        return fail(e, TEN_E_DATA, "%s: line %lld: expected an old and a new name, every old name "
                    "once", source_name(map), (long long)source_line_number(map));
    return 0;
}

int renames_read(struct renames *r, struct source *map, struct ten_err *e)
{
    const char *line;
    int64_t length;
    int rc;

    r->map = json_object();
    while ((rc = source_line(map, &line, &length, MAX_LINE, e)) > 0)
        if (read_pair(r, map, line, length, e) < 0)
            return -1;
    return rc;
}

int renames_apply(struct renames *r, const char *where, const char *name, char to[TEN_MAX_NAME + 1],
                  struct ten_err *e)
{
    json_t *line = json_object_get(r->map, name);
    const char *renamed = line ? json_string_value(json_object_get(line, "to")) : name;
    const int n = snprintf(to, TEN_MAX_NAME + 1, "%s%s", r->prefix ? r->prefix : "", renamed);

    if (line)
        json_object_set_new(line, "used", json_true());
    if (!r->given)
        r->given = json_object();
    if (n == 0 || n > TEN_MAX_NAME)
        return fail(e, TEN_E_DATA, "%s: name %.40s: %d bytes: expected 1 to %d", where, to, n,
                    TEN_MAX_NAME);
    if (json_object_get(r->given, to))
        return fail(e, TEN_E_DATA, "%s: name %s: given twice: expected different names", where, to);
    if (json_object_set_new(r->given, to, json_true()) < 0)
        return fail(e, TEN_E_DATA, "%s: name %.40s: not UTF-8: expected text", where, to);
    return 0;
}

int renames_finish(const struct renames *r, const char *where, struct ten_err *e)
{
    const char *old;
    json_t *line;

    json_object_foreach(r->map, old, line)
        if (!json_is_true(json_object_get(line, "used")))
            return fail(e, TEN_E_DATA, "%s: no tensor %s: expected all names of the map", where,
                        old);
    return 0;
}

void renames_free(struct renames *r)
{
    json_decref(r->map);
    json_decref(r->given);
}
