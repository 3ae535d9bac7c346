#include "models/batches.h"

int batches_see(struct feeder *f, struct memory *m, struct progress *p, int (*see)(void *ctx, struct tape *t, const struct batch *b), void *ctx,
                struct ten_err *e)
{
    struct tape *t = tape_new(m, 0);
    struct batch b;
    int rc;
    tape_mode(t)->record = tape_mode(t)->training = false;
    if (p)
        progress_start(p, "batches", feeder_batches(f));
    while ((rc = feeder_next(f, &b, e)) > 0 && (rc = see(ctx, t, &b)) == 0) {
        tape_clear(t);
        if (p)
            progress_step(p, b.number + 1, "");
    }
    if (p)
        progress_end(p);
    tape_free(t);
    return rc;
}

int batch_write(struct tool *t, const struct batch *b, const char *name, const struct tensor *x, const char *attrs)
{
    struct ten_record rec = tensor_record(name, x);
    rec.group = b->number;
    rec.attrs = attrs;
    return ten_write(t->out, &rec, &t->err);
}
