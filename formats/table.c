#include "formats/table.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/numbers.h"
#include "base/utf8.h"
#include "stream/attrs.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_ROW = 1 << 30,                      /* bytes */
    MAX_NAME = 240,                         /* leaves room for ".offsets" */
};

static const char suffix[] = ".offsets";

/* ---- Rows ---------------------------------------------------------------------------------- */

static int fail_row(const struct table *t, int64_t line, struct ten_err *e, const char *what,
                    const char *expected)
{
    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s: expected %s", source_name(t->src), line, what,
                expected);
}

/* Is a quoted cell open at the end?  Quotes come in pairs, those inside cells too. */
static bool open_quote(const char *p, const char *end)
{
    bool open = false;

    while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
        open = !open;
        p++;
    }
    return open;
}

/* Append a line with its end to the row that is being joined. */
static void join(struct table *t, const char *p, int64_t n, int64_t ending)
{
    if (t->joined_size + n + 2 > t->joined_room) {
        t->joined_room = 2 * (t->joined_size + n) + 256;
        t->joined = xrealloc(t->joined, (size_t)t->joined_room);
    }
    memcpy(t->joined + t->joined_size, p, (size_t)n);
    memcpy(t->joined + t->joined_size + n, ending == 2 ? "\r\n" : "\n", (size_t)ending);
    t->joined_size += n + ending;
}

/* Go on until the quoted cell that is open at the end of the line ends. */
static int join_lines(struct table *t, const char **p, const char **end, int64_t ending, int64_t start,
                      struct ten_err *e)
{
    const char *line;
    int64_t n, at;
    bool open = true;
    int rc;

    t->joined_size = 0;
    join(t, *p, *end - *p, ending);
    while (open) {
        at = source_offset(t->src);
        rc = source_line(t->src, &line, &n, MAX_ROW, e);
        if (rc < 0)
            return -1;
        if (rc == 0 || t->joined_size > MAX_ROW)
            return fail_row(t, start, e, "a quote is never closed", "a closing quote");
        open ^= open_quote(line, line + n);
        join(t, line, n, open ? source_offset(t->src) - at - n : 0);
    }
    *p = t->joined;
    *end = t->joined + t->joined_size;
    return 0;
}

/* The next row that is not empty: 1 with [*p,*end), 0 at the end, -1 with *e set. */
static int next_row(struct table *t, const char **p, const char **end, int64_t *start, struct ten_err *e)
{
    int64_t n, at;
    int rc;

    do {
        at = source_offset(t->src);
        if ((rc = source_line(t->src, p, &n, MAX_ROW, e)) <= 0)
            return rc;
        /* Spreadsheets start files with a byte order mark. */
        if (at == 0 && n >= 3 && memcmp(*p, "\xef\xbb\xbf", 3) == 0) {
            *p += 3;
            n -= 3;
            at += 3;
        }
    } while (n == 0);
    *end = *p + n;
    *start = source_line_number(t->src);
    if (!t->form.tabs && open_quote(*p, *end) &&
        join_lines(t, p, end, source_offset(t->src) - at - n, *start, e) < 0)
        return -1;
    if (utf8_end(*p, *end) != *end)
        return fail_row(t, *start, e, "not UTF-8", "UTF-8 (iconv makes it)");
    return 1;
}

/* Take a quoted cell and what follows it up to the separator, which is all there may be. */
static const char *quoted_cell(const char *p, const char *end, char separator, struct ragged *to)
{
    const char *quote;

    ragged_add(to, "", 0);
    for (p++; (quote = memchr(p, '"', (size_t)(end - p))); p = quote + 2) {
        const bool twice = quote + 1 < end && quote[1] == '"';

        ragged_append(to, p, quote - p + twice);
        if (!twice)
            return quote + 1 == end || quote[1] == separator ? quote + 1 : NULL;
    }
    return NULL;
}

static const char *plain_cell(const char *p, const char *end, char separator, bool quotes, struct ragged *to)
{
    const char *first = p;

    for (; p < end && *p != separator; p++)
        if (quotes && *p == '"')
            return NULL;
    ragged_add(to, first, p - first);
    return p;
}

/* Take the cell at *p into `to`: 1, or 0 when it was the last, or -1 with *e set. */
static int take_cell(const struct table *t, const char **p, const char *end, int64_t start,
                     struct ragged *to, struct ten_err *e)
{
    const char separator = t->form.tabs ? '\t' : ',';

    *p = !t->form.tabs && *p < end && **p == '"' ? quoted_cell(*p, end, separator, to)
                                                 : plain_cell(*p, end, separator, !t->form.tabs, to);
    if (!*p)
        return fail_row(t, start, e, "a quote inside a cell", "quotes around all of it, and \"\" inside");
    return (*p)++ < end;
}

static int take_row(struct table *t, const char *p, const char *end, int64_t start, struct ten_err *e)
{
    char what[80], expected[80];
    int64_t c = 0;
    int more = 0;

    do {
        if (c == t->columns)
            break;
        if ((more = take_cell(t, &p, end, start, &t->cells[c++], e)) < 0)
            return -1;
    } while (more);
    if (c == t->columns && !more)
        return 0;
    snprintf(what, sizeof what, "%s%" PRId64 " cells", more ? "more than " : "", c);
    snprintf(expected, sizeof expected, "%" PRId64 " as on the first line", t->columns);
    return fail_row(t, start, e, what, expected);
}

int64_t table_read(struct table *t, int64_t max, struct ten_err *e)
{
    const char *p, *end;
    int64_t start;
    int rc = 1;

    t->rows = 0;
    for (int64_t c = 0; c < t->columns; c++)
        ragged_clear(&t->cells[c]);
    if (t->pending.n > 0) {
        for (int64_t c = 0; c < t->columns; c++) {
            int64_t n;
            const char *text = ragged_text(&t->pending, c, &n);

            ragged_add(&t->cells[c], text, n);
        }
        t->lines[t->rows++] = t->pending_line;
        t->pending.n = 0;
    }
    while (t->columns > 0 && t->rows < max && (rc = next_row(t, &p, &end, &start, e)) > 0) {
        if (take_row(t, p, end, start, e) < 0)
            return -1;
        if (t->rows == t->room) {
            t->room *= 2;
            t->lines = xrealloc(t->lines, (size_t)t->room * sizeof *t->lines);
        }
        t->lines[t->rows++] = start;
    }
    return rc < 0 ? -1 : t->rows;
}

/* ---- Names --------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int check_names(const struct table *t, int64_t line, struct ten_err *e)
{
    const size_t n = (size_t)t->columns;
    char **sorted = xmalloc(n * sizeof *sorted), base[MAX_NAME + 1], *key = base, what[80];
    const char *bad = NULL;

    memcpy(sorted, t->names, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t i = 0; i < n && !bad; i++) {
        const size_t length = strlen(sorted[i]), tail = sizeof suffix - 1;

        if (i > 0 && strcmp(sorted[i - 1], sorted[i]) == 0)
            bad = sorted[i];
        if (length <= tail || strcmp(sorted[i] + length - tail, suffix) != 0)
            continue;
        memcpy(base, sorted[i], length - tail);
        base[length - tail] = 0;
        if (bsearch(&key, sorted, n, sizeof *sorted, compare))
            bad = sorted[i];
    }
    free(sorted);
    if (!bad)
        return 0;
    snprintf(what, sizeof what, "a second column %.40s", bad);
    return fail_row(t, line, e, what, "another name for each");
}

/* Names of t->columns columns: the cells of the header, or numbers where it has none. */
static int name_columns(struct table *t, const struct ragged *header, int64_t line, struct ten_err *e)
{
    t->names = xcalloc((size_t)t->columns, sizeof *t->names);
    for (int64_t c = 0; c < t->columns; c++) {
        int64_t n = 0;
        const char *text = t->form.no_header ? "" : ragged_text(header, c, &n);

        if (n == 0) {
            t->names[c] = xasprintf("column%" PRId64, c + 1);
            continue;
        }
        bool ok = n <= MAX_NAME;
        for (int64_t i = 0; i < n && ok; i++)
            ok = (unsigned char)text[i] >= ' ' && text[i] != 0x7f;
        if (!ok)
            return fail_row(t, line, e, "a name is too long, or holds control characters",
                            "at most 240 bytes");
        t->names[c] = xasprintf("%.*s", (int)n, text);
    }
    return check_names(t, line, e);
}

int table_open(struct table *t, struct source *src, const struct table_form *form, struct ten_err *e)
{
    const char *p, *end;
    int64_t start;
    int rc;

    *t = (struct table){.src = src, .form = *form, .room = 1024};
    t->lines = xmalloc((size_t)t->room * sizeof *t->lines);
    if ((rc = next_row(t, &p, &end, &start, e)) <= 0)
        return rc;
    do
        rc = take_cell(t, &p, end, start, &t->pending, e);
    while (rc > 0);
    if (rc < 0)
        return -1;
    t->columns = t->pending.n;
    t->pending_line = start;
    t->cells = xcalloc((size_t)t->columns, sizeof *t->cells);
    rc = name_columns(t, &t->pending, start, e);
    if (!t->form.no_header)
        t->pending.n = 0;
    return rc;
}

void table_close(struct table *t)
{
    for (int64_t c = 0; c < t->columns; c++) {
        if (t->names)
            free(t->names[c]);
        ragged_free(&t->cells[c]);
    }
    free(t->names);
    free(t->cells);
    free(t->kinds);
    free(t->lines);
    free(t->joined);
    ragged_free(&t->pending);
}

/* ---- Values -------------------------------------------------------------------------------- */

/* The cell without blanks around it. */
static const char *trimmed(const struct ragged *cells, int64_t row, const char **end)
{
    int64_t n;
    const char *p = ragged_text(cells, row, &n);

    *end = p + n;
    while (p < *end && *p == ' ')
        p++;
    while (p < *end && (*end)[-1] == ' ')
        --*end;
    return p;
}

static bool whole_cell(const char *p, const char *end, int64_t *v)
{
    const char *digits = p + (p < end && *p == '-');

    return digits < end && *p != '+' && !(*digits == '0' && (end - digits > 1 || digits > p)) &&
           parse_i64(p, end, v) == end;
}

static bool number_cell(const char *p, const char *end, double *v)
{
    const char *digits = p + (p < end && *p == '-');

    if (p == end) {
        *v = NAN;
        return true;
    }
    if (*p == '+' || (end - digits > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'))
        return false;
    /* 12D3 is a code in a table, not Fortran. */
    return !memchr(p, 'd', (size_t)(end - p)) && !memchr(p, 'D', (size_t)(end - p)) &&
           parse_f64(p, end, v) == end;
}

static enum table_kind find_kind(const struct ragged *cells)
{
    enum table_kind kind = TABLE_WHOLE;
    bool some = false;
    int64_t whole;
    double v;

    for (int64_t r = 0; r < cells->n; r++) {
        const char *end, *p = trimmed(cells, r, &end);

        some |= p < end;
        if (kind == TABLE_WHOLE && whole_cell(p, end, &whole))
            continue;
        kind = TABLE_NUMBER;
        if (!number_cell(p, end, &v))
            return TABLE_TEXT;
    }
    return some ? kind : TABLE_TEXT;
}

static int fail_cell(const struct table *t, int64_t row, int64_t column, const char *expected,
                     struct ten_err *e)
{
    int64_t n;
    const char *text = ragged_text(&t->cells[column], row, &n);

    return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": column %.40s: %.*s: expected %s", source_name(t->src),
                t->lines[row], t->names[column], n > 40 ? 40 : (int)n, text, expected);
}

/* Column c as numbers, to[0], to[step] ...: v.i or v.f of them. */
static int numbers(const struct table *t, int64_t c, bool whole, void *to, int64_t step,
                   const char *expected, struct ten_err *e)
{
    for (int64_t r = 0; r < t->rows; r++) {
        const char *end, *p = trimmed(&t->cells[c], r, &end);

        if (whole ? !whole_cell(p, end, (int64_t *)to + r * step)
                  : !number_cell(p, end, (double *)to + r * step))
            return fail_cell(t, r, c, expected, e);
    }
    return 0;
}

static int write_column(const struct table *t, struct ten_writer *out, int64_t c, int64_t group, void *buffer,
                        struct ten_err *e)
{
    const bool whole = t->kinds[c] == TABLE_WHOLE;
    const struct ten_record rec = {.name = t->names[c], .type = whole ? TEN_I64 : TEN_F64, .data = buffer,
                                   .shape = {.rank = 1, .dim = {t->rows}}, .group = group};

    if (t->kinds[c] == TABLE_TEXT) {
        char offsets[MAX_NAME + sizeof suffix];

        snprintf(offsets, sizeof offsets, "%s%s", t->names[c], suffix);
        return ragged_write(out, &t->cells[c], t->names[c], offsets, NULL, group, e);
    }
    if (numbers(t, c, whole, buffer, 1,
                whole ? "a whole number, as in the first batch (or a larger --batch)"
                      : "a number, as in the first batch (or a larger --batch)", e) < 0)
        return -1;
    return ten_write(out, &rec, e);
}

int table_write(struct table *t, struct ten_writer *out, int64_t group, struct ten_err *e)
{
    void *buffer = xmalloc((size_t)t->rows * 8);
    int rc = 0;

    if (!t->kinds) {
        t->kinds = xcalloc((size_t)t->columns, sizeof *t->kinds);
        #pragma omp parallel for schedule(dynamic)
        for (int64_t c = 0; c < t->columns; c++)
            t->kinds[c] = find_kind(&t->cells[c]);
    }
    for (int64_t c = 0; c < t->columns && rc == 0; c++)
        rc = write_column(t, out, c, group, buffer, e);
    free(buffer);
    return rc;
}

int table_write_matrix(struct table *t, struct ten_writer *out, int64_t group, struct ten_err *e)
{
    double *x = xcalloc((size_t)t->rows, (size_t)t->columns * sizeof *x);
    json_t *names = json_array(), *attrs = json_pack("{s:o}", "columns", names);
    int rc = 0;

    for (int64_t c = 0; c < t->columns && rc == 0; c++) {
        json_array_append_new(names, json_string(t->names[c]));
        rc = numbers(t, c, false, x + c, t->columns, "numbers only with --matrix", e);
    }
    char *text = attrs_text(attrs);
    if (rc == 0)
        rc = ten_write(out, &(struct ten_record){.name = "x", .type = TEN_F64, .data = x, .attrs = text,
                       .shape = {.rank = 2, .dim = {t->rows, t->columns}}, .group = group}, e);
    json_decref(attrs);
    free(text);
    free(x);
    return rc;
}
