/* bin/ten-info.c - list the records of tensor streams. */
#include "stream/attrs.h"
#include "stream/history.h"
#include "stream/inputs.h"
#include "stream/verify.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The history of each group is compared with those before, by its commands. */
struct seen { char **commands; int64_t n; };

struct opts {
    struct tool tool;
    struct inputs files;
    enum { LIST, JSON, HISTORY } mode;
    int name_width, shape_width, bytes_width;
    int64_t group;                      /* of the record before */
    struct seen seen;
};

static const struct argp_option options[] = {
    {"json", 'j', 0, 0, "One JSON object a record, with attributes and, where a group "
     "starts, its history", 0},
    {"history", 'H', 0, 0, "How the groups came to be, as commands; each way once", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'j':           o->mode = JSON; break;
    case 'H':           o->mode = HISTORY; break;
    case ARGP_KEY_ARGS: inputs_args(&o->files, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    (void)arg;
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "List the records of tensor streams, standard input when no FILE is "
    "named or FILE is -: group, name, type, shape, stored bytes, plain or how well zstd did, and "
    "attributes.\vExample:\n  png2ten *.png | ten-info", tool_common, 0, 0
};

/* JSON has control characters only between its tokens, where a space does as well. */
static void print_json(const char *before, const char *json)
{
    fputs(before, stdout);
    for (; *json; json++)
        putchar((unsigned char)*json < ' ' ? ' ' : *json);
}

/* Columns are as wide as the widest so far. */
static void print_column(const char *text, int *width)
{
    const int n = (int)strlen(text);

    *width = n > *width ? n : *width;
    printf("%-*s ", *width, text);
}

/* A blank in a name would be one column more. */
static char *one_word(const char *name, char text[4 * TEN_MAX_NAME + 1])
{
    char *to = text;

    for (; *name; name++)
        to += sprintf(to, *name == ' ' ? "\\x20" : "%c", *name);
    return text;
}

static void list(struct opts *o, const struct ten_record *rec, bool first)
{
    char name[4 * TEN_MAX_NAME + 1], text[192];

    printf("%3" PRId64 " ", rec->group);
    print_column(one_word(rec->name, name), &o->name_width);
    printf("%-4s ", ten_type_name(rec->type));
    print_column(ten_shape_text(&rec->shape, text), &o->shape_width);
    snprintf(text, sizeof text, "%*" PRId64, o->bytes_width, rec->stored);
    print_column(text, &o->bytes_width);
    if (rec->zstd)
        printf("zstd:%.2f", (double)ten_bytes(rec) / (double)rec->stored);
    else
        printf("plain");
    if (rec->attrs)
        print_json(" attrs=", rec->attrs);
    if (first && rec->group_attrs)
        print_json(" group=", rec->group_attrs);
    putchar('\n');
}

/* The lines of a history as elements of an array. */
static void print_history(const char *history)
{
    char *lines = xstrdup(history ? history : ""), *rest = lines, *line;

    printf(",\"history\":[");
    for (int i = 0; (line = strsep(&rest, "\n")) && *line; i++)
        print_json(i > 0 ? "," : "", line);
    printf("]");
    free(lines);
}

static int list_json(struct opts *o, const struct ten_record *rec, bool first)
{
    char shape[192];

    if (verify_texts(rec, o->files.number, first, &o->tool.err) < 0)
        return inputs_blame(&o->files, &o->tool.err);
    json_t *name = json_string(rec->name);
    char *quoted = json_dumps(name, JSON_ENCODE_ANY);
    printf("{\"group\":%" PRId64 ",\"name\":%s,\"type\":\"%s\",\"shape\":%s,\"bytes\":%" PRId64
           ",\"stored\":%" PRId64 ",\"zstd\":%s", rec->group, quoted, ten_type_name(rec->type),
           ten_shape_text(&rec->shape, shape), ten_bytes(rec), rec->stored, rec->zstd ? "true" : "false");
    free(quoted);
    json_decref(name);
    print_json(",\"attrs\":", rec->attrs ? rec->attrs : "{}");
    print_json(",\"group_attrs\":", rec->group_attrs ? rec->group_attrs : "{}");
    if (first)
        print_history(rec->history);
    printf("}\n");
    return 0;
}

static bool seen_before(struct seen *s, char *commands)
{
    for (int64_t i = s->n - 1; i >= 0; i--)
        if (strcmp(s->commands[i], commands) == 0) {
            free(commands);
            return true;
        }
    /* Room for twice as many whenever their number is a power of two. */
    if ((s->n & (s->n - 1)) == 0)
        s->commands = xrealloc(s->commands, (size_t)(s->n ? 2 * s->n : 1) * sizeof *s->commands);
    s->commands[s->n++] = commands;
    return false;
}

static int show_history(struct opts *o, const struct ten_record *rec)
{
    char *commands, *notes;

    if (history_commands(rec->history, &commands, &notes, &o->tool.err) < 0)
        return inputs_blame(&o->files, &o->tool.err);
    if (!seen_before(&o->seen, commands))
        printf("%s# group %" PRId64 "%s\n%s%s", o->seen.n > 1 ? "\n" : "", rec->group,
               rec->history ? "" : ": no history", notes, commands);
    free(notes);
    return 0;
}

static int show(struct opts *o, const struct ten_record *rec)
{
    const bool first = rec->group != o->group;

    o->group = rec->group;
    switch (o->mode) {
    case LIST: list(o, rec, first); break;
    case JSON: return list_json(o, rec, first);
    case HISTORY: return first ? show_history(o, rec) : 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct opts o = {.group = -1, .name_width = 12, .shape_width = 14, .bytes_width = 10};
    struct ten_record rec;
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    while ((rc = inputs_next(&o.files, &o.tool, &rec)) > 0)
        if ((rc = show(&o, &rec)) < 0)
            break;
    inputs_close(&o.files);
    for (int64_t i = 0; i < o.seen.n; i++)
        free(o.seen.commands[i]);
    free(o.seen.commands);
    return tool_close(&o.tool, rc);
}
