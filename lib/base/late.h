/* Libraries that are opened when their first function is called: what takes 5 ms to load (OpenBLAS, oneDNN)
 * costs the tools nothing that do not compute with it. */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include <stdbool.h>

/* The functions names[0..n-1] of a shared library into functions[0..n-1].  False, with *why the
 * linker's words, when the library or one of them is missing.  A library stays open to the end. */
bool late_open(const char *soname, int n, const char *const *names, void **functions, const char **why);

#endif
