#include "nn/settings.h"

#include "base/fail.h"
#include "base/numbers.h"

#include <stdio.h>
#include <string.h>

/* "a, b, c" for messages, as much as fits. */
static void add_word(char text[200], const char *word)
{
    const size_t n = strlen(text);

    snprintf(text + n, 200 - n, "%s%s", n > 0 ? ", " : "", word);
}

int settings_kind(const char **text, const char *what, const char *const *kinds, struct ten_err *e)
{
    const int length = (int)strcspn(*text, ":");
    char all[200] = "";

    for (int k = 0; kinds[k]; k++) {
        if ((int)strlen(kinds[k]) == length && strncmp(kinds[k], *text, (size_t)length) == 0) {
            *text += length + ((*text)[length] == ':');
            return k;
        }
        add_word(all, kinds[k]);
    }
    return fail(e, TEN_E_USAGE, "%s: %.*s: unknown: expected one of %s", what,
                length < 40 ? length : 40, *text, all);
}

/* The setting of the key that ends before `end`, or NULL with *e set. */
static const struct setting *find(const char *key, const char *end, const char *what,
                                  const struct setting *settings, int n, struct ten_err *e)
{
    const int length = (int)(end - key);
    char all[200] = "";

    for (int i = 0; i < n; i++) {
        if ((int)strlen(settings[i].key) == length &&
            strncmp(settings[i].key, key, (size_t)length) == 0)
            return &settings[i];
        add_word(all, settings[i].key);
    }
    fail(e, TEN_E_USAGE, "%s: %.*s: unknown: expected some of %s", what, length < 40 ? length : 40,
         key, n > 0 ? all : "(nothing)");
    return NULL;
}

static int read_value(const char *p, const char *end, const char *what, const struct setting *s,
                      struct ten_err *e)
{
    const int max = s->n ? SETTING_LIST : 1;

    for (int i = 0; i < max; i++) {
        const char *stop = parse_f64(p, end, &s->value[i]);

        if (!stop || (stop < end && (*stop != '/' || i + 1 == max)))
            break;
        if (!(s->value[i] >= s->min && s->value[i] <= s->max))
            break;
        if (s->n)
            *s->n = i + 1;
        if (stop == end)
            return 0;
        p = stop + 1;
    }
    return fail(e, TEN_E_USAGE, "%s: %s=%.*s: expected %s from %g to %g", what, s->key,
                (int)(end - p < 40 ? end - p : 40), p, s->n ? "16 or fewer numbers between \"/\","
                " each" : "a number", s->min, s->max);
}

int settings_read(const char *text, const char *what, const struct setting *settings, int n,
                  struct ten_err *e)
{
    uint64_t seen = 0;

    while (*text) {
        const char *end = text + strcspn(text, ","), *key_end = text + strcspn(text, "=,");
        const struct setting *s = find(text, key_end, what, settings, n, e);

        if (!s)
            return -1;
        if (*key_end != '=')
            return fail(e, TEN_E_USAGE, "%s: %s: no value: expected %s=NUMBER", what, s->key,
                        s->key);
        if (seen >> (s - settings) & 1)
            return fail(e, TEN_E_USAGE, "%s: %s: given twice: expected it once", what, s->key);
        seen |= (uint64_t)1 << (s - settings);
        if (read_value(key_end + 1, end, what, s, e) < 0)
            return -1;
        if (*end && !end[1])
            return fail(e, TEN_E_USAGE, "%s: a comma at the end: expected another KEY=NUMBER",
                        what);
        text = end + (*end == ',');
    }
    return 0;
}
