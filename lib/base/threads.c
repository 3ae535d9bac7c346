#include "base/threads.h"

#include <sched.h>
#include <unistd.h>
#ifdef _OPENMP                  /* the fuzzers do without */
#include <omp.h>
#endif

int threads_default(void)
{
#ifdef _OPENMP
    /* With OMP_PROC_BIND this thread may run on one processor, but the others are there. */
    if (omp_get_proc_bind() != omp_proc_bind_false)
        return omp_get_num_procs();
#endif
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

#ifdef _OPENMP

int threads_count(void) { return omp_get_max_threads(); }
int threads_index(void) { return omp_get_thread_num(); }

/* The n-th processor of the set, alone. */
static cpu_set_t alone(const cpu_set_t *set, int n)
{
    cpu_set_t one;
    int cpu = 0;

    while (!CPU_ISSET(cpu, set) || n-- > 0)
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return one;
}

int threads_pin(void)
{
    cpu_set_t set;
    int bad = 0;

    if (omp_get_proc_bind() != omp_proc_bind_false)
        return 0;
    if (sched_getaffinity(0, sizeof set, &set) < 0 || CPU_COUNT(&set) < omp_get_max_threads())
        return -1;
    #pragma omp parallel reduction(| : bad)
    {
        const cpu_set_t one = alone(&set, omp_get_thread_num());

        bad |= sched_setaffinity(0, sizeof one, &one) < 0;
    }
    return bad ? -1 : 0;
}

#else

int threads_count(void) { return 1; }
int threads_index(void) { return 0; }
int threads_pin(void) { return 0; }

#endif
