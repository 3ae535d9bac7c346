/* formats/npy2ten.c - NumPy arrays as records. */
#include "base/mem.h"
#include "formats/npy.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_NAME = 1 };

struct opts {
    struct tool tool;
    const char *name;               /* NULL: by the file */
    char **files;
    int nfiles;
    int64_t group, arrays;
};

static const struct argp_option options[] = {
    {"name", KEY_NAME, "NAME", 0, "Name of the records (default: the file's name without folder "
     "and .npy; x from standard input)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_NAME:      o->name = arg; break;
    case ARGP_KEY_ARGS:
        o->files = st->argv + st->next;
        o->nfiles = st->argc - st->next;
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Write NumPy arrays (.npy), from standard input when no FILE is "
    "named, as records.  The first arrays of all files form a group; each further array of a "
    "file starts one.\v"
    "Example:\n  npy2ten image.npy label.npy | ten-info", tool_common, 0, 0
};

/* What the records of this file are called; the caller's. */
static char *record_name(const struct opts *o, const char *path)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const size_t n = strlen(base);

    if (o->name)
        return xstrdup(o->name);
    if (strcmp(path, "-") == 0)
        return xstrdup("x");
    return strndup(base, n > 4 && strcmp(base + n - 4, ".npy") == 0 ? n - 4 : n);
}

static int write_array(struct opts *o, const char *name, const struct npy *a)
{
    struct ten_record rec = {.name = name, .type = a->type, .shape = a->shape, .data = a->data,
                             .group = o->group};

    if (npy_arranged(a)) {
        void *y = tool_buffer(&o->tool, (size_t)a->bytes);
        npy_arrange(y, a);
        rec.data = y;
    }
    progress_step(&o->tool.progress, ++o->arrays, "");
    return ten_write(o->tool.out, &rec, &o->tool.err);
}

static int convert(struct opts *o, const char *path)
{
    struct source *src = tool_source(&o->tool, path);
    char *name = record_name(o, path);
    struct npy a;
    int rc = src ? 0 : -1;

    const int64_t max = o->tool.opt.max_record;

    for (int n = 0; rc == 0 && (rc = npy_read(src, &a, max, &o->tool.err)) > 0; n++) {
        if (n > 0)
            o->group++;
        rc = write_array(o, name, &a);
    }
    if (rc == 0 && source_offset(src) == 0)
        rc = fail(&o->tool.err, TEN_E_DATA, "%s: empty input: expected an array as numpy.save "
                  "writes it", source_name(src));
    free(name);
    return rc;
}

int main(int argc, char **argv)
{
    static char *standard[] = {"-"};
    struct opts o = {.files = standard, .nfiles = 1};
    int rc = 0;

    tool_open(&o.tool, TOOL_OUT, &argp, argc, argv, &o);
    progress_start(&o.tool.progress, "arrays", 0);
    for (int i = 0; i < o.nfiles && rc == 0; i++)
        rc = convert(&o, o.files[i]);
    return tool_close(&o.tool, rc);
}
