#include "stream/provenance.h"

#include "stream/wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *t, const char *s, size_t n)
{
    if (t->n + n + 1 > t->room) {
        const size_t room = 2 * (t->n + n + 1);
        char *p = realloc(t->p, room);

        if (!p) {
            t->failed = true;
            return;
        }
        t->p = p;
        t->room = room;
    }
    memcpy(t->p + t->n, s, n);
    t->n += n;
    t->p[t->n] = 0;
}

void text_format(struct text *t, const char *fmt, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, fmt);
    text_add(t, line, (size_t)vsnprintf(line, sizeof line, fmt, ap));
    va_end(ap);
}

void text_json(struct text *t, const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t n = strlen(s);

    text_add(t, "\"", 1);
    for (size_t i = 0; i < n; ) {
        size_t step = 1;

        while (step <= 4 && i + step <= n && !wire_text_ok(u + i, step, false))
            step++;
        if (step > 4 || i + step > n) {
            text_add(t, "\xef\xbf\xbd", 3);
            i++;
            continue;
        }
        if (u[i] < ' ' || u[i] == 0x7f)
            text_format(t, "\\u%04x", u[i]);
        else if (u[i] == '"' || u[i] == '\\')
            text_format(t, "\\%c", u[i]);
        else
            text_add(t, s + i, step);
        i += step;
    }
    text_add(t, "\"", 1);
}

void provenance_start(struct text *t, const struct ten_provenance *p)
{
    text_format(t, "{\"tool\":");
    text_json(t, p->tool);
    text_format(t, ",\"version\":");
    text_json(t, p->version);
    text_format(t, ",\"args\":[");
    for (int i = 0; p->args && p->args[i]; i++) {
        if (i > 0)
            text_format(t, ",");
        text_json(t, p->args[i]);
    }
    text_format(t, "]");
    if (p->seeded)
        text_format(t, ",\"seed\":%" PRIu64, p->seed);
    text_format(t, ",\"in\":[");
}

void provenance_input(struct text *t, const struct ten_input *in, bool first)
{
    text_format(t, "%s{\"name\":", first ? "" : ",");
    text_json(t, in->name);
    if (in->records >= 0)
        text_format(t, ",\"records\":%" PRId64, in->records);
    else
        text_format(t, ",\"bytes\":%" PRId64, in->bytes);
    text_format(t, ",\"digest\":\"%016" PRIx64 "\"}", in->digest);
}
