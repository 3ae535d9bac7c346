#include "base/options.h"

#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SEED = 0x1000, KEY_THREADS, KEY_QUIET, KEY_LOG, KEY_ZSTD, KEY_MAX_RECORD };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "Shared by all tools:", 1},
    {"seed", KEY_SEED, "N", 0, "Seed of everything random (default 0)", 1},
    {"threads", KEY_THREADS, "N", 0, "Threads to use (default: all processors)", 1},
    {"quiet", KEY_QUIET, 0, 0, "No progress and no notes on standard error", 1},
    {"log", KEY_LOG, "FILE", 0, "Write the log to FILE instead of standard error", 1},
    {"zstd", KEY_ZSTD, "LEVEL", OPTION_ARG_OPTIONAL, "Compress the output stream (default level 3)", 1},
    {"max-record", KEY_MAX_RECORD, "SIZE", 0, "Refuse input records larger than SIZE bytes (suffix K, M, "
     "G or T)", 1},
    {0}
};

/* The option being parsed is one or two entries of argv; they are told apart by address, because
 * getopt moves entries about. */
static void drop_argument(struct common *c, const struct argp_state *st, const char *arg)
{
    const char *last = st->argv[st->next - 1];

    c->dropped = xrealloc(c->dropped, (size_t)(c->ndropped + 2) * sizeof *c->dropped);
    c->dropped[c->ndropped++] = last;
    if (arg && arg == last)
        c->dropped[c->ndropped++] = st->argv[st->next - 2];
}

static bool was_dropped(const struct common *c, const char *s)
{
    for (int i = 0; i < c->ndropped; i++)
        if (c->dropped[i] == s)
            return true;
    return false;
}

static void keep_arguments(struct common *c, int argc, char **argv)
{
    int n = 0;

    c->args = xcalloc((size_t)argc + 1, sizeof *c->args);
    for (int i = 1; i < argc; i++)
        if (!was_dropped(c, argv[i]))
            c->args[n++] = argv[i];
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct common *c = st->input;

    switch (key) {
    case KEY_SEED:
        c->seed = tool_u64(st, arg);
        c->seed_given = true;
        return 0;
    case KEY_THREADS:
        c->threads = (int)tool_int(st, arg, 1, 1024);
        break;
    case KEY_QUIET:
        c->quiet = true;
        break;
    case KEY_LOG:
        c->log = arg;
        break;
    case KEY_ZSTD:
        c->zstd = arg ? (int)tool_int(st, arg, 1, 19) : 3;
        break;
    case KEY_MAX_RECORD:
        c->max_record = tool_size(st, arg);
        break;
    case ARGP_KEY_END:
        keep_arguments(c, st->argc, st->argv);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    drop_argument(c, st, arg);
    return 0;
}

static const struct argp argp = {options, parse, 0, 0, 0, 0, 0};
const struct argp_child tool_common[] = {{&argp, 0, 0, 0}, {0}};

static bool whole(const char *arg, const char *end)
{
    return end != arg && *end == 0 && errno == 0 && *arg != ' ';
}

int64_t tool_int(struct argp_state *st, const char *arg, int64_t min, int64_t max)
{
    char *end;

    errno = 0;
    const int64_t v = strtoll(arg, &end, 10);
    if (!whole(arg, end) || v < min || v > max)
        argp_error(st, "%s: not a possible value: expected a whole number from %" PRId64 " to %" PRId64,
                   arg, min, max);
    return v;
}

uint64_t tool_u64(struct argp_state *st, const char *arg)
{
    char *end;

    errno = 0;
    const uint64_t v = strtoull(arg, &end, 10);
    if (!whole(arg, end) || *arg == '-')
        argp_error(st, "%s: not a possible value: expected a whole number from 0 to %" PRIu64, arg,
                   UINT64_MAX);
    return v;
}

double tool_float(struct argp_state *st, const char *arg, double min, double max)
{
    char *end;

    errno = 0;
    const double v = strtod(arg, &end);
    if (end == arg || *end != 0 || !(v >= min && v <= max))
        argp_error(st, "%s: not a possible value: expected a number from %g to %g", arg, min, max);
    return v;
}

int64_t tool_size(struct argp_state *st, const char *arg)
{
    static const char suffixes[] = "KMGT";
    char *end;

    errno = 0;
    int64_t v = strtoll(arg, &end, 10);
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    const int shift = suffix ? 10 * (int)(suffix - suffixes + 1) : 0;
    if (end == arg || errno != 0 || v < 0 || v > INT64_MAX >> shift || end[suffix ? 1 : 0] != 0)
        argp_error(st, "%s: not a possible size: expected bytes, or a number with K, M, G or T", arg);
    return v << shift;
}

int tool_choice(struct argp_state *st, const char *arg, const char *const names[])
{
    char list[300] = "";

    for (int i = 0; names[i]; i++)
        if (strcmp(arg, names[i]) == 0)
            return i;
    for (int i = 0; names[i]; i++) {
        const size_t n = strlen(list);

        snprintf(list + n, sizeof list - n, "%s%s", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
    }
    argp_error(st, "%s: not a possible value: expected %s", arg, list);
    return -1;
}

int tool_ints(struct argp_state *st, const char *arg, int64_t *v, int max, int64_t lo, int64_t hi)
{
    char *copy = xstrdup(arg), *rest = copy, *item;
    int n = 0;

    while (*arg && (item = strsep(&rest, ","))) {
        if (n == max)
            argp_error(st, "%s: too many numbers: expected at most %d", arg, max);
        v[n++] = tool_int(st, item, lo, hi);
    }
    free(copy);
    return n;
}
