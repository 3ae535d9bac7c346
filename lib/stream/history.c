#include "stream/history.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text so far, and what the pipeline that ends it still lacks. */
struct script {
    FILE *commands, *notes;
    int entries;
};

/* ---- Words of a shell ----------------------------------------------------------------------- */

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return true;
    return false;
}

/* Nothing a shell would take for more than itself; A=B only behind a dash, where it is no
 * assignment. */
static bool is_plain(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_@%+=:,./-";

    return *s && s[strspn(s, letters)] == 0 && (*s == '-' || !strchr(s, '='));
}

static void print_word(FILE *to, const char *s)
{
    if (is_plain(s)) {
        fputs(s, to);
        return;
    }
    /* Control characters would break the line, so they are spelled out. */
    const bool spelled = has_control(s);
    fputs(spelled ? "$'" : "'", to);
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            fprintf(to, "\\%03o", *s);
        else if (spelled && (*s == '\'' || *s == '\\'))
            fprintf(to, "\\%c", *s);
        else if (*s == '\'')
            fputs("'\\''", to);
        else
            putc(*s, to);
    putc('\'', to);
}

/* ---- One entry ------------------------------------------------------------------------------ */

/* Where an entry's stream came from. */
enum origin { NOWHERE, PIPE, NAMED_FILE, OUTSIDE };

struct entry {
    const char *tool, *version;
    const json_t *args, *in;
    enum origin origin;
    const char *file;               /* of NAMED_FILE */
};

static int check_words(const json_t *args, const char *where, struct ten_err *e)
{
    const json_t *word;
    size_t i;

    json_array_foreach(args, i, word)
        if (!json_is_string(word))
            return fail(e, TEN_E_DATA, "%s: args: number %zu is no string: expected strings", where, i);
    return 0;
}

/* "-" as a stream is the entry before; where there is none, the stream had no history.  Of several
 * files the last is the one whose group this is: tools open them one after the other. */
static int find_origin(struct entry *entry, bool first, const char *where, struct ten_err *e)
{
    const json_t *input;
    size_t i;

    json_array_foreach(entry->in, i, input) {
        const char *name = json_string_value(json_object_get(input, "name"));
        const char *digest = json_string_value(json_object_get(input, "digest"));
        const bool stream = json_is_integer(json_object_get(input, "records"));

        if (!name || !digest || (!stream && !json_is_integer(json_object_get(input, "bytes"))))
            return fail(e, TEN_E_DATA, "%s: in: number %zu: expected name, digest and records or bytes",
                        where, i);
        if (strcmp(name, "-") == 0) {
            entry->origin = stream && !first ? PIPE : OUTSIDE;
        } else if (stream && entry->origin != PIPE && entry->origin != OUTSIDE) {
            entry->origin = NAMED_FILE;
            entry->file = name;
        }
    }
    return 0;
}

static int parse_entry(struct entry *entry, const json_t *json, bool first, const char *where,
                       struct ten_err *e)
{
    *entry = (struct entry){
        .tool = json_string_value(json_object_get(json, "tool")),
        .version = json_string_value(json_object_get(json, "version")),
        .args = json_object_get(json, "args"),
        .in = json_object_get(json, "in"),
    };
    if (!entry->tool || !entry->version || !json_is_array(entry->args) || !json_is_array(entry->in))
        return fail(e, TEN_E_DATA, "%s: expected tool and version as strings, args and in as arrays",
                    where);
    return check_words(entry->args, where, e) < 0 ? -1 : find_origin(entry, first, where, e);
}

static void print_notes(FILE *to, const struct entry *entry)
{
    const json_t *input;
    size_t i;

    fputs("# ", to);
    print_word(to, entry->tool);
    putc(' ', to);
    print_word(to, entry->version);
    putc('\n', to);
    json_array_foreach(entry->in, i, input) {
        const json_t *records = json_object_get(input, "records");
        const json_int_t n = json_integer_value(records ? records : json_object_get(input, "bytes"));

        const char *name = json_string_value(json_object_get(input, "name"));

        fputs("#   read ", to);
        print_word(to, strcmp(name, "-") == 0 ? "standard-input" : name);
        fprintf(to, ": %lld %s, digest ", (long long)n, records ? "records" : "bytes");
        print_word(to, json_string_value(json_object_get(input, "digest")));
        putc('\n', to);
    }
}

static void print_command(struct script *s, const struct entry *entry)
{
    const json_t *word;
    size_t i;

    if (entry->origin == PIPE) {
        fputs(" |\n    ", s->commands);
    } else if (s->entries > 0) {
        if (entry->origin == NAMED_FILE) {
            fputs(" >", s->commands);
            print_word(s->commands, entry->file);
        }
        putc('\n', s->commands);
    }
    print_word(s->commands, entry->tool);
    json_array_foreach(entry->args, i, word) {
        putc(' ', s->commands);
        print_word(s->commands, json_string_value(word));
    }
    if (entry->origin == OUTSIDE)
        fputs(" <INPUT", s->commands);
}

static int add_line(struct script *s, const char *line, struct ten_err *e)
{
    char where[32];
    struct entry entry;
    int rc = -1;

    snprintf(where, sizeof where, "history line %d", s->entries);
    json_t *json = attrs_parse(line, where, e);
    if (json && parse_entry(&entry, json, s->entries == 0, where, e) == 0) {
        print_notes(s->notes, &entry);
        print_command(s, &entry);
        s->entries++;
        rc = 0;
    }
    json_decref(json);
    return rc;
}

static int add_lines(struct script *s, const char *history, struct ten_err *e)
{
    char *lines = xstrdup(history), *rest = lines, *line;
    int rc = 0;

    while (rc == 0 && (line = strsep(&rest, "\n")) && (rest || *line))
        rc = add_line(s, line, e);
    if (s->entries > 0)
        putc('\n', s->commands);
    free(lines);
    return rc;
}

int history_commands(const char *history, char **commands, char **notes, struct ten_err *e)
{
    size_t commands_size, notes_size;
    struct script s = {.commands = open_memstream(commands, &commands_size),
                       .notes = open_memstream(notes, &notes_size)};
    int rc = -1;

    if (s.commands && s.notes)
        rc = add_lines(&s, history ? history : "", e);
    else
        fail(e, TEN_E_DATA, "history: out of memory");
    if (s.commands && fclose(s.commands) != 0)
        rc = fail(e, TEN_E_DATA, "history: out of memory");
    if (s.notes && fclose(s.notes) != 0)
        rc = fail(e, TEN_E_DATA, "history: out of memory");
    if (rc < 0) {
        free(s.commands ? *commands : NULL);
        free(s.notes ? *notes : NULL);
        *commands = *notes = NULL;
    }
    return rc;
}
