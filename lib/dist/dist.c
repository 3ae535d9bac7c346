#include "dist/dist.h"
#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/tempfile.h"
#include "dist/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xxhash.h>

enum { CHUNK = 1 << 20 };               /* bytes, or numbers, of a message */

int dist_rank(const struct dist *d) { return d ? d->rank : 0; }
int dist_size(const struct dist *d) { return d ? d->size : 1; }

/* ---- Messages --------------------------------------------------------------------------------- */

static int least(int64_t n) { return (int)(n < CHUNK ? n : CHUNK); }

static void of_all(struct dist *d, double *v, int64_t n, void *op)
{
    for (int64_t at = 0; at < n; at += CHUNK)
        d->mpi.Allreduce(MPI_SAME_PLACE, v + at, least(n - at), d->mpi.mpi_double, op, d->comm);
}

void dist_sum(struct dist *d, double *v, int64_t n)
{
    if (d)
        of_all(d, v, n, d->mpi.mpi_op_sum);
}

void dist_max(struct dist *d, double *v, int64_t n)
{
    if (d)
        of_all(d, v, n, d->mpi.mpi_op_max);
}

void dist_broadcast_from(struct dist *d, int rank, void *data, int64_t bytes)
{
    if (!d)
        return;
    for (int64_t at = 0; at < bytes; at += CHUNK)
        d->mpi.Bcast((char *)data + at, least(bytes - at), d->mpi.mpi_byte, rank, d->comm);
}

void dist_broadcast(struct dist *d, void *data, int64_t bytes) { dist_broadcast_from(d, 0, data, bytes); }

void dist_send(struct dist *d, int to, const void *data, int64_t bytes)
{
    for (int64_t at = 0; at < bytes; at += CHUNK)
        d->mpi.Send((const char *)data + at, least(bytes - at), d->mpi.mpi_byte, to, 0, d->comm);
}

void dist_receive(struct dist *d, int from, void *data, int64_t bytes)
{
    for (int64_t at = 0; at < bytes; at += CHUNK)
        d->mpi.Recv((char *)data + at, least(bytes - at), d->mpi.mpi_byte, from, 0, d->comm, NULL);
}

void dist_params(struct dist *d, struct params *ps)
{
    dist_broadcast(d, ps->values, ps->trained * (int64_t)sizeof *ps->values);
    dist_broadcast(d, ps->state, ps->states * (int64_t)sizeof *ps->state);
    params_changed(ps);
}

void dist_average_state(struct dist *d, struct params *ps)
{
    if (!d || ps->states == 0)
        return;
    double *mean = xmalloc((size_t)ps->states * sizeof *mean);
    for (int64_t i = 0; i < ps->states; i++)
        mean[i] = ps->state[i];
    dist_sum(d, mean, ps->states);
    for (int64_t i = 0; i < ps->states; i++)
        ps->state[i] = (float)(mean[i] / d->size);
    free(mean);
}

int dist_lowest(struct dist *d, bool is)
{
    const int size = dist_size(d);
    double highest = is ? size - dist_rank(d) : 0;      /* the largest is that of the lowest rank */
    dist_max(d, &highest, 1);
    return highest > 0 ? size - (int)highest : -1;
}

int dist_agree(struct dist *d, const void *data, int64_t bytes)
{
    if (!d)
        return -1;
    const uint64_t mine = XXH3_64bits(data, (size_t)bytes);
    uint64_t first = mine;
    dist_broadcast(d, &first, sizeof first);
    return dist_lowest(d, first != mine);
}

/* Up to CHUNK bytes; 0 at the end, less than 0 with *e set on a failure. */
static int64_t read_some(int fd, const char *name, char *data, struct ten_err *e)
{
    ssize_t n;
    do
        n = read(fd, data, CHUNK);
    while (n < 0 && errno == EINTR);
    return n < 0 ? fail(e, TEN_E_DATA, "%s: %s: expected bytes for all ranks", name, strerror(errno)) : n;
}

/* A temporary file of what is left to read from the first rank's fd; elsewhere fd is not looked at. */
static int share(struct dist *d, int fd, const char *name, struct ten_err *e)
{
    char *chunk = xmalloc(CHUNK);
    const int to = temp_file(e);
    int64_t n = to < 0 ? -1 : 1;
    while (n > 0) {
        n = dist_rank(d) == 0 ? read_some(fd, name, chunk, e) : 0;
        if (n < 0)
            break;
        dist_broadcast(d, &n, sizeof n);
        dist_broadcast(d, chunk, n);
        if (write_all(to, chunk, (size_t)n) < 0)
            n = fail(e, TEN_E_DATA, "%s: %s: expected temporary space for what the first rank reads; TMPDIR names "
                     "another folder", temp_folder(), strerror(errno));
    }
    free(chunk);
    if (n < 0 && to >= 0)
        close(to);
    return n < 0 || lseek(to, 0, SEEK_SET) < 0 ? -1 : to;
}

int dist_file(struct dist *d, const char *path, struct ten_err *e)
{
    const int fd = dist_rank(d) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (dist_rank(d) == 0 && fd < 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a file to read", path, strerror(errno));
    if (!d)
        return fd;
    const int copy = share(d, fd, path, e);
    if (fd >= 0)
        close(fd);
    return copy;
}

/* ---- Standard streams ------------------------------------------------------------------------- */

static bool is_null_device(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* What mpirun gives to the first rank only. */
static int share_input(struct dist *d, struct ten_err *e)
{
    double without = is_null_device(STDIN_FILENO);
    dist_sum(d, &without, 1);
    if (without == 0 || without == d->size)
        return 0;
    const int fd = share(d, STDIN_FILENO, "standard input", e);
    if (fd < 0)
        return -1;
    dup2(fd, STDIN_FILENO);
    close(fd);
    return 0;
}

static int silence(int stream, struct ten_err *e)
{
    const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, stream) < 0)
        return fail(e, TEN_E_DATA, "/dev/null: %s: expected it to be there", strerror(errno));
    close(fd);
    return 0;
}

/* ---- Coming and going ------------------------------------------------------------------------- */

void dist_agreed(struct dist *d)
{
    struct ten_err ignored;                             /* it is said more than once, then */
    if (!d)
        return;
    d->agreed = true;
    if (d->rank > 0)
        silence(STDERR_FILENO, &ignored);
}

/* Without all ranks there is nothing to go on with: whoever fails takes the others along, instead of
 * leaving them waiting for it. */
static void leave(int status, void *of)
{
    struct dist *d = of;
    if (status == 0 || d->agreed) {
        d->mpi.Finalize();
        return;
    }
    fprintf(stderr, "%s: rank %d of %d: exit status %d: expected 0: all ranks end\n", program_invocation_short_name,
            d->rank, d->size, status);
    d->mpi.Abort(d->mpi.mpi_comm_world, status);
}

/* How many processes the launcher says there are; 0: no launcher. */
static int launched(void)
{
    const char *open_mpi = getenv("OMPI_COMM_WORLD_SIZE"), *other = getenv("PMI_SIZE");
    return open_mpi ? atoi(open_mpi) : other ? atoi(other) : 0;
}

static int join(struct dist *d, int wanted, struct ten_err *e)
{
    const char *why = "";
    int level;
    if (!openmpi_find(&d->mpi, &why))
        return fail(e, TEN_E_DATA, "MPI: %s: expected Open MPI, whose launcher started this (Debian package openmpi-bin)",
                    why);
    const struct openmpi *m = &d->mpi;
    m->Init_thread(NULL, NULL, MPI_FUNNELED, &level);
    m->Comm_rank(m->mpi_comm_world, &d->rank);
    m->Comm_size(m->mpi_comm_world, &d->size);
    on_exit(leave, d);
    if (d->size != wanted)
        return fail(e, TEN_E_DATA, "MPI: %d of %d processes know each other: expected the mpirun of Open MPI", d->size,
                    wanted);
    m->Comm_dup(m->mpi_comm_world, &d->comm);
    m->Comm_dup(m->mpi_comm_world, &d->background);
    return d->rank > 0 ? silence(STDOUT_FILENO, e) : 0;
}

struct dist *dist_join(struct ten_err *e)
{
    const int wanted = launched();
    if (wanted <= 0)
        return NULL;
    struct dist *d = xcalloc(1, sizeof *d);             /* stays: it is asked for at exit */
    return join(d, wanted, e) < 0 ? NULL : d;
}

struct dist *dist_open(struct ten_err *e)
{
    struct dist *d = dist_join(e);
    return d && share_input(d, e) < 0 ? NULL : d;
}
