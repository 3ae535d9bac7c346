#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void input_shrank(int sig)
{
    static const char text[] = ": input file became shorter while it was read: "
                               "expected a file that stays as it is\n";
    const char *name = program_invocation_short_name;
    /* Nothing is left to do about a failed write. */
    ssize_t ignored = write(STDERR_FILENO, name, strlen(name));

    (void)sig;
    ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1);
}

void signals_init(void)
{
    struct sigaction bus = {.sa_handler = input_shrank};

    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);           /* writing fails instead, and says so */
    sigemptyset(&bus.sa_mask);
    sigaction(SIGBUS, &bus, NULL);
}

/* Signals belong to the process, and so does the one word that a handler may write. */
static volatile sig_atomic_t stop;

static void request_stop(int sig)
{
    stop = sig;
    /* The second, of whichever kind, meets the default action, which ends the process. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

void stop_init(void)
{
    /* A read or write under way goes on, so that the checkpoint is of a whole step. */
    struct sigaction sa = {.sa_handler = request_stop, .sa_flags = SA_RESTART};

    sigemptyset(&sa.sa_mask);
    stop = 0;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
}

bool stop_requested(void) { return stop != 0; }
int stop_signal(void) { return stop; }
