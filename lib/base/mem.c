#include "base/mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,                /* the smallest; larger ones need fewer calls than are made */
    HUGE = 2 << 20,             /* as large as they can be */
};

/* The one piece of state a failing allocation needs: whose name to print. */
static const char *program = "tenstream";

void mem_set_name(const char *name)
{
    program = name;
}

static void *checked(void *p, size_t size)
{
    if (!p) {
        fprintf(stderr, "%s: out of memory: %zu more bytes needed\n", program, size);
        _exit(1);
    }
    return p;
}

void *xmalloc(size_t size)
{
    return checked(malloc(size ? size : 1), size);
}

void *xcalloc(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        total = SIZE_MAX;
    return checked(calloc(count ? count : 1, size ? size : 1), total);
}

void *xrealloc(void *p, size_t size)
{
    return checked(realloc(p, size ? size : 1), size);
}

void *xaligned(size_t size)
{
    void *p = NULL;

    if (posix_memalign(&p, 64, size ? size : 1) != 0)
        p = NULL;
    return checked(p, size);
}

#ifdef MADV_POPULATE_WRITE
/* Looking takes a tenth of what it takes to be told of each that there is nothing to do. */
static bool all_there(uintptr_t start, uintptr_t end)
{
    enum { PAGES = 256 };
    unsigned char there[PAGES];
    for (uintptr_t at = start; at < end; at += PAGES * PAGE) {
        const size_t bytes = end - at < PAGES * PAGE ? end - at : PAGES * PAGE;
        if (mincore((void *)at, bytes, there) != 0)
            return false;
        for (size_t i = 0; i < bytes / PAGE; i++)
            if (!(there[i] & 1))
                return false;
    }
    return true;
}
#endif

void mem_populate(void *p, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    const uintptr_t start = (uintptr_t)p & ~(uintptr_t)(PAGE - 1);
    const uintptr_t end = ((uintptr_t)p + bytes + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    if (end - start > 2 * PAGE && !all_there(start, end))
        madvise((void *)start, end - start, MADV_POPULATE_WRITE);
#else
    (void)p, (void)bytes;
#endif
}

bool mem_is_there(const void *p)
{
    unsigned char there = 0;

    return mincore((void *)((uintptr_t)p & ~(uintptr_t)(PAGE - 1)), 1, &there) == 0 && (there & 1);
}

void mem_keep(void)
{
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);              /* never */
    mallopt(M_TOP_PAD, 64 << 20);
}

void *mem_map(size_t size)
{
    if (size > PTRDIFF_MAX)                     /* what rounding up would make 0 of */
        return NULL;
    const size_t bytes = (size + PAGE - 1) & ~(size_t)(PAGE - 1), more = size >= HUGE ? HUGE - PAGE : 0;
    char *p = mmap(NULL, (size ? bytes : PAGE) + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    if (!more)
        return p;
    char *start = (char *)(((uintptr_t)p + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
    if (start > p)
        munmap(p, (size_t)(start - p));
    if (start < p + more)
        munmap(start + bytes, (size_t)(p + more - start));
    madvise(start, size, MADV_HUGEPAGE);
    return start;
}

void mem_forget(void *p, size_t bytes)
{
    const uintptr_t start = ((uintptr_t)p + PAGE - 1) & ~(uintptr_t)(PAGE - 1), end = ((uintptr_t)p + bytes) & ~(uintptr_t)(PAGE - 1);

    if (end > start)
        madvise((void *)start, end - start, MADV_DONTNEED);
}

void *xzeros(size_t size)
{
    return checked(mem_map(size), size);
}

void xzeros_free(void *p, size_t size)
{
    if (p)
        munmap(p, size ? size : 1);
}

char *xstrdup(const char *s)
{
    return checked(strdup(s), strlen(s) + 1);
}

char *xasprintf(const char *fmt, ...)
{
    char *s = NULL;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&s, fmt, ap) < 0)
        s = NULL;
    va_end(ap);
    return checked(s, strlen(fmt));
}
