#include "base/files.h"

#include "base/fail.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int write_all(int fd, const void *data, size_t size)
{
    const char *p = data;

    while (size > 0) {
        const ssize_t n = write(fd, p, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

/* Make a rename in path's folder last.  Some file systems cannot sync a folder and keep the order
 * of renames by themselves, so that there is nothing to report. */
static void sync_folder(const char *path)
{
    char *copy = xstrdup(path);
    const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

int save_atomic(const char *path, const char *tmp, const void *data, size_t size,
                struct ten_err *e)
{
    const int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int rc = -1;

    if (fd < 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a writable folder", tmp, strerror(errno));
    if (write_all(fd, data, size) < 0)
        fail(e, TEN_E_DATA, "%s: %s: %zu bytes needed", tmp, strerror(errno), size);
    else if (fsync(fd) < 0 || rename(tmp, path) < 0)
        fail(e, TEN_E_DATA, "%s: %s: the old version is kept", path, strerror(errno));
    else
        rc = 0;
    close(fd);
    if (rc < 0)
        unlink(tmp);
    else
        sync_folder(path);
    return rc;
}

struct save {
    char *path, *tmp;
    FILE *file;
};

/* mkstemp makes files for the user alone; a product gets what open(2) would have given it. */
static void usual_mode(int fd)
{
    const mode_t mask = umask(0);

    umask(mask);
    fchmod(fd, 0666 & ~mask);
}

struct save *save_open(const char *path, struct ten_err *e)
{
    struct save *s = xcalloc(1, sizeof *s);

    s->path = xstrdup(path);
    s->tmp = xasprintf("%s.XXXXXX.part", path);

    const int fd = mkostemps(s->tmp, (int)strlen(".part"), O_CLOEXEC);
    if (fd < 0) {
        fail(e, TEN_E_DATA, "%s: %s: expected a writable folder", path, strerror(errno));
        free(s->path);
        free(s->tmp);
        free(s);
        return NULL;
    }
    usual_mode(fd);
    s->file = fdopen(fd, "wb");
    if (!s->file) {
        fail(e, TEN_E_DATA, "%s: %s: expected memory for a file", path, strerror(errno));
        close(fd);
        save_abort(s);
        return NULL;
    }
    return s;
}

FILE *save_file(struct save *s)
{
    return s->file;
}

int save_commit(struct save *s, struct ten_err *e)
{
    const char *why = NULL;

    /* A write that failed before left its mark in the stream, but not its errno. */
    if (ferror(s->file))
        why = "not everything could be written";
    else if (fflush(s->file) != 0 || fsync(fileno(s->file)) < 0 || rename(s->tmp, s->path) < 0)
        why = strerror(errno);
    if (why) {
        fail(e, TEN_E_DATA, "%s: %s: the old version is kept", s->path, why);
        save_abort(s);
        return -1;
    }
    sync_folder(s->path);
    fclose(s->file);
    free(s->path);
    free(s->tmp);
    free(s);
    return 0;
}

void save_abort(struct save *s)
{
    if (!s)
        return;
    if (s->file)
        fclose(s->file);
    unlink(s->tmp);
    free(s->path);
    free(s->tmp);
    free(s);
}

/* The largest pipe of an unprivileged user; 0 where the system does not say. */
static int pipe_max(void)
{
    FILE *f = fopen("/proc/sys/fs/pipe-max-size", "re");
    int max = 0;

    if (!f)
        return 0;
    if (fscanf(f, "%d", &max) != 1)
        max = 0;
    fclose(f);
    return max;
}

void fd_enlarge_pipe(int fd)
{
    const int now = fcntl(fd, F_GETPIPE_SZ), max = now < 0 ? 0 : pipe_max();

    if (max > now)
        fcntl(fd, F_SETPIPE_SZ, max);
}
