#include "sparse/sparse.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"
#include "tensor/cast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int read_attrs(struct sparse *m, const json_t *attrs, struct ten_err *e)
{
    static const char *const kinds[] = {"csr", "csc", "coo"};
    const char *kind = json_string_value(json_object_get(attrs, "kind"));
    const char *symmetry = json_string_value(json_object_get(attrs, "symmetry"));
    const json_t *shape = json_object_get(attrs, "shape");
    int k = 0;

    while (k < 3 && (!kind || strcmp(kind, kinds[k]) != 0))
        k++;
    if (k == 3)
        return fail(e, TEN_E_DATA, "group attributes: kind %.40s: expected a sparse matrix, kind csr, "
                    "csc or coo", kind ? kind : "is missing");
    m->kind = (enum sparse_kind)k;
    if (json_array_size(shape) != 2)
        return fail(e, TEN_E_DATA, "group attributes: shape: expected [rows,columns]");
    m->rows = json_integer_value(json_array_get(shape, 0));
    m->cols = json_integer_value(json_array_get(shape, 1));
    if (m->rows < 0 || m->cols < 0)
        return fail(e, TEN_E_DATA, "group attributes: shape [%" PRId64 ",%" PRId64 "]: expected none below 0",
                    m->rows, m->cols);
    if (symmetry && strlen(symmetry) >= sizeof m->symmetry)
        return fail(e, TEN_E_DATA, "group attributes: symmetry %.40s: expected one such as general",
                    symmetry);
    strcpy(m->symmetry, symmetry ? symmetry : "general");
    return 0;
}

int sparse_start(struct sparse *m, const struct ten_record *rec, struct ten_err *e)
{
    json_t *attrs = attrs_parse(rec->group_attrs, "group attributes", e);
    int rc;

    if (!attrs)
        return -1;
    rc = read_attrs(m, attrs, e);
    json_decref(attrs);
    m->started = rc == 0;
    return rc;
}

static int take_indices(int64_t **to, int64_t *count, const struct ten_record *rec, struct ten_err *e)
{
    const int64_t n = ten_count(rec);

    if (*to)
        return fail(e, TEN_E_DATA, "%s: stands twice in a group: expected it once", rec->name);
    if (rec->shape.rank != 1 || (rec->type != TEN_I32 && rec->type != TEN_I64 && rec->type != TEN_U32))
        return fail(e, TEN_E_DATA, "%s: %s of rank %d: expected i32 or i64 of rank 1", rec->name,
                    ten_type_name(rec->type), rec->shape.rank);
    *to = xmalloc((size_t)n * sizeof **to);
    cast(*to, TEN_I64, rec->data, rec->type, n);
    *count = n;
    return 0;
}

static int take_values(struct sparse *m, const struct ten_record *rec, struct ten_err *e)
{
    if (m->values)
        return fail(e, TEN_E_DATA, "%s: a second record of values in a group: expected one", rec->name);
    if (rec->shape.rank != 1 || ten_elem_size(rec->type) == 0 || rec->type == TEN_UTF8)
        return fail(e, TEN_E_DATA, "%s: %s of rank %d: expected numbers of rank 1", rec->name,
                    ten_type_name(rec->type), rec->shape.rank);
    m->values = xmalloc((size_t)ten_bytes(rec));
    if (ten_bytes(rec) > 0)
        memcpy(m->values, rec->data, (size_t)ten_bytes(rec));
    m->values_given = ten_count(rec);
    m->type = rec->type;
    m->weight = strcmp(rec->name, "weight") == 0;
    return 0;
}

int sparse_take(struct sparse *m, const struct ten_record *rec, struct ten_err *e)
{
    const struct { const char *name; int64_t **to, *count; } parts[] = {
        {"indptr", &m->ptr, &m->ptrs}, {"indices", &m->index, &m->indexes},
        {"col", &m->index, &m->indexes}, {"row", &m->row, &m->rows_given},
    };

    if (!m->started && sparse_start(m, rec, e) < 0)
        return -1;
    for (int i = 0; i < 4; i++)
        if (strcmp(rec->name, parts[i].name) == 0)
            return take_indices(parts[i].to, parts[i].count, rec, e) < 0 ? -1 : 1;
    if (strcmp(rec->name, "values") == 0 || strcmp(rec->name, "weight") == 0)
        return take_values(m, rec, e) < 0 ? -1 : 1;
    return 0;
}

static int check_range(const char *name, const int64_t *v, int64_t n, int64_t dim, struct ten_err *e)
{
    for (int64_t k = 0; k < n; k++)
        if (v[k] < 0 || v[k] >= dim)
            return fail(e, TEN_E_DATA, "%s: element %" PRId64 " is %" PRId64 ": expected 0 to %" PRId64,
                        name, k, v[k], dim - 1);
    return 0;
}

int sparse_check_pointers(const struct sparse *m, struct ten_err *e)
{
    const int64_t dim = m->kind == SPARSE_CSR ? m->rows : m->cols;

    if (!m->ptr || m->ptrs - 1 != dim)
        return fail(e, TEN_E_DATA, "indptr: %" PRId64 " elements: expected %" PRId64 " for the shape",
                    m->ptrs, dim + (dim < INT64_MAX));
    if (m->ptr[0] != 0 || m->ptr[dim] != m->n)
        return fail(e, TEN_E_DATA, "indptr: runs from %" PRId64 " to %" PRId64 ": expected 0 to %" PRId64,
                    m->ptr[0], m->ptr[dim], m->n);
    for (int64_t i = 0; i < dim; i++)
        if (m->ptr[i + 1] < m->ptr[i])
            return fail(e, TEN_E_DATA, "indptr: falls at element %" PRId64 ": expected it to rise", i + 1);
    return 0;
}

int sparse_check(struct sparse *m, struct ten_err *e)
{
    const bool coo = m->kind == SPARSE_COO;

    m->n = m->indexes;
    if (!m->index)
        return fail(e, TEN_E_DATA, "%s: is missing: expected it in every group of a sparse matrix",
                    coo ? "col" : "indices");
    if (m->values && m->values_given != m->n)
        return fail(e, TEN_E_DATA, "%s: %" PRId64 " elements: expected %" PRId64 " as of the indices",
                    m->weight ? "weight" : "values", m->values_given, m->n);
    if (coo && (!m->row || m->rows_given != m->n))
        return fail(e, TEN_E_DATA, "row: %" PRId64 " elements: expected %" PRId64 " as of col",
                    m->rows_given, m->n);
    if (coo ? check_range("row", m->row, m->n, m->rows, e) < 0 : sparse_check_pointers(m, e) < 0)
        return -1;
    return check_range(coo ? "col" : "indices", m->index, m->n, m->kind == SPARSE_CSC ? m->rows : m->cols,
                       e);
}

void sparse_free(struct sparse *m)
{
    free(m->ptr);
    free(m->index);
    free(m->row);
    free(m->values);
    *m = (struct sparse){0};
}

bool sparse_at(const struct sparse *m, int64_t k, int64_t *major, int64_t *row, int64_t *col)
{
    if (k >= m->n)
        return false;
    *row = m->kind == SPARSE_COO ? m->row[k] : m->index[k];
    *col = m->index[k];
    if (m->kind == SPARSE_COO)
        return true;
    while (m->ptr[*major + 1] <= k)
        ++*major;
    *(m->kind == SPARSE_CSR ? row : col) = *major;
    return true;
}
