#include "base/files.h"

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ten_err e;
static char folder[] = "/tmp/files-XXXXXX";

/* The content of a file in the folder, NULL when there is none; until the next call. */
static const char *content(const char *name)
{
    static char text[100];
    FILE *f = fopen(name, "rb");
    size_t n;

    if (!f)
        return NULL;
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

static int files_here(void)
{
    DIR *d = opendir(".");
    int n = 0;

    for (struct dirent *f; (f = readdir(d)); )
        n += f->d_name[0] != '.';
    closedir(d);
    return n;
}

static void empty_folder(void)
{
    DIR *d = opendir(".");

    for (struct dirent *f; (f = readdir(d)); )
        if (f->d_name[0] != '.')
            unlink(f->d_name);
    closedir(d);
}

static void everything_is_written_through_a_pipe_that_takes_little_at_a_time(void)
{
    const size_t size = 1000003;
    char *data = calloc(1, size), buffer[5000];
    int fd[2], status;
    size_t got = 0;
    ssize_t n;

    CHECK_INT(pipe(fd), 0);
    fcntl(fd[1], F_SETPIPE_SZ, 4096);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        close(fd[0]);
        _exit(write_all(fd[1], data, size) == 0 ? 0 : 1);
    }
    close(fd[1]);
    while ((n = read(fd[0], buffer, sizeof buffer)) > 0)
        got += (size_t)n;
    waitpid(child, &status, 0);
    CHECK_INT(got, size);
    CHECK_INT(status, 0);
    close(fd[0]);
    free(data);
}

static void a_full_disk_is_an_error(void)
{
    const int fd = open("/dev/full", O_WRONLY);

    CHECK_INT(write_all(fd, "x", 1), -1);
    CHECK_INT(errno, ENOSPC);
    CHECK_INT(write_all(fd, "", 0), 0);
    close(fd);
}

static void saving_replaces_the_file_and_leaves_nothing_else(void)
{
    CHECK_INT(save_atomic("a", "a.part", "old", 3, &e), 0);
    CHECK_STR(content("a"), "old");
    CHECK_INT(save_atomic("a", "a.part", "newer", 5, &e), 0);
    CHECK_STR(content("a"), "newer");
    CHECK_INT(save_atomic("a", "a.part", "", 0, &e), 0);
    CHECK_STR(content("a"), "");
    CHECK_INT(files_here(), 1);
    empty_folder();
}

static void what_cannot_be_saved_keeps_the_old_file(void)
{
    CHECK_INT(save_atomic("a", "a.part", "old", 3, &e), 0);

    CHECK_INT(save_atomic("a", "no/a.part", "new", 3, &e), -1);
    CHECK_STR(e.text, "no/a.part: No such file or directory: expected a writable folder");
    CHECK_INT(e.code, TEN_E_DATA);
    CHECK_STR(content("a"), "old");

    CHECK_INT(symlink("/dev/full", "a.part"), 0);
    CHECK_INT(save_atomic("a", "a.part", "new", 3, &e), -1);
    CHECK_STR(e.text, "a.part: No space left on device: 3 bytes needed");
    CHECK_STR(content("a"), "old");

    CHECK_INT(mkdir("folder", 0777), 0);
    CHECK_INT(save_atomic("folder", "a.part", "new", 3, &e), -1);
    CHECK_STR(e.text, "folder: Is a directory: the old version is kept");
    CHECK_INT(files_here(), 2);                 /* a and folder; no part is left */
    rmdir("folder");
    empty_folder();
}

/* A run as a user who may not write here; root may always. */
static void a_read_only_folder_is_an_error(void)
{
    int status;

    CHECK_INT(save_atomic("a", "a.part", "old", 3, &e), 0);
    CHECK_INT(chmod(".", 0555), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        _exit(save_atomic("a", "a.part", "new", 3, &e) == -1 && !save_open("a", &e) &&
              strcmp(e.text, "a: Permission denied: expected a writable folder") == 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    chmod(".", 0777);
    CHECK_STR(content("a"), "old");
    empty_folder();
}

/* A child saves all a's, all b's ... in turn, and is killed at some moment: the file holds one
 * version, whole. */
static void a_kill_at_any_moment_keeps_one_whole_version(void)
{
    enum { LARGE = 1 << 20 };                   /* most kills hit the middle of a write */
    char *data = malloc(LARGE);

    for (int round = 0; round < 20; round++) {
        int status;

        memset(data, 'A', LARGE);
        CHECK_INT(save_atomic("a", "a.part", data, LARGE, &e), 0);
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0)
            for (int i = 0; ; i++) {
                memset(data, 'a' + i % 26, LARGE);
                save_atomic("a", "a.part", data, LARGE, &e);
            }
        usleep(500 + 1700 * (unsigned)round);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);

        FILE *f = fopen("a", "rb");
        CHECK_INT(fread(data, 1, LARGE, f), LARGE);
        CHECK_INT(fgetc(f), EOF);
        fclose(f);
        for (int i = 1; i < LARGE; i++)
            if (data[i] != data[0]) {
                CHECK_INT(data[i], data[0]);
                break;
            }
    }
    free(data);
    empty_folder();
}

/* The same with a product that is written in pieces, killed after the first. */
static void a_kill_between_pieces_keeps_the_old_file(void)
{
    int status;

    CHECK_INT(save_atomic("a", "a.part", "old", 3, &e), 0);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        struct save *s = save_open("a", &e);

        fputs("half of the new", save_file(s));
        fflush(save_file(s));
        kill(getpid(), SIGKILL);
    }
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK_STR(content("a"), "old");
    empty_folder();
}

static void pieces_become_the_file_when_committed_and_not_before(void)
{
    struct stat st;
    const mode_t mask = umask(027);
    struct save *s = save_open("a", &e);

    fputs("one ", save_file(s));
    fputs("two", save_file(s));
    fflush(save_file(s));
    CHECK(!content("a"));
    CHECK_INT(save_commit(s, &e), 0);
    CHECK_STR(content("a"), "one two");
    CHECK_INT(stat("a", &st), 0);
    CHECK_INT(st.st_mode & 0777, 0640);
    umask(mask);

    s = save_open("a", &e);
    fputs("never", save_file(s));
    save_abort(s);
    save_abort(NULL);
    CHECK_STR(content("a"), "one two");
    CHECK_INT(files_here(), 1);
    empty_folder();
}

static void a_commit_that_fails_says_why_and_keeps_the_old_file(void)
{
    struct save *s;

    CHECK_INT(mkdir("folder", 0777), 0);
    s = save_open("folder", &e);
    fputs("new", save_file(s));
    CHECK_INT(save_commit(s, &e), -1);
    CHECK_STR(e.text, "folder: Is a directory: the old version is kept");
    CHECK_INT(files_here(), 1);
    rmdir("folder");

    /* The disk is full from here on. */
    CHECK_INT(save_atomic("a", "a.part", "old", 3, &e), 0);
    for (int early = 0; early < 2; early++) {
        const int full = open("/dev/full", O_WRONLY);

        s = save_open("a", &e);
        dup2(full, fileno(save_file(s)));
        close(full);
        fputs("new", save_file(s));
        if (early)
            fflush(save_file(s));
        CHECK_INT(save_commit(s, &e), -1);
        CHECK_STR(e.text, early ? "a: not everything could be written: the old version is kept"
                                : "a: No space left on device: the old version is kept");
        CHECK_STR(content("a"), "old");
        CHECK_INT(files_here(), 1);
    }
    CHECK(!save_open("no/a", &e));
    CHECK_STR(e.text, "no/a: No such file or directory: expected a writable folder");
    empty_folder();
}

static void pipes_are_enlarged_and_other_files_left_alone(void)
{
    int fd[2], max = 0;
    FILE *f = fopen("/proc/sys/fs/pipe-max-size", "r");

    CHECK_INT(fscanf(f, "%d", &max), 1);
    fclose(f);
    CHECK_INT(pipe(fd), 0);
    const int before = fcntl(fd[0], F_GETPIPE_SZ);
    fd_enlarge_pipe(fd[0]);
    const int after = fcntl(fd[1], F_GETPIPE_SZ);
    CHECK(after >= before);
    /* The system may keep a user who has many pipes from more. */
    CHECK(after == before || after >= max);
    close(fd[0]);
    close(fd[1]);
    const int file = open("a", O_RDWR | O_CREAT, 0666);
    fd_enlarge_pipe(file);
    close(file);
    fd_enlarge_pipe(-1);
    CHECK_STR(content("a"), "");
    empty_folder();
}

int main(void)
{
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    RUN(everything_is_written_through_a_pipe_that_takes_little_at_a_time);
    RUN(a_full_disk_is_an_error);
    RUN(saving_replaces_the_file_and_leaves_nothing_else);
    RUN(what_cannot_be_saved_keeps_the_old_file);
    RUN(a_read_only_folder_is_an_error);
    RUN(a_kill_at_any_moment_keeps_one_whole_version);
    RUN(a_kill_between_pieces_keeps_the_old_file);
    RUN(pieces_become_the_file_when_committed_and_not_before);
    RUN(a_commit_that_fails_says_why_and_keeps_the_old_file);
    RUN(pipes_are_enlarged_and_other_files_left_alone);
    rmdir(folder);
    return check_report();
}
