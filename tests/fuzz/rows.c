/* Samples through rows_reader, rows_writer and blocks: whatever the columns, group sizes and new
 * size, every column holds the same bits in the end. */
#include "base/bits.h"
#include "base/mem.h"
#include "stream/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { COLUMNS = 3, GROUPS = 60, BYTES = GROUPS * 15 * 5 * 8 };

struct column { enum ten_type type; int64_t width; unsigned char *bytes; };

/* Read a stream: the bits of each column one behind the other, and the number of samples. */
static int64_t gather(int fd, struct column *columns, int n)
{
    struct ten_err e;
    struct rows rows;
    int64_t samples = 0;

    lseek(fd, 0, SEEK_SET);
    struct ten_reader *in = ten_open_fd(fd, "-", NULL, &e);
    struct rows_reader *r = rows_reader_new(in);
    int rc;
    while ((rc = rows_next(r, &rows, &e)) > 0) {
        assert(rows.columns == n);
        for (int c = 0; c < n; c++)
            copy_bits(columns[c].bytes, samples * rows.bits[c], rows.rec[c].data, 0,
                      rows.n * rows.bits[c]);
        samples += rows.n;
    }
    assert(rc == 0);
    rows_reader_free(r);
    ten_close(in);
    return samples;
}

/* Groups of these sizes, of bytes that count. */
static int made(const struct column *columns, int n, const uint8_t *sizes, size_t groups)
{
    const int fd = memfd_create("rows", 0);
    static const char *const names[COLUMNS] = {"a", "b", "c"};
    unsigned char bytes[15 * 5 * 8];
    struct ten_err e;
    struct ten_writer *w = ten_create_fd(fd, "-", NULL, &e);

    for (size_t g = 0; g < groups; g++)
        for (int c = 0; c < n; c++) {
            const struct ten_record rec = {.name = names[c],
                                           .type = columns[c].type,
                                           .data = bytes,
                                           .group = (int64_t)g,
                                           .shape = {2, {sizes[g] % 16, columns[c].width}}};
            const int64_t count = ten_count(&rec), bits = count * ten_elem_bits(rec.type);

            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] =
                    rec.type == TEN_BOOL ? i % 2 : (unsigned char)(i * 7 + g * 31 + (size_t)c);
            if (bits % 8 != 0)
                bytes[bits / 8] &= (unsigned char)((1 << bits % 8) - 1);
            assert(ten_write(w, &rec, &e) == 0);
        }
    assert(ten_finish(w, &e) == 0);
    ten_discard(w);
    return fd;
}

/* The stream in groups of `size`, its samples one by one through blocks when single is set. */
static int regrouped(int from, int64_t size, bool single)
{
    const int fd = memfd_create("rows", 0);
    struct ten_err e;
    struct rows rows, one = {.rec = (struct ten_record[COLUMNS]){0}, .bits = (int64_t[COLUMNS]){0}};

    lseek(from, 0, SEEK_SET);
    struct ten_reader *in = ten_open_fd(from, "-", NULL, &e);
    struct ten_writer *out = ten_create_fd(fd, "-", NULL, &e);
    struct rows_reader *r = rows_reader_new(in);
    struct rows_writer *w = rows_writer_new(out, size);
    unsigned char block[COLUMNS * 64];
    while (rows_next(r, &rows, &e) > 0)
        if (single)
            for (int64_t i = 0; i < rows.n; i++) {
                assert(row_bytes(&rows) <= (int64_t)sizeof block);
                row_pack(block, &rows, i);
                row_unpack(&one, &rows, block);
                assert(rows_write(w, &one, 0, 1, &e) == 0);
            }
        else
            assert(rows_write(w, &rows, 0, rows.n, &e) == 0);
    assert(rows_flush(w, &e) == 0 && ten_finish(out, &e) == 0);
    rows_writer_free(w);
    rows_reader_free(r);
    ten_discard(out);
    ten_close(in);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct column want[COLUMNS] = {{0}}, got[COLUMNS];
    const int n = size > 0 ? data[0] % COLUMNS + 1 : 1;

    if (size < 3 + 2 * (size_t)n || size > GROUPS)
        return 0;
    for (int c = 0; c < n; c++) {
        want[c] = (struct column){(enum ten_type)(1 + data[3 + 2 * c] % (TEN_TYPES - 1)),
                                  data[4 + 2 * c] % 6, xcalloc(1, BYTES)};
        got[c] = want[c];
        got[c].bytes = xcalloc(1, BYTES);
    }
    const int from = made(want, n, data + 3 + 2 * n, size - 3 - 2 * (size_t)n);
    const int to = regrouped(from, 1 + data[1] % 40, data[2] % 2);
    const int64_t samples = gather(from, want, n);
    assert(gather(to, got, n) == samples);
    for (int c = 0; c < n; c++) {
        assert(memcmp(want[c].bytes, got[c].bytes, BYTES) == 0);
        free(want[c].bytes);
        free(got[c].bytes);
    }
    close(from);
    close(to);
    return 0;
}
