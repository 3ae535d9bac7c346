#include "formats/columns.h"

#include "base/fail.h"
#include "base/mem.h"
#include "formats/number.h"
#include "stream/attrs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".offsets";

/* ---- Gathering ----------------------------------------------------------------------------- */

static struct column *new_column(struct columns *c, const char *name, enum ten_type type)
{
    c->column = xrealloc(c->column, (size_t)(c->n + 1) * sizeof *c->column);
    c->column[c->n] = (struct column){.name = xstrdup(name), .type = type};
    return &c->column[c->n++];
}

static struct column *find(struct columns *c, const char *name, size_t n)
{
    for (int64_t i = 0; i < c->n; i++)
        if (strlen(c->column[i].name) == n && memcmp(c->column[i].name, name, n) == 0)
            return &c->column[i];
    return NULL;
}

static void *copy_of(const struct ten_record *rec)
{
    void *copy = xmalloc((size_t)ten_bytes(rec));

    if (ten_bytes(rec) > 0)
        memcpy(copy, rec->data, (size_t)ten_bytes(rec));
    return copy;
}

/* The name of column k of a matrix. */
static void name_column(struct columns *c, const json_t *names, int64_t k)
{
    const char *name = json_string_value(json_array_get(names, (size_t)k));
    char *own = name ? NULL : xasprintf("column%" PRId64, k + 1);

    new_column(c, name ? name : own, 0);
    free(own);
}

static int take_matrix(struct columns *c, const struct ten_record *rec, struct ten_err *e)
{
    json_t *attrs = attrs_parse(rec->attrs, rec->name, e);
    const json_t *names = json_object_get(attrs, "columns");

    if (!attrs)
        return -1;
    c->rows = rec->shape.dim[0];
    c->type = rec->type;
    c->matrix = copy_of(rec);
    for (int64_t k = 0; k < rec->shape.dim[1]; k++)
        name_column(c, names, k);
    json_decref(attrs);
    return 0;
}

static int take_text(struct columns *c, const struct ten_record *rec, size_t name, struct ten_err *e)
{
    struct column *column = find(c, rec->name, name);

    if (!column) {
        char *own = xasprintf("%.*s", (int)name, rec->name);

        column = new_column(c, own, TEN_UTF8);
        free(own);
    }
    if (column->type != TEN_UTF8)
        return fail(e, TEN_E_DATA, "%s: a second record of this name: expected a column once", rec->name);
    return rec->type == TEN_UTF8 ? ragged_take_bytes(&column->texts, rec, e)
                                 : ragged_take_offsets(&column->texts, rec, e);
}

int columns_take(struct columns *c, const struct ten_record *rec, struct ten_err *e)
{
    const size_t length = strlen(rec->name), tail = sizeof suffix - 1;
    struct column *column;

    if (c->matrix || (rec->shape.rank == 2 && c->n > 0))
        return fail(e, TEN_E_DATA, "%s: beside a matrix: expected a matrix alone, or columns of rank 1",
                    rec->name);
    if (rec->shape.rank == 2 && rec->type != TEN_UTF8)
        return take_matrix(c, rec, e);
    if (rec->shape.rank != 1)
        return fail(e, TEN_E_DATA, "%s: %s of rank %d: expected a column of rank 1, or a matrix", rec->name,
                    ten_type_name(rec->type), rec->shape.rank);
    if (rec->type == TEN_UTF8)
        return take_text(c, rec, length, e);
    if (rec->type == TEN_I64 && length > tail && strcmp(rec->name + length - tail, suffix) == 0)
        return take_text(c, rec, length - tail, e);
    if (find(c, rec->name, length))
        return fail(e, TEN_E_DATA, "%s: a second record of this name: expected a column once", rec->name);
    column = new_column(c, rec->name, rec->type);
    column->rows = rec->shape.dim[0];
    column->values = copy_of(rec);
    return 0;
}

int columns_check(struct columns *c, struct ten_err *e)
{
    for (int64_t k = 0; k < c->n && !c->matrix; k++) {
        struct column *column = &c->column[k];

        if (column->type == TEN_UTF8) {
            if (ragged_check(&column->texts, column->name, e) < 0)
                return -1;
            column->rows = column->texts.n;
        }
        if (column->rows != c->column[0].rows)
            return fail(e, TEN_E_DATA, "%s: %" PRId64 " rows: expected %" PRId64 " as in %s", column->name,
                        column->rows, c->column[0].rows, c->column[0].name);
        c->rows = column->rows;
    }
    return 0;
}

void columns_free(struct columns *c)
{
    for (int64_t k = 0; k < c->n; k++) {
        free(c->column[k].name);
        free(c->column[k].values);
        ragged_free(&c->column[k].texts);
    }
    free(c->column);
    free(c->matrix);
    *c = (struct columns){0};
}

/* ---- Writing ------------------------------------------------------------------------------- */

static bool plain(const char *text, int64_t n, const struct table_form *form)
{
    for (int64_t i = 0; i < n; i++)
        if (text[i] == '\n' || text[i] == '\r' || text[i] == (form->tabs ? '\t' : ',') ||
            (text[i] == '"' && !form->tabs))
            return false;
    return true;
}

/* alone: nothing else is on the line, which must not become an empty one. */
static int put_text(FILE *to, const char *text, int64_t n, bool alone, const struct table_form *form,
                    const char *column, struct ten_err *e)
{
    const char *quote;

    if (plain(text, n, form) && !(alone && n == 0)) {
        fwrite(text, 1, (size_t)n, to);
        return 0;
    }
    if (form->tabs)
        return fail(e, TEN_E_DATA, "%.40s: %.*s: expected no tab, no line break and no empty line, which a "
                    "table with tabs cannot hold", column, n > 40 ? 40 : (int)n, text);
    putc('"', to);
    for (; (quote = memchr(text, '"', (size_t)n)); n -= quote + 1 - text, text = quote + 1) {
        fwrite(text, 1, (size_t)(quote + 1 - text), to);
        putc('"', to);
    }
    fwrite(text, 1, (size_t)n, to);
    putc('"', to);
    return 0;
}

static int put_cell(FILE *to, const struct columns *c, int64_t row, int64_t k, const struct table_form *form,
                    struct ten_err *e)
{
    const struct column *column = &c->column[k];
    char text[NUMBER_TEXT];
    const char *end;
    int64_t n;

    if (!c->matrix && column->type == TEN_UTF8) {
        const char *cell = ragged_text(&column->texts, row, &n);

        return put_text(to, cell, n, c->n == 1, form, column->name, e);
    }
    end = c->matrix ? put_number(text, c->matrix, c->type, row * c->n + k)
                    : put_number(text, column->values, column->type, row);
    fwrite(text, 1, (size_t)(end - text), to);
    return 0;
}

char *columns_header(const struct columns *c, const struct table_form *form, struct ten_err *e)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    int rc = 0;

    if (!to) {
        fail(e, TEN_E_DATA, "out of memory: expected room for the names of the columns");
        return NULL;
    }
    for (int64_t k = 0; k < c->n && rc == 0; k++) {
        const char *name = c->column[k].name;

        if (k > 0)
            putc(form->tabs ? '\t' : ',', to);
        rc = put_text(to, name, (int64_t)strlen(name), c->n == 1, form, name, e);
    }
    putc('\n', to);
    fclose(to);
    if (rc == 0)
        return text;
    free(text);
    return NULL;
}

int columns_write(FILE *to, const struct columns *c, const struct table_form *form, struct ten_err *e)
{
    for (int64_t row = 0; row < c->rows; row++)
        for (int64_t k = 0; k < c->n; k++) {
            if (put_cell(to, c, row, k, form, e) < 0)
                return -1;
            putc(k == c->n - 1 ? '\n' : form->tabs ? '\t' : ',', to);
        }
    return 0;
}
