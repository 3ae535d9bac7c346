/* Tables: refused with a message that names the file, or rows with a cell for every column, which
 * come out of the stream as they went in.  The first byte chooses the options. */
#include "formats/columns.h"
#include "formats/table.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check_message(const struct ten_err *e)
{
    if (e->code != TEN_E_DATA || e->text[0] == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int null = -1;
    struct ten_err e = {0};
    struct table t;
    int64_t rows = 0;
    int rc;

    if (size == 0)
        return 0;
    if (null < 0)
        null = open("/dev/null", O_WRONLY);
    const struct table_form form = {.tabs = data[0] & 1, .no_header = data[0] & 2};
    struct source *src = source_memory("fuzz", data + 1, size - 1);
    struct ten_writer *out = ten_create_fd(null, "null", NULL, &e);
    rc = table_open(&t, src, &form, &e);
    for (int64_t group = 0; rc == 0 && t.columns > 0; group++) {
        if ((rows = table_read(&t, 1 + (data[0] >> 3), &e)) <= 0)
            break;
        for (int64_t c = 0; c < t.columns; c++)
            if (t.cells[c].n != rows)
                abort();
        rc = data[0] & 4 ? table_write_matrix(&t, out, group, &e) : table_write(&t, out, group, &e);
    }
    if (rc < 0 || rows < 0)
        check_message(&e);
    table_close(&t);
    ten_discard(out);
    source_close(src);
    return 0;
}
