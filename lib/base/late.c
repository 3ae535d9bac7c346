#include "base/late.h"

#include <dlfcn.h>
#include <stddef.h>

bool late_open(const char *soname, int n, const char *const *names, void **functions, const char **why)
{
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
    bool found = library != NULL;
    for (int i = 0; found && i < n; i++) {
        functions[i] = dlsym(library, names[i]);
        found = functions[i] != NULL;
    }
    if (!found)
        *why = dlerror();
    return found;
}
