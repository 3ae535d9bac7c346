#include "image/classes.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void add(struct names *l, char *name)
{
    if ((l->n & (l->n - 1)) == 0)               /* room doubles at 0, 1, 2, 4, 8 ... */
        l->name = xrealloc(l->name, (l->n ? 2 * l->n : 1) * sizeof *l->name);
    l->name[l->n++] = name;
}

void names_add(struct names *l, const char *name)
{
    add(l, xstrdup(name));
}

void names_free(struct names *l)
{
    for (int64_t i = 0; i < l->n; i++)
        free(l->name[i]);
    free(l->name);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int names_glob(struct names *l, const char *pattern, struct ten_err *e)
{
    glob_t found = {0};
    const int64_t before = l->n;
    const int rc = glob(pattern, GLOB_NOSORT, NULL, &found);

    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
        names_add(l, found.gl_pathv[i]);
    globfree(&found);
    if (rc != 0)
        return fail(e, TEN_E_DATA, "%s: no such file: expected a pattern that matches files",
                    pattern);
    qsort(l->name + before, (size_t)(l->n - before), sizeof *l->name, by_bytes);
    return 0;
}

static const char *last_slash(const char *path, const char *end)
{
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

/* The class in path as a string of its own, or NULL. */
static char *class_of(const char *path, enum class_from from)
{
    const char *base = last_slash(path, path + strlen(path));
    const char *dot = strrchr(base, '.');

    if (from == CLASS_FILE)
        return strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    if (base == path)
        return NULL;
    while (base > path && base[-1] == '/')
        base--;
    const char *dir = last_slash(path, base);
    return dir == base ? NULL : strndup(dir, (size_t)(base - dir));
}

static void sort_unique(struct names *l)
{
    int64_t kept = 0;

    qsort(l->name, (size_t)l->n, sizeof *l->name, by_bytes);
    for (int64_t i = 0; i < l->n; i++)
        if (kept == 0 || strcmp(l->name[i], l->name[kept - 1]) != 0)
            l->name[kept++] = l->name[i];
        else
            free(l->name[i]);
    l->n = kept;
}

int classes_find(struct names *classes, int32_t *label, const struct names *files,
                 enum class_from from, struct ten_err *e)
{
    struct names all = {0};

    for (int64_t i = 0; i < files->n; i++) {
        char *name = class_of(files->name[i], from);
        if (!name) {
            names_free(&all);
            return fail(e, TEN_E_DATA, "%s: no folder in this path: expected CLASS/%s",
                        files->name[i], files->name[i]);
        }
        add(&all, name);
    }
    for (int64_t i = 0; i < files->n; i++)
        names_add(classes, all.name[i]);
    sort_unique(classes);
    for (int64_t i = 0; i < files->n; i++) {
        char **at = bsearch(&all.name[i], classes->name, (size_t)classes->n, sizeof *classes->name,
                            by_bytes);
        label[i] = (int32_t)(at - classes->name);
    }
    names_free(&all);
    return 0;
}

char *classes_attrs(const struct names *classes, struct ten_err *e)
{
    json_t *group = json_object(), *list = json_array();
    char *text = NULL;
    int64_t n = 0;

    while (n < classes->n && json_array_append_new(list, json_string(classes->name[n])) == 0)
        n++;
    json_object_set_new(group, "classes", list);
    if (n == classes->n)
        text = attrs_text(group);
    else
        fail(e, TEN_E_DATA, "class names: not UTF-8: expected text");
    json_decref(group);
    return text;
}
