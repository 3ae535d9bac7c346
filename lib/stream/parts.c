#include "stream/parts.h"

#include "base/files.h"
#include "base/mem.h"

#include <stdlib.h>

struct part {
    char *path;
    struct save *save;
    struct ten_writer *ten;
    struct rows_writer *rows;                       /* NULL until there are samples */
};

struct parts {
    struct tool *tool;
    struct part *part;                              /* [n] */
    int n;
    struct rows like, one;
};

static int open_part(struct parts *p, struct part *part, const char *prefix, const char *name)
{
    part->path = xasprintf("%s%s.ten", prefix, name);
    if (!(part->save = save_open(part->path, &p->tool->err)))
        return -1;
    part->ten = tool_writer(p->tool, fileno(save_file(part->save)), part->path);
    return part->ten ? 0 : -1;
}

struct parts *parts_open(struct tool *t, const char *prefix, const char *const names[], int n)
{
    struct parts *p = xcalloc(1, sizeof *p);

    p->tool = t;
    p->part = xcalloc((size_t)n, sizeof *p->part);
    for (p->n = 0; p->n < n; p->n++)
        if (open_part(p, &p->part[p->n], prefix, names[p->n]) < 0) {
            p->n++;                                 /* it may be half open */
            parts_free(p);
            return NULL;
        }
    return p;
}

void parts_free(struct parts *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n; i++) {
        rows_writer_free(p->part[i].rows);
        ten_discard(p->part[i].ten);
        save_abort(p->part[i].save);
        free(p->part[i].path);
    }
    free(p->one.rec);
    free(p->one.bits);
    free(p->part);
    free(p);
}

void parts_start(struct parts *p, const struct rows *like, int64_t size)
{
    p->like = *like;
    p->one.rec = xcalloc((size_t)like->columns, sizeof *p->one.rec);
    p->one.bits = xcalloc((size_t)like->columns, sizeof *p->one.bits);
    for (int i = 0; i < p->n; i++)
        p->part[i].rows = rows_writer_new(p->part[i].ten, size);
}

int parts_give(struct parts *p, int part, const void *block)
{
    row_unpack(&p->one, &p->like, block);
    return rows_write(p->part[part].rows, &p->one, 0, 1, &p->tool->err);
}

int parts_finish(struct parts *p)
{
    struct ten_err *e = &p->tool->err;

    for (int i = 0; i < p->n; i++)
        if ((p->part[i].rows && rows_flush(p->part[i].rows, e) < 0) ||
            ten_finish(p->part[i].ten, e) < 0)
            return -1;
    for (int i = 0; i < p->n; i++) {
        struct part *part = &p->part[i];
        struct save *save = part->save;

        part->save = NULL;
        if (save_commit(save, e) < 0)
            return -1;
        if (!p->tool->opt.quiet)
            fprintf(stderr, "%s: %lld samples\n", part->path,
                    part->rows ? (long long)rows_count(part->rows) : 0);
    }
    return 0;
}
