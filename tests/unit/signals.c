/* Also of threads.h, the other thing a tool sets up once. */
#include "base/signals.h"
#include "base/threads.h"

#include "check.h"

#include <fcntl.h>
#include <omp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run fn in a child; its wait status, and its standard error in text. */
static char text[300];

static int in_child(void (*fn)(void))
{
    int fd[2], status;
    size_t n = 0;
    ssize_t got;

    if (pipe(fd) != 0)
        exit(1);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        close(fd[0]);
        dup2(fd[1], STDERR_FILENO);
        close(fd[1]);
        fn();
        _exit(42);
    }
    close(fd[1]);
    while ((got = read(fd[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = 0;
    close(fd[0]);
    waitpid(child, &status, 0);
    return status;
}

static void write_to_closed_pipe(void)
{
    int fd[2];

    signal(SIGPIPE, SIG_IGN);                   /* as some parents leave it */
    signals_init();
    if (pipe(fd) != 0)
        _exit(1);
    close(fd[0]);
    if (write(fd[1], "x", 1) < 0)
        _exit(2);
}

static void a_closed_pipe_ends_the_process_quietly(void)
{
    const int status = in_child(write_to_closed_pipe);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    CHECK_STR(text, "");
}

static void read_shrunk_file(void)
{
    char path[] = "/tmp/signals-XXXXXX";
    const int fd = mkstemp(path);

    unlink(path);
    signals_init();
    if (ftruncate(fd, 1 << 20) != 0)
        _exit(2);
    const volatile char *p = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, fd, 0);
    if (ftruncate(fd, 0) != 0)
        _exit(2);
    _exit(3 + p[1 << 19]);
}

static void a_mapped_file_that_shrinks_ends_with_one_line_and_exit_1(void)
{
    const int status = in_child(read_shrunk_file);

    CHECK(WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 1);
    CHECK_STR(text, "signals: input file became shorter while it was read: "
                    "expected a file that stays as it is\n");
}

static void stop_once(void)
{
    for (int i = 0; i < 2; i++) {
        const int sig = i ? SIGTERM : SIGINT;

        stop_init();
        if (stop_requested())
            _exit(1);
        raise(sig);
        if (!stop_requested())
            _exit(2);
    }
    _exit(0);
}

static void the_first_signal_asks_for_a_checkpoint(void)
{
    CHECK_INT(in_child(stop_once), 0);
}

static void stop_twice(void)
{
    stop_init();
    raise(SIGTERM);
    raise(SIGTERM);
}

static void the_second_signal_ends_the_process(void)
{
    const int status = in_child(stop_twice);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void interrupt_then_terminate(void)
{
    stop_init();
    raise(SIGINT);
    raise(SIGTERM);
}

static void a_second_signal_of_the_other_kind_ends_it_too(void)
{
    const int status = in_child(interrupt_then_terminate);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void threads_are_as_many_as_the_allowed_processors(void)
{
    cpu_set_t before, one;
    int first = 0;

    CHECK_INT(sched_getaffinity(0, sizeof before, &before), 0);
    CHECK_INT(threads_default(), CPU_COUNT(&before));
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    CHECK_INT(sched_setaffinity(0, sizeof one, &one), 0);
    CHECK_INT(threads_default(), 1);
    sched_setaffinity(0, sizeof before, &before);
}

static void parallel_loops_use_the_threads_that_were_set(void)
{
    for (int want = 1; want <= 3; want++) {
        int threads = 0;

        threads_set(want);
        #pragma omp parallel
        #pragma omp single
        threads = omp_get_num_threads();
        CHECK_INT(threads, want);
    }
}

int main(void)
{
    RUN(a_closed_pipe_ends_the_process_quietly);
    RUN(a_mapped_file_that_shrinks_ends_with_one_line_and_exit_1);
    RUN(the_first_signal_asks_for_a_checkpoint);
    RUN(the_second_signal_ends_the_process);
    RUN(a_second_signal_of_the_other_kind_ends_it_too);
    RUN(threads_are_as_many_as_the_allowed_processors);
    RUN(parallel_loops_use_the_threads_that_were_set);
    return check_report();
}
