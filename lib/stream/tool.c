#include "stream/tool.h"

#include "base/mem.h"
#include "base/signals.h"
#include "base/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_version(FILE *to, struct argp_state *st)
{
    fprintf(to, "%s (tenstream) %s\n", st->name, TENSTREAM_VERSION);
}

/* What `tool: text` says on the way out. */
static void report(const struct ten_err *e)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, e->text);
}

static struct ten_options stream_options(const struct tool *t)
{
    return (struct ten_options){.threads = t->opt.threads, .zstd = t->opt.zstd,
                                .max_record = t->opt.max_record};
}

static struct ten_provenance provenance(const struct tool *t)
{
    return (struct ten_provenance){.tool = program_invocation_short_name, .version = TENSTREAM_VERSION,
                                   .args = t->opt.args, .seeded = t->opt.seed_given,
                                   .seed = t->opt.seed};
}

static int open_output(struct tool *t)
{
    if (isatty(STDOUT_FILENO) && !(t->streams & TOOL_FORWARDED))
        return fail(&t->err, TEN_E_DATA, "standard output: refusing to write binary to a terminal: "
                    "expected a file or a pipe");
    if (t->streams & TOOL_BINARY)
        return 0;
    t->out = tool_writer(t, STDOUT_FILENO, "-");
    return t->out ? 0 : -1;
}

static void source_now(void *of, struct ten_input *now)
{
    const struct source *s = of;
    const char *name = source_name(s);

    *now = (struct ten_input){.name = strcmp(name, "standard input") == 0 ? "-" : name, .records = -1,
                              .bytes = source_offset(s), .digest = source_digest(s)};
}

/* Standard error becomes the log; it stays what it was when that fails, for the message. */
static int open_log(struct tool *t)
{
    const int fd = open(t->opt.log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);

    if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
        return fail(&t->err, TEN_E_DATA, "%s: %s: expected a file to write the log to", t->opt.log,
                    strerror(errno));
    close(fd);
    return 0;
}

static int open_streams(struct tool *t)
{
    if (t->opt.log && open_log(t) < 0)
        return -1;
    progress_init(&t->progress, program_invocation_short_name, stderr, t->opt.quiet);
    if (t->streams & TOOL_IN) {
        if (isatty(STDIN_FILENO))
            return fail(&t->err, TEN_E_DATA, "standard input: is a terminal: expected a tensor stream "
                        "from a file or a pipe");
        if (!(t->in = tool_reader(t, "-")))
            return -1;
    }
    if ((t->streams & (TOOL_OUT | TOOL_BINARY)) && open_output(t) < 0)
        return -1;
    if (t->in && t->out)
        ten_tie(t->in, t->out);
    return 0;
}

void tool_open(struct tool *t, int streams, const struct argp *argp, int argc, char **argv,
               void *input)
{
    mem_set_name(program_invocation_short_name);
    signals_init();
    argp_program_version_hook = print_version;
    argp_err_exit_status = TEN_E_USAGE;
    t->streams = streams;
    t->opt.threads = threads_default();
    argp_parse(argp, argc, argv, 0, NULL, input);
    threads_set(t->opt.threads);
    if (open_streams(t) < 0)
        exit(tool_close(t, -1));
}

struct ten_reader *tool_reader(struct tool *t, const char *path)
{
    const struct ten_options opt = stream_options(t);
    struct ten_reader *r = ten_open(path, &opt, &t->err);

    if (!r)
        return NULL;
    t->readers = xrealloc(t->readers, (size_t)(t->nreaders + 1) * sizeof *t->readers);
    t->readers[t->nreaders++] = r;
    if (t->out)
        ten_writer_input(t->out, ten_reader_input, r);
    return r;
}

struct source *tool_source(struct tool *t, const char *path)
{
    struct source *s = source_open(path, &t->err);

    if (!s)
        return NULL;
    t->sources = xrealloc(t->sources, (size_t)(t->nsources + 1) * sizeof *t->sources);
    t->sources[t->nsources++] = s;
    if (t->out)
        ten_writer_input(t->out, source_now, s);
    return s;
}

struct ten_writer *tool_writer(struct tool *t, int fd, const char *name)
{
    const struct ten_options opt = stream_options(t);
    const struct ten_provenance p = provenance(t);
    struct ten_writer *w = ten_create_fd(fd, name, &opt, &t->err);

    if (!w)
        return NULL;
    ten_writer_provenance(w, &p);
    for (int i = 0; i < t->nreaders; i++)
        ten_writer_input(w, ten_reader_input, t->readers[i]);
    for (int i = 0; i < t->nsources; i++)
        ten_writer_input(w, source_now, t->sources[i]);
    return w;
}

void tool_note(struct tool *t, const char *fmt, ...)
{
    va_list ap;

    if (t->opt.quiet)
        return;
    progress_clear(&t->progress);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

void *tool_buffer(struct tool *t, size_t bytes)
{
    if (bytes > t->scratch_bytes) {
        free(t->scratch);
        t->scratch = xaligned(bytes);
        t->scratch_bytes = bytes;
    }
    return t->scratch ? t->scratch : (t->scratch = xaligned(0));
}

int tool_close(struct tool *t, int rc)
{
    progress_end(&t->progress);
    if (rc >= 0 && t->out && ten_finish(t->out, &t->err) < 0)
        rc = -1;
    /* A stream that failed keeps what was good before it. */
    if (rc < 0 && t->out) {
        struct ten_err ignored;

        ten_flush(t->out, &ignored);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (rc >= 0)
            fail(&t->err, TEN_E_DATA, "standard output: %s: the output is incomplete", strerror(errno));
        rc = -1;
    }
    if (rc < 0)
        report(&t->err);
    ten_discard(t->out);
    for (int i = 0; i < t->nreaders; i++)
        ten_close(t->readers[i]);
    for (int i = 0; i < t->nsources; i++)
        source_close(t->sources[i]);
    free(t->readers);
    free(t->sources);
    free(t->scratch);
    free(t->opt.args);
    free(t->opt.dropped);
    /* Some file systems report a full disk only here. */
    if (rc >= 0 && close(STDOUT_FILENO) < 0 && errno != EBADF) {
        fail(&t->err, TEN_E_DATA, "standard output: %s: the output is incomplete", strerror(errno));
        report(&t->err);
        rc = -1;
    }
    return rc < 0 ? t->err.code : 0;
}
