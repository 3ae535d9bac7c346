/* bin/ten-cut.c - choose records, and change their shape, type, name or attributes. */
#include "stream/tool.h"

#include "base/mem.h"
#include "tensor/edit.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A pattern of --keep or --drop. */
struct pattern { const char *glob; bool keep, used; };

struct opts {
    struct tool tool;
    struct pattern *patterns;
    struct edit *edits;
    int npatterns, nedits;
    bool keeping;
};

enum { SET_ATTR = 256, DROP_ATTR, SET_GROUP_ATTR, DROP_GROUP_ATTR };

static const struct argp_option options[] = {
    {"keep",    'k', "GLOB[,GLOB]...", 0, "Keep only records with such a name", 0},
    {"drop",    'd', "GLOB[,GLOB]...", 0, "Leave out records with such a name", 0},
    {"slice",   's', "[NAME:]AXIS:START:STOP[:STEP]", 0,
     "Take a part along an axis, as Python does", 0},
    {"cast",    't', "[NAME:]TYPE", 0, "Convert to another type", 0},
    {"reshape", 'r', "[NAME:]DIMS", 0,
     "Give the elements another shape; one of the dims may be -1", 0},
    {"rename",  'n', "OLD=NEW", 0, "Rename records", 0},
    {"set-attr",  SET_ATTR, "[NAME:]KEY=JSON", 0, "Set an attribute", 0},
    {"drop-attr", DROP_ATTR, "[NAME:]KEY", 0, "Remove an attribute", 0},
    {"set-group-attr",  SET_GROUP_ATTR, "KEY=JSON", 0, "Set an attribute of every group", 0},
    {"drop-group-attr", DROP_GROUP_ATTR, "KEY", 0, "Remove an attribute from every group", 0},
    {0}
};

static void add_patterns(struct opts *o, char *list, bool keep)
{
    char *copy = xstrdup(list), *rest = copy, *glob;    /* the command line goes into the history */

    while ((glob = strsep(&rest, ","))) {
        o->patterns = xrealloc(o->patterns, (size_t)(o->npatterns + 1) * sizeof *o->patterns);
        o->patterns[o->npatterns++] = (struct pattern){.glob = xstrdup(glob), .keep = keep};
    }
    o->keeping |= keep;
    free(copy);
}

static void add_edit(struct argp_state *st, enum edit_kind kind, const char *arg)
{
    struct opts *o = st->input;
    struct ten_err e = {0};

    o->edits = xrealloc(o->edits, (size_t)(o->nedits + 1) * sizeof *o->edits);
    if (edit_parse(&o->edits[o->nedits++], kind, arg, &e) < 0)
        argp_error(st, "%s", e.text);
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT:   st->child_inputs[0] = &o->tool.opt; break;
    case 'k':             add_patterns(o, arg, true); break;
    case 'd':             add_patterns(o, arg, false); break;
    case 's':             add_edit(st, EDIT_SLICE, arg); break;
    case 't':             add_edit(st, EDIT_CAST, arg); break;
    case 'r':             add_edit(st, EDIT_RESHAPE, arg); break;
    case 'n':             add_edit(st, EDIT_RENAME, arg); break;
    case SET_ATTR:        add_edit(st, EDIT_SET_ATTR, arg); break;
    case DROP_ATTR:       add_edit(st, EDIT_DROP_ATTR, arg); break;
    case SET_GROUP_ATTR:  add_edit(st, EDIT_SET_GROUP_ATTR, arg); break;
    case DROP_GROUP_ATTR: add_edit(st, EDIT_DROP_GROUP_ATTR, arg); break;
    default:              return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the chosen records of a stream, changed in the order of the "
    "options. NAME and GLOB are shell patterns for the names that records come in with; without "
    "NAME a change is for all of them.\v"
    "Example:\n  ten-gen image u8 4,8,8,3 label i32 4 |\n"
    "    ten-cut --drop=label --slice=0:-2: --cast=f32 | ten-info",
    tool_common, 0, 0
};

static bool chosen(struct opts *o, const char *name)
{
    bool keep = !o->keeping, drop = false;

    for (int i = 0; i < o->npatterns; i++)
        if (fnmatch(o->patterns[i].glob, name, 0) == 0) {
            o->patterns[i].used = true;
            *(o->patterns[i].keep ? &keep : &drop) = true;
        }
    return keep && !drop;
}

/* A name that was asked for and never came is a slip of the pen. */
static int check_used(struct opts *o)
{
    for (int i = 0; i < o->npatterns; i++)
        if (o->patterns[i].keep && !o->patterns[i].used)
            return fail(&o->tool.err, TEN_E_DATA, "--keep: %s: no record has this name: expected "
                        "one that is in the stream", o->patterns[i].glob);
    for (int i = 0; i < o->nedits; i++)
        if (o->edits[i].name && !o->edits[i].used)
            return fail(&o->tool.err, TEN_E_DATA, "%s: no record kept has this name: expected one "
                        "that is in the stream", o->edits[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct edit_work work = {0};
    struct ten_record rec;
    bool any = false;
    int rc = 0;

    tool_open(&o.tool, TOOL_IN | TOOL_OUT, &argp, argc, argv, &o);
    while (rc == 0 && (rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        any = true;
        rc = 0;
        if (chosen(&o, rec.name) &&
            (rc = edit_apply(o.edits, o.nedits, &rec, &work, &o.tool.err)) == 0)
            rc = ten_write(o.tool.out, &rec, &o.tool.err);
    }
    if (rc == 0 && any)
        rc = check_used(&o);
    for (int i = 0; i < o.nedits; i++)
        edit_free(&o.edits[i]);
    for (int i = 0; i < o.npatterns; i++)
        free((char *)o.patterns[i].glob);
    free(o.edits);
    free(o.patterns);
    edit_work_free(&work);
    return tool_close(&o.tool, rc);
}
