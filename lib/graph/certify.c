#include "graph/certify.h"

#include "graph/certificate.h"

#include "base/files.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

enum { KEY_NO_VERIFY = 0x800, KEY_SAMPLE, KEY_REPORT, KEY_CERTIFICATE };

static const struct argp_option options[] = {
    {"no-verify", KEY_NO_VERIFY, 0, 0, "Take no certificate", 0},
    {"verify-sample", KEY_SAMPLE, "K", 0, "Check the round trips of K sources, drawn at random, instead "
     "of all", 0},
    {"report", KEY_REPORT, "FILE", 0, "Write all figures to FILE, as a JSON object", 0},
    {"certificate", KEY_CERTIFICATE, "FILE", 0, "Write a certificate of the stretch to FILE, which "
     "spanner-verify can check", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct certify *c = st->input;
    switch (key) {
    case KEY_NO_VERIFY: c->skip = true; break;
    case KEY_SAMPLE:    c->sample = tool_int(st, arg, 1, INT64_MAX); break;
    case KEY_REPORT:    c->report = arg; break;
    case KEY_CERTIFICATE: c->certificate = arg; break;
    case ARGP_KEY_END:
        if (c->skip && c->certificate)
            argp_error(st, "--certificate: expected it without --no-verify");
        break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, 0, 0, 0, 0, 0};
const struct argp_child certify_child = {&argp, 0, 0, 0};

static void say(const char *tool, const struct verify_report *r)
{
    const double arcs = r->arcs ? 100.0 * (double)r->arcs_in_h / (double)r->arcs : 0;
    fprintf(stderr, "%s: %" PRId64 " of %" PRId64 " arcs (%.1f %%); stretch of %" PRId64 " sources' %" PRId64
            " round trips: at most %.6g, mean %.6g, 95 %% within %.6g\n", tool, r->arcs_in_h, r->arcs, arcs,
            r->checked, r->pairs, r->max, r->mean, r->p95);
    if (r->at_most > 0)
        fprintf(stderr, "%s: a sample of %" PRId64 " of %" PRId64 " sources: with %g %% confidence at "
                "most %.3g %% of the sources are above the bound\n", tool, r->checked, r->sources,
                100 * r->confidence, 100 * r->at_most);
}

static int write_report(const struct certify *c, const struct verify_report *r, const char *head,
                        struct ten_err *e)
{
    struct save *file = save_open(c->report, e);
    if (!file)
        return -1;
    fprintf(save_file(file), "{\n%s", head);
    if (!c->skip) {
        fputs(*head ? ",\n" : "", save_file(file));
        verify_print(save_file(file), r, c->bound);
    }
    fputs("\n}\n", save_file(file));
    return save_commit(file, e);
}

static int certify_against(struct tool *t, const struct digraph *g, struct certify c, const char *head)
{
    struct certificate told;
    struct verify_report r = {0};
    if (c.against) {
        if (certificate_read(&told, c.against, &t->err) < 0)
            return -1;
        c.bound = fmin(c.bound, told.stretch);
    }
    verify(&r, g, c.bound, c.sample, t->opt.seed);
    if (!t->opt.quiet)
        say(program_invocation_short_name, &r);
    if (c.report && write_report(&c, &r, head, &t->err) < 0)
        return -1;
    if (c.against && certificate_check(&told, c.against, &r, &t->err) < 0)
        return -1;
    if (verify_verdict(&r, c.bound, &t->err) < 0)
        return -1;
    return c.certificate ? certificate_write(c.certificate, &r, c.bound, &t->err) : 0;
}

int certify(struct tool *t, const struct digraph *g, const struct certify *c, const char *head)
{
    const struct verify_report nothing = {0};
    if (!c->skip)
        return certify_against(t, g, *c, head);
    return c->report ? write_report(c, &nothing, head, &t->err) : 0;
}
