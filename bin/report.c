/* bin/report.c - gather the results of pipelines into one page. */
#include "stream/tool.h"

#include "text/report.h"

struct opts { struct tool tool; const char *dir, *title; };

static const struct argp_option options[] = {
    {"title", 't', "TEXT", 0, "Title of the page (default: tenstream: results)", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 't':           o->title = arg; break;
    case ARGP_KEY_ARG:
        if (o->dir)
            argp_error(st, "%s: one folder too many: expected one", arg);
        o->dir = arg;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(st, "expected the folder of the results");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "DIR", "Write one HTML page with everything found in DIR/PAPER/SCALE: claims, "
    "notes, plots, pictures and tables.  The page needs no other file.\v"
    "Example:\n  report out >report.html", tool_common, 0, 0
};

int main(int argc, char **argv)
{
    struct opts o = {.title = "tenstream: results"};

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    return tool_close(&o.tool, report_page(stdout, o.dir, o.title, &o.tool.err));
}
