/* Groups of records as they come, taken for a sparse matrix and for a table: refused with a message,
 * or written without touching memory that is not theirs.  The first byte picks the attributes; a
 * record is four bytes (name, type, rank, length) and its payload, as much as there is. */
#include "formats/columns.h"
#include "formats/edges.h"
#include "formats/gr.h"
#include "formats/mtx.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"indptr", "indices", "values", "weight", "row", "col", "names",
                                    "names_offsets", "a", "a.offsets"};
static const char *const attributes[] = {
    "{\"kind\":\"csr\",\"shape\":[2,2]}",
    "{\"kind\":\"csc\",\"shape\":[2,3],\"symmetry\":\"general\"}",
    "{\"kind\":\"coo\",\"shape\":[3,3],\"symmetry\":\"skew-symmetric\"}",
    "{\"kind\":\"csr\",\"shape\":[3,3],\"symmetry\":\"symmetric\"}",
    "{\"kind\":\"csr\",\"shape\":[9223372036854775807,1]}",
    "{\"kind\":\"csr\",\"shape\":[-1]}",
    NULL,
};
#define PICK(list, byte) (list)[(byte) % (sizeof (list) / sizeof *(list))]

static struct sparse matrix;
static struct ragged texts;
static struct columns columns;

static int take(const struct ten_record *rec, bool *sparse, bool *table, struct ten_err *e)
{
    if (*table && columns_take(&columns, rec, e) < 0)
        *table = false;
    if (strcmp(rec->name, "names") == 0)
        return ragged_take_bytes(&texts, rec, e);
    if (strcmp(rec->name, "names_offsets") == 0)
        return ragged_take_offsets(&texts, rec, e);
    if (*sparse && sparse_take(&matrix, rec, e) < 0)
        *sparse = false;
    return 0;
}

static void write_all_forms(FILE *null, bool sparse, bool table, struct ten_err *e)
{
    const struct edges_form form = {.separator = '\t', .weight = true};
    const struct table_form comma = {0}, tab = {.tabs = true};

    if (sparse && matrix.started && sparse_check(&matrix, e) == 0) {
        mtx_write(null, &matrix, false, e);
        gr_write(null, &matrix, e);
        edges_write(null, &matrix, texts.bytes || texts.offset ? &texts : NULL, &form, e);
    }
    if (table && columns_check(&columns, e) == 0) {
        free(columns_header(&columns, &comma, e));
        columns_write(null, &columns, &comma, e);
        columns_write(null, &columns, &tab, e);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *null;
    bool sparse = true, table = true;
    struct ten_err e = {0};

    if (!null)
        null = fopen("/dev/null", "w");
    for (size_t at = 1; at + 4 <= size; ) {
        const uint8_t *h = data + at;
        struct ten_record rec = {.name = PICK(names, h[0]), .type = 1 + h[1] % (TEN_TYPES - 1),
                                 .shape = {h[2] % 3, {h[3] % 16, h[3] / 16}},
                                 .group_attrs = PICK(attributes, data[0])};

        at += 4;
        if ((size_t)ten_bytes(&rec) > size - at)
            break;
        const size_t bytes = (size_t)ten_bytes(&rec);
        void *payload = malloc(bytes + !bytes);
        memcpy(payload, data + at, bytes);
        rec.data = payload;
        at += bytes;
        const int rc = take(&rec, &sparse, &table, &e);
        free(payload);
        if (rc < 0)
            break;
    }
    write_all_forms(null, sparse, table, &e);
    sparse_free(&matrix);
    ragged_free(&texts);
    columns_free(&columns);
    return 0;
}
