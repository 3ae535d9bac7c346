#include "base/progress.h"

#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char text[4096];

/* What was written to f since the last call. */
static const char *written(FILE *f)
{
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    rewind(f);
    CHECK_INT(ftruncate(fileno(f), 0), 0);
    return text;
}

/* As if it had been started, and had last printed, that many seconds ago. */
static void age(struct progress *p, double seconds)
{
    p->started = p->last = now_seconds() - seconds;
}

static void a_log_gets_a_plain_line_every_ten_seconds(void)
{
    FILE *f = tmpfile();
    struct progress p;

    progress_init(&p, "ten-x", f, false);
    CHECK(!p.terminal);
    progress_start(&p, "records", 0);
    progress_step(&p, 5, "");
    age(&p, 9.5);
    progress_step(&p, 6, "");
    CHECK_STR(written(f), "");
    age(&p, 20);
    progress_step(&p, 1000, "");
    CHECK_STR(written(f), "ten-x: 1000 records, 50/s\n");
    progress_step(&p, 1001, "");
    CHECK_STR(written(f), "");
    progress_end(&p);
    CHECK_STR(written(f), "");
    fclose(f);
}

static void a_known_total_gives_the_time_that_is_left(void)
{
    FILE *f = tmpfile();
    struct progress p;

    progress_init(&p, "train", f, false);
    progress_start(&p, "steps", 1000);
    age(&p, 100);
    progress_step(&p, 250, "loss 0.31");
    CHECK_STR(written(f), "train: 250/1000 steps, 2.5/s, 5:00 left, loss 0.31\n");
    age(&p, 100000);
    progress_step(&p, 800, "");
    CHECK_STR(written(f), "train: 800/1000 steps, 0.008/s, 6:56:40 left\n");
    age(&p, 10);
    progress_step(&p, 1000000, "");             /* more than was announced: nothing is left */
    CHECK_STR(written(f), "train: 1000000/1000 steps, 100000/s\n");
    fclose(f);
}

static void quiet_work_prints_nothing(void)
{
    FILE *f = tmpfile();
    struct progress p;

    progress_init(&p, "ten-x", f, true);
    progress_start(&p, "records", 10);
    age(&p, 20);
    progress_step(&p, 5, "");
    progress_end(&p);
    CHECK_STR(written(f), "");
    fclose(f);
}

static void steps_before_a_start_print_nothing(void)
{
    FILE *f = tmpfile();
    struct progress p;

    progress_init(&p, "ten-x", f, false);
    age(&p, 20);
    progress_step(&p, 5, "");
    progress_end(&p);
    CHECK_STR(written(f), "");
    fclose(f);
}

/* A pseudo-terminal: what goes to its one end comes out of the other. */
static void a_terminal_gets_one_line_that_is_rewritten_and_cleared(void)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    char got[500] = "";
    struct progress p;

    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    FILE *f = fopen(ptsname(master), "w");
    progress_init(&p, "ten-x", f, false);
    CHECK(p.terminal);
    progress_start(&p, "records", 0);
    progress_step(&p, 1, "");                   /* too early */
    age(&p, 1);
    progress_step(&p, 50, "");
    progress_step(&p, 51, "");                  /* too soon after */
    progress_end(&p);
    static const char want[] = "\rten-x: 50 records, 50/s\033[K\r\033[K";
    size_t n = 0;                               /* a terminal may hand it over in parts */
    for (ssize_t more = 1; n < sizeof want - 1 && more > 0; n += more > 0 ? (size_t)more : 0)
        more = read(master, got + n, sizeof got - 1 - n);
    CHECK_STR(got, want);
    fclose(f);
    close(master);
}

static void the_clock_goes_forward_in_seconds(void)
{
    const double before = now_seconds();

    usleep(20000);
    const double passed = now_seconds() - before;
    CHECK(passed >= 0.02 && passed < 5);
}

int main(void)
{
    RUN(a_log_gets_a_plain_line_every_ten_seconds);
    RUN(a_known_total_gives_the_time_that_is_left);
    RUN(quiet_work_prints_nothing);
    RUN(steps_before_a_start_print_nothing);
    RUN(a_terminal_gets_one_line_that_is_rewritten_and_cleared);
    RUN(the_clock_goes_forward_in_seconds);
    return check_report();
}
