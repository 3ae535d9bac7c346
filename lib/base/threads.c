#include "base/threads.h"

#include <sched.h>
#include <unistd.h>
#ifdef _OPENMP                  /* the fuzzers do without */
#include <omp.h>
#endif

int threads_default(void)
{
    cpu_set_t set;

    /* Fails where there are more processors than a fixed set can name. */
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);

    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void threads_set(int n)
{
#ifdef _OPENMP
    omp_set_num_threads(n);
#else
    (void)n;
#endif
}
