#include "base/openblas.h"
#include "base/isa.h"
#include "base/late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char soname[] = "libopenblas.so.0";

/* What it calls a processor that it does not know, by the instructions that it finds. */
static bool has_no_avx2(const char *core)
{
    static const char *const old[] = {"Prescott", "Nehalem", "Sandybridge"};
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
        if (strcmp(core, old[i]) == 0)
            return true;
    return false;
}

/* It looks at the variable when it is opened, and leaves the process when it is closed. */
static void choose_kernels(void)
{
    const enum isa level = isa_level();
    if (level == ISA_BASE || getenv("OPENBLAS_CORETYPE"))
        return;
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    union { void *address; char *(*call)(void); } core = {.address = dlsym(library, "openblas_get_corename")};
    if (core.address && has_no_avx2(core.call()))
        setenv("OPENBLAS_CORETYPE", level == ISA_V4 ? "SkylakeX" : "Haswell", 0);
    dlclose(library);
}

void openblas_open(int n, const char *const *names, void **functions)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *why;
    pthread_once(&once, choose_kernels);
    if (late_open(soname, n, names, functions, &why))
        return;
    fprintf(stderr, "matrix product: OpenBLAS is needed (Debian: libopenblas0): %s\n", why);
    exit(1);
}
