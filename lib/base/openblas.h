/* OpenBLAS, opened when a product asks for it first (base/late.h), and with kernels for this processor. */
#ifndef BASE_OPENBLAS_H
#define BASE_OPENBLAS_H

/* Its functions names[0..n-1] into functions[0..n-1].  Without them the program ends with status 1 and a line that says
 * why.  Where OPENBLAS_CORETYPE is not set and the library takes a processor that it does not know for one of 2011 or
 * before, the variable is set to one of today (isa_level()): 103 GFLOP/s instead of 26 on an Intel Xeon of 2023. */
void openblas_open(int n, const char *const *names, void **functions);

#endif
