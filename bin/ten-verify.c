/* bin/ten-verify.c - is all of a tensor stream there, as it was written? */
#include "stream/inputs.h"
#include "stream/verify.h"

#include <errno.h>
#include <inttypes.h>

struct opts { struct tool tool; struct inputs files; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case ARGP_KEY_ARGS: inputs_args(&o->files, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    (void)arg;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "[FILE...]", "Read tensor streams to their end and check every checksum and all that "
    "must hold, standard input when no FILE is named or FILE is -.  A line for each tells what it "
    "held; of one that is bad, the first fault.\v"
    "Example:\n  ten-verify *.ten && echo all good", tool_common, 0, 0
};

/* One stream; `file` holds it alone. */
static int verify(struct opts *o, struct inputs *file)
{
    struct ten_record rec;
    int64_t bytes = 0, group = -1, records = 0;
    int rc;

    progress_start(&o->tool.progress, "records", 0);
    while ((rc = inputs_next(file, &o->tool, &rec)) > 0) {
        if (verify_texts(&rec, file->number, rec.group != group, &o->tool.err) < 0 ||
            verify_payload(&rec, file->number, &o->tool.err) < 0) {
            rc = inputs_blame(file, &o->tool.err);
            break;
        }
        group = rec.group;
        bytes += ten_bytes(&rec);
        progress_step(&o->tool.progress, ++records, "");
    }
    progress_end(&o->tool.progress);
    if (rc == 0)
        printf("%s%s%" PRId64 " records, %" PRId64 " groups, %" PRId64 " bytes: ok\n",
               file->npaths ? file->paths[0] : "", file->npaths ? ": " : "", records, group + 1, bytes);
    return rc;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    bool bad = false;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    for (int i = 0; i == 0 || i < o.files.npaths; i++) {
        struct inputs file = {.paths = o.files.paths + i, .npaths = o.files.npaths > 0};

        /* One bad file hides nothing about the next. */
        if (verify(&o, &file) < 0) {
            bad = true;
            fflush(stdout);
            fprintf(stderr, "%s: %s\n", program_invocation_short_name, o.tool.err.text);
        }
        inputs_close(&file);
    }
    const int status = tool_close(&o.tool, 0);
    return bad ? TEN_E_DATA : status;
}
