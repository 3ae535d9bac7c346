#include "text/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 character p[0..n) begins with, 0 when it begins with none: the shortest
 * form only, no surrogates, nothing above U+10FFFF (RFC 3629). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    static const struct { unsigned char first, last, low, high; size_t length; } table[] = {
        {0x00, 0x7f, 0x80, 0xbf, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (p[0] < table[i].first || p[0] > table[i].last)
            continue;
        if (table[i].length > n)
            return 0;
        if (table[i].length > 1 && (p[1] < table[i].low || p[1] > table[i].high))
            return 0;
        for (size_t k = 2; k < table[i].length; k++)
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        return table[i].length;
    }
    return 0;
}

void html_text(FILE *to, const char *text, size_t n)
{
    for (size_t i = 0; i < n; ) {
        const unsigned char *p = (const unsigned char *)text + i;
        const size_t length = utf8_length(p, n - i);

        if (length == 0 || (*p < ' ' && *p != '\t' && *p != '\n') || *p == 0x7f)
            fputs("\xef\xbf\xbd", to);
        else if (*p == '&')
            fputs("&amp;", to);
        else if (*p == '<')
            fputs("&lt;", to);
        else if (*p == '>')
            fputs("&gt;", to);
        else if (*p == '"')
            fputs("&quot;", to);
        else if (*p == '\'')
            fputs("&#39;", to);
        else
            fwrite(p, 1, length, to);
        i += length > 0 ? length : 1;
    }
}

void html_string(FILE *to, const char *text)
{
    html_text(to, text, strlen(text));
}

void html_base64(FILE *to, const void *data, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
                           (left > 2 ? p[i + 2] : 0);

        putc(digits[v >> 18], to);
        putc(digits[v >> 12 & 63], to);
        putc(left > 1 ? digits[v >> 6 & 63] : '=', to);
        putc(left > 2 ? digits[v & 63] : '=', to);
    }
}

static bool is_number(const char *cell)
{
    char *end;

    strtod(cell, &end);
    return end != cell && *end == 0;
}

static const char *cell_class(const char *column, const char *cell)
{
    if (strcmp(column, "verdict") != 0)
        return is_number(cell) ? "num" : NULL;
    return strcmp(cell, "holds") == 0 ? "holds" : strcmp(cell, "fails") == 0 ? "fails" : "untested";
}

static void table_row(FILE *to, const struct tsv *t, int64_t row)
{
    fputs("<tr>", to);
    for (int c = 0; c < t->columns; c++) {
        const char *cell = tsv_cell(t, row, c), *class = cell_class(t->cells[c], cell);

        if (class)
            fprintf(to, "<td class=%s>", class);
        else
            fputs("<td>", to);
        html_string(to, cell);
    }
    fputc('\n', to);
}

void html_table(FILE *to, const struct tsv *t, int64_t max)
{
    fputs("<div class=scroll tabindex=0><table>\n<thead><tr>", to);
    for (int c = 0; c < t->columns; c++) {
        fputs("<th>", to);
        html_string(to, t->cells[c]);
    }
    fputs("\n<tbody>\n", to);
    for (int64_t r = 0; r < t->rows && r < max; r++)
        table_row(to, t, r);
    fputs("</table></div>\n", to);
    if (t->rows > max)
        fprintf(to, "<p>The first %" PRId64 " of %" PRId64 " rows.</p>\n", max, t->rows);
}

bool html_svg(FILE *to, const char *text, size_t n)
{
    const char *start = memmem(text, n, "<svg", 4);

    if (!start || memmem(text, n, "<script", 7))
        return false;
    fwrite(start, 1, n - (size_t)(start - text), to);
    return true;
}
