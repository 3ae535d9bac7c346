/* A filter of one's own on tensor streams: doubles every f32 tensor.
 * cc filter.c $(pkg-config --cflags --libs ten) -o double && ./double <in.ten >out.ten */
#include <stdio.h>
#include <stdlib.h>
#include <ten.h>

int main(void)
{
    struct ten_err e = {0};
    struct ten_reader *in = ten_open_fd(0, "-", NULL, &e);
    struct ten_writer *out = ten_create_fd(1, "-", NULL, &e);
    struct ten_record rec;
    int rc = in && out ? 0 : -1;

    while (rc == 0 && (rc = ten_next(in, &rec, &e)) > 0) {
        const int64_t n = rec.type == TEN_F32 ? ten_count(&rec) : 0;
        const float *x = rec.data;
        float *y = malloc(n * sizeof *y + 1);

        for (int64_t i = 0; i < n; i++)
            y[i] = 2 * x[i];
        if (n > 0)
            rec.data = y;
        rc = ten_write(out, &rec, &e);
        free(y);
    }
    if (rc < 0 || ten_finish(out, &e) < 0)
        fprintf(stderr, "double: %s\n", e.text);
    ten_close(in);
    ten_discard(out);
    return e.code;
}
