#include "dist/openmpi.h"
#include "base/late.h"

#include <string.h>

#define X(name, args) "MPI_" #name,
#define Y(name) "ompi_mpi_" #name,
static const char *const names[] = {OPENMPI_FUNCTIONS(X) OPENMPI_OBJECTS(Y)};
#undef X
#undef Y
enum { COUNT = sizeof names / sizeof *names };

bool openmpi_find(struct openmpi *m, const char **why)
{
    void *address[COUNT];
    _Static_assert(sizeof *m == sizeof address, "a struct of pointers is an array of pointers");
    if (!late_open("libmpi.so.40", COUNT, names, address, why))
        return false;
    memcpy(m, address, sizeof *m);
    return true;
}
