/* formats/ten2text.c - texts of a stream as lines. */
#include "formats/ragged.h"
#include "stream/attrs.h"
#include "stream/tool.h"

#include <inttypes.h>
#include <string.h>

enum { KEY_RECORD = 1, KEY_OFFSETS };

struct opts {
    struct tool tool;
    const char *record, *offsets;
    struct ragged lines;
    bool unterminated;
    int64_t group, found;
};

static const struct argp_option options[] = {
    {"record", KEY_RECORD, "NAME", 0, "Name of the records of texts (default text)", 0},
    {"offsets", KEY_OFFSETS, "NAME", 0, "Name of the records of where texts start (default offsets)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case KEY_RECORD:    o->record = arg; break;
    case KEY_OFFSETS:   o->offsets = arg; break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "", "Write the texts of records `text' with `offsets' on standard input as lines.\v"
    "Example:\n  csv2ten cities.csv | ten2text --record=city --offsets=city.offsets", tool_common, 0, 0
};

/* Write the lines that have come: both records of them, or what is there at the end of a group. */
static int flush(struct opts *o)
{
    struct ragged *l = &o->lines;

    if (!l->bytes && !l->offset)
        return 0;
    if (ragged_check(l, o->record, &o->tool.err) < 0)
        return -1;
    for (int64_t i = 0; i < l->n; i++) {
        int64_t n;
        const char *text = ragged_text(l, i, &n);

        if (memchr(text, '\n', (size_t)n))
            return fail(&o->tool.err, TEN_E_DATA, "%s: text %" PRId64 " of group %" PRId64 " holds a "
                        "newline: expected lines", o->record, i, o->group);
        fwrite(text, 1, (size_t)n, stdout);
        if (i < l->n - 1 || !o->unterminated)
            putchar('\n');
    }
    o->found++;
    ragged_free(l);
    return 0;
}

static int take_text(struct opts *o, const struct ten_record *rec)
{
    json_t *attrs = attrs_parse(rec->attrs, rec->name, &o->tool.err);

    if (!attrs)
        return -1;
    o->unterminated = json_is_true(json_object_get(attrs, "unterminated"));
    json_decref(attrs);
    return ragged_take_bytes(&o->lines, rec, &o->tool.err);
}

static int take(struct opts *o, const struct ten_record *rec)
{
    int rc = 0;

    if (rec->group != o->group && flush(o) < 0)
        return -1;
    o->group = rec->group;
    if (strcmp(rec->name, o->record) == 0)
        rc = take_text(o, rec);
    else if (strcmp(rec->name, o->offsets) == 0)
        rc = ragged_take_offsets(&o->lines, rec, &o->tool.err);
    return rc == 0 && o->lines.bytes && o->lines.offset ? flush(o) : rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.record = "text", .offsets = "offsets"};
    struct ten_record rec;
    int64_t records = 0;
    int rc;

    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        records++;
        if ((rc = take(&o, &rec)) < 0)
            break;
    }
    if (rc == 0)
        rc = flush(&o);
    if (rc == 0 && records > 0 && o.found == 0)
        rc = fail(&o.tool.err, TEN_E_DATA, "standard input: no record %s: expected at least one", o.record);
    ragged_free(&o.lines);
    return tool_close(&o.tool, rc);
}
