/* bin/claims.c - compare measurements with what a paper states. */
#include "stream/tool.h"

#include "base/mem.h"
#include "metrics/claims.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct opts {
    struct tool tool;
    const char *rules, *paper, *scale;
    bool strict;
    char **files;
    int nfiles;
    struct tsv *tables;
    int failed, written;
};

enum { STRICT = 256 };

static const struct argp_option options[] = {
    {"rules", 'r', "FILE", 0, "The claims: lines of id, statement, published number, test and "
     "needs, with tabs between", 0},
    {"paper", 'p', "NAME", 0, "What the first column says (default -)", 0},
    {"scale", 's', "NAME", 0, "The scale of these measurements (default -)", 0},
    {"strict", STRICT, 0, 0, "Exit 1 when a claim fails", 0},
    {0}
};

/* What goes into a cell of the result. */
static const char *cell(struct argp_state *st, const char *option, const char *arg)
{
    if (arg[0] == 0 || strpbrk(arg, "\t\r\n"))
        argp_error(st, "%s: expected one line of text without tabs", option);
    return arg;
}

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'r':           o->rules = arg; break;
    case 'p':           o->paper = cell(st, "--paper", arg); break;
    case 's':           o->scale = cell(st, "--scale", arg); break;
    case STRICT:        o->strict = true; break;
    case ARGP_KEY_ARGS: o->files = st->argv + st->next; o->nfiles = st->argc - st->next; break;
    case ARGP_KEY_END:
        if (!o->rules)
            argp_error(st, "expected --rules=FILE");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[MEASUREMENTS...]", "Work out whether claims hold for measured numbers "
    "(tables with tabs; standard input when none is named) and write a table of claims, "
    "one row each.\v"
    "Example:\n  printf 'fast\\tbeats the peer\\t2x\\tspeed >= 2\\tseeds=1\\n' >rules\n"
    "  printf 'speed\\n3.1\\n' | claims --rules=rules", tool_common, 0, 0
};

static int read_tables(struct opts *o)
{
    static char *standard[] = {"-"};

    if (o->nfiles == 0) {
        o->files = standard;
        o->nfiles = 1;
    }
    o->tables = xcalloc((size_t)o->nfiles, sizeof *o->tables);
    for (int i = 0; i < o->nfiles; i++) {
        struct source *s = tool_source(&o->tool, o->files[i]);

        if (!s || tsv_read(&o->tables[i], s, &o->tool.err) < 0)
            return -1;
    }
    return 0;
}

static void write_claim(struct opts *o, const struct claim_rule *rule, const struct claim_result *r)
{
    const bool tested = r->seeds >= rule->seeds && claim_wants_scale(rule, o->scale);
    const char *mark = r->simulated ? " (simulated)" : "";

    printf("%s\t%s\t%s\t%s\t%s\t", o->paper, rule->id, rule->statement, rule->published,
           rule->test);
    if (r->seeds > 0)
        printf("%.6g%s\t%.6g\t", r->ours, mark, r->against);
    else
        printf("-\t-\t");
    if (r->seeds > 1)
        printf("%.3g", r->spread);
    else
        printf("-");
    printf("\t%d\t%s\t%s\n", r->seeds, o->scale, !tested ? "not tested at this scale" :
           r->holds ? "holds" : "fails");
    o->failed += tested && !r->holds;
    o->written++;
}

static int one_claim(struct opts *o, char *line, const char *where)
{
    struct claim_rule rule;
    struct claim_result r;

    if (claim_rule(&rule, line, where, &o->tool.err) < 0 ||
        claim_test(&r, rule.test, where, o->tables, o->nfiles, &o->tool.err) < 0)
        return -1;
    write_claim(o, &rule, &r);
    return 0;
}

static int all_claims(struct opts *o)
{
    struct source *s = tool_source(&o->tool, o->rules);
    const char *text;
    int64_t length;
    int rc = s ? 0 : -1;

    printf("paper\tclaim\tstatement\tpublished\ttest\tours\tagainst\tspread\tseeds\tscale"
           "\tverdict\n");
    while (rc == 0 && (rc = source_line(s, &text, &length, TSV_LINE, &o->tool.err)) > 0) {
        char *where, *line;

        rc = 0;
        if (length == 0 || text[0] == '#')
            continue;
        where = xasprintf("%s: line %" PRId64, o->rules, source_line_number(s));
        line = xmalloc((size_t)length + 1);
        memcpy(line, text, (size_t)length);
        line[length] = 0;
        if (memchr(line, 0, (size_t)length))
            rc = fail(&o->tool.err, TEN_E_DATA, "%s: a zero byte: expected text", where);
        else
            rc = one_claim(o, line, where);
        free(line);
        free(where);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {.paper = "-", .scale = "-"};
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    rc = read_tables(&o);
    if (rc == 0)
        rc = all_claims(&o);
    if (rc == 0 && o.strict && o.failed > 0)
        rc = fail(&o.tool.err, TEN_E_DATA, "%s: %d of %d claims fail: expected none with --strict",
                  o.rules, o.failed, o.written);
    for (int i = 0; o.tables && i < o.nfiles; i++)
        tsv_free(&o.tables[i]);
    free(o.tables);
    return tool_close(&o.tool, rc);
}
