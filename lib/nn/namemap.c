#include "nn/namemap.h"

#include "base/fail.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 4096, STARS = 4, LAYOUTS = 4 };

/* Axis i of ours is axis[i] of theirs; -1 is one of size 1 that theirs lack.  An axis of theirs that ours lack has
 * size 1. */
struct layout { const char *name; int theirs, ours, axis[5]; };

static const struct layout layouts[] = {
    {"oihw", 4, 4, {0, 2, 3, 1}}, {"iohw", 4, 4, {0, 2, 3, 1}}, {"oiw", 3, 4, {0, -1, 2, 1}},
    {"oidhw", 5, 5, {0, 2, 3, 4, 1}}, {"oi1hw", 5, 4, {0, 3, 4, 1}}, {"t", 2, 2, {1, 0}},
};

struct namemap {
    int n;
    struct rule { char *theirs, *ours; const struct layout *layout[LAYOUTS]; bool spread; } *rules;
};

/* ---- Reading --------------------------------------------------------------------------------- */

static int stars(const char *pattern)
{
    int n = 0;

    for (; *pattern; pattern++)
        n += *pattern == '*';
    return n;
}

static const struct layout *layout_named(const char *name)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    return NULL;
}

static int read_rule(struct namemap *map, const struct source *src, char *text, struct ten_err *e)
{
    const char *where = source_name(src);
    const long long number = source_line_number(src);
    char *word[2 + LAYOUTS] = {NULL}, *w;
    struct rule r = {0};
    int n = 0;

    while ((w = strsep(&text, " \t")) && *w != '#')
        if (*w && n == 2 + LAYOUTS)
            return fail(e, TEN_E_DATA, "%s: line %lld: more than %d layouts", where, number,
                        LAYOUTS);
        else if (*w)
            word[n++] = w;
    if (n == 0)
        return 0;
    if (n == 1)
        return fail(e, TEN_E_DATA, "%s: line %lld: %.80s: one name: expected theirs and ours",
                    where, number, word[0]);
    if (stars(word[0]) > STARS || (strcmp(word[1], "-") != 0 && stars(word[0]) != stars(word[1])))
        return fail(e, TEN_E_DATA, "%s: line %lld: %.80s %.80s: expected as many * on both sides, "
                    "at most %d", where, number, word[0], word[1], STARS);
    for (int i = 2, k = 0; i < n; i++)
        if (strcmp(word[i], "spread") == 0)
            r.spread = true;
        else if (!(r.layout[k++] = layout_named(word[i])))
            return fail(e, TEN_E_DATA, "%s: line %lld: %.40s: unknown layout: expected oihw, iohw, "
                        "oiw, oidhw, oi1hw, t or spread", where, number, word[i]);
    r.theirs = xstrdup(word[0]);
    r.ours = xstrdup(word[1]);
    map->rules = xrealloc(map->rules, (size_t)(map->n + 1) * sizeof *map->rules);
    map->rules[map->n++] = r;
    return 0;
}

struct namemap *namemap_read(struct source *src, struct ten_err *e)
{
    struct namemap *map = xcalloc(1, sizeof *map);
    const char *line;
    int64_t length;
    int rc;

    while ((rc = source_line(src, &line, &length, MAX_LINE, e)) > 0) {
        char text[MAX_LINE + 1];

        memcpy(text, line, (size_t)length);
        text[length] = 0;
        if (read_rule(map, src, text, e) < 0) {
            rc = -1;
            break;
        }
    }
    if (rc == 0)
        return map;
    namemap_free(map);
    return NULL;
}

void namemap_free(struct namemap *map)
{
    if (!map)
        return;
    for (int i = 0; i < map->n; i++) {
        free(map->rules[i].theirs);
        free(map->rules[i].ours);
    }
    free(map->rules);
    free(map);
}

/* ---- Names ----------------------------------------------------------------------------------- */

struct span { const char *p; int n; };

/* Whether the pattern fits all of name; what its stars stand for goes to star[]. */
static bool fits(const char *pattern, const char *name, struct span *star)
{
    for (; *pattern && *pattern != '*'; pattern++, name++)
        if (*pattern != *name)
            return false;
    if (!*pattern)
        return !*name;
    for (int n = 0; ; n++) {
        *star = (struct span){name, n};
        if (fits(pattern + 1, name + n, star + 1))
            return true;
        if (!name[n])
            return false;
    }
}

/* The pattern with its stars filled in; -1 when that is too long. */
static int fill_in(char to[TEN_MAX_NAME + 1], const char *pattern, const struct span *star)
{
    int at = 0;

    for (; *pattern; pattern++) {
        const struct span s = *pattern == '*' ? *star++ : (struct span){pattern, 1};

        if (at + s.n > TEN_MAX_NAME)
            return -1;
        memcpy(to + at, s.p, (size_t)s.n);
        at += s.n;
    }
    to[at] = 0;
    return 0;
}

/* name, which `from` fits, as `to` has it. */
static int translate(char out[TEN_MAX_NAME + 1], const char *from, const char *to, const char *name,
                     struct ten_err *e)
{
    struct span star[STARS + 1];

    fits(from, name, star);
    if (fill_in(out, to, star) < 0)
        return fail(e, TEN_E_DATA, "%.80s: the name map makes it longer than %d bytes", name,
                    TEN_MAX_NAME);
    return 0;
}

static const struct rule *rule_for_theirs(const struct namemap *map, const char *name)
{
    struct span star[STARS + 1];

    for (int i = 0; map && i < map->n; i++)
        if (fits(map->rules[i].theirs, name, star))
            return &map->rules[i];
    return NULL;
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

/* Axes of theirs that l leaves out have one element each. */
static bool left_out_are_1(const struct layout *l, const struct ten_shape *theirs)
{
    bool used[TEN_MAX_RANK] = {false};
    for (int i = 0; i < l->ours; i++)
        if (l->axis[i] >= 0)
            used[l->axis[i]] = true;
    for (int i = 0; i < l->theirs; i++)
        if (!used[i] && theirs->dim[i] != 1)
            return false;
    return true;
}

/* The new shape and strides from to->axis. */
static void reshape(struct mapped *to, const struct ten_shape *from, int rank)
{
    int64_t stride[TEN_MAX_RANK], step = 1;

    for (int i = from->rank - 1; i >= 0; step *= from->dim[i--])
        stride[i] = step;
    to->shape.rank = rank;
    for (int i = 0; i < rank; i++) {
        to->shape.dim[i] = to->axis[i] < 0 ? 1 : from->dim[to->axis[i]];
        to->stride[i] = to->axis[i] < 0 ? 0 : stride[to->axis[i]];
    }
}

static void same(struct mapped *to, const char *name, const struct ten_shape *shape)
{
    strcpy(to->name, name);
    to->moved = to->spread = false;
    for (int i = 0; i < shape->rank; i++)
        to->axis[i] = i;
    reshape(to, shape, shape->rank);
}

static void import_layout(struct mapped *to, const struct ten_shape *shape, const struct rule *r)
{
    for (int k = 0; k < LAYOUTS && r->layout[k]; k++) {
        const struct layout *l = r->layout[k];

        if (l->theirs != shape->rank || !left_out_are_1(l, shape))
            continue;
        memcpy(to->axis, l->axis, sizeof l->axis);
        reshape(to, shape, l->ours);
        to->moved = true;
        return;
    }
}

static void export_layout(struct mapped *to, const struct ten_shape *shape, const struct rule *r)
{
    for (int k = 0; k < LAYOUTS && r->layout[k]; k++) {
        const struct layout *l = r->layout[k];
        bool whole = l->ours == shape->rank;

        for (int i = 0; whole && i < l->ours; i++)
            whole = l->axis[i] >= 0 || shape->dim[i] == 1;
        if (!whole)
            continue;
        for (int i = 0; i < l->theirs; i++)
            to->axis[i] = -1;
        for (int i = 0; i < l->ours; i++)
            if (l->axis[i] >= 0)
                to->axis[l->axis[i]] = i;
        reshape(to, shape, l->theirs);
        to->moved = true;
        return;
    }
}

int namemap_import(const struct namemap *map, const char *name, const struct ten_shape *shape,
                   struct mapped *to, struct ten_err *e)
{
    const struct rule *r = rule_for_theirs(map, name);
    const struct ten_shape from = *shape;           /* which may be to->shape */

    same(to, name, &from);
    if (!r)
        return 0;
    if (strcmp(r->ours, "-") == 0) {
        to->name[0] = 0;
        return 0;
    }
    import_layout(to, &from, r);
    to->spread = r->spread;
    return translate(to->name, r->theirs, r->ours, name, e);
}

int namemap_export(const struct namemap *map, const char *name, const struct ten_shape *shape,
                   struct mapped *to, struct ten_err *e)
{
    struct span star[STARS + 1];
    const struct ten_shape from = *shape;
    char back[TEN_MAX_NAME + 1];

    same(to, name, &from);
    for (int i = 0; map && i < map->n; i++) {
        const struct rule *r = &map->rules[i];

        if (strcmp(r->ours, "-") == 0 || !fits(r->ours, name, star))
            continue;
        if (translate(to->name, r->ours, r->theirs, name, e) < 0)
            return -1;
        if (rule_for_theirs(map, to->name) != r)
            continue;
        if (translate(back, r->theirs, r->ours, to->name, e) < 0)
            return -1;
        if (strcmp(back, name) == 0) {
            export_layout(to, &from, r);
            return 0;
        }
    }
    strcpy(to->name, name);
    return 0;
}

void namemap_move(float *restrict dst, const float *restrict src, const struct mapped *to)
{
    const struct ten_shape *s = &to->shape;
    const int last = s->rank - 1;
    const int64_t inner = s->rank > 0 ? s->dim[last] : 1, step = s->rank > 0 ? to->stride[last] : 0;
    int64_t index[TEN_MAX_RANK] = {0}, rows = 1, from = 0;

    for (int i = 0; i < last; i++)
        rows *= s->dim[i];
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t i = 0; i < inner; i++)
            *dst++ = src[from + i * step];
        for (int i = last - 1; i >= 0; i--) {   /* count on, like an odometer */
            from += to->stride[i];
            if (++index[i] < s->dim[i])
                break;
            from -= to->stride[i] * s->dim[i];
            index[i] = 0;
        }
    }
}

void namemap_spread(float *restrict dst, int64_t m, const float *restrict src, int64_t n, int64_t rows)
{
    for (int64_t r = 0; r < rows; r++, src += n) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += src[i];
        for (int64_t i = 0; i < m; i++)
            *dst++ = n > 0 ? (float)(sum / (double)n) : 0;
    }
}
