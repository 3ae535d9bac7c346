/* tests/bench/start.c - how long programs take to start: start RUNS PROGRAM...
 *
 * Each is spawned with --version, RUNS times, all of them in turn so that a busy moment meets them
 * alike.  A line for each: median milliseconds from spawn to exit, the fastest, the median of what
 * the processor worked for it, which a busy machine changes little, and the path. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static double ms_of(const struct timeval *t)
{
    return (double)t->tv_sec * 1e3 + (double)t->tv_usec * 1e-3;
}

/* One start, in milliseconds; the program's output is thrown away. */
static void start(char *program, const posix_spawn_file_actions_t *actions, double *wall, double *cpu)
{
    char *args[] = {program, "--version", NULL};
    const double begin = now();
    struct rusage used;
    pid_t pid;
    int status;

    if (posix_spawn(&pid, program, actions, NULL, args, environ) != 0 ||
        wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "start: %s: did not start: expected a program with --version\n", program);
        exit(1);
    }
    *wall = now() - begin;
    *cpu = ms_of(&used.ru_utime) + ms_of(&used.ru_stime);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const int runs = argc > 2 ? atoi(argv[1]) : 0, programs = argc - 2;
    posix_spawn_file_actions_t actions;

    if (runs < 1) {
        fprintf(stderr, "usage: start RUNS PROGRAM...\n");
        return 2;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);

    const size_t n = (size_t)programs * (size_t)runs;
    double *wall = malloc(n * sizeof *wall), *cpu = malloc(n * sizeof *cpu);    /* [programs, runs] */
    if (!wall || !cpu)
        return 1;
    for (int p = 0; p < programs; p++)                                  /* into the page cache */
        start(argv[2 + p], &actions, wall, cpu);
    for (int r = 0; r < runs; r++)
        for (int p = 0; p < programs; p++)
            start(argv[2 + p], &actions, &wall[p * runs + r], &cpu[p * runs + r]);
    for (int p = 0; p < programs; p++) {
        qsort(wall + p * runs, (size_t)runs, sizeof *wall, ascending);
        qsort(cpu + p * runs, (size_t)runs, sizeof *cpu, ascending);
        printf("%.2f %.2f %.2f %s\n", wall[p * runs + runs / 2], wall[p * runs],
               cpu[p * runs + runs / 2], argv[2 + p]);
    }
    free(wall);
    free(cpu);
    posix_spawn_file_actions_destroy(&actions);
    return 0;
}
