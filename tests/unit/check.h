/* Unit tests: each C file under tests/unit is one program; main lists tests with RUN() and ends
 * with `return check_report();`, which prints "N passed, N failed".  Test names are sentences. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdio.h>
#include <string.h>

static int check_bad, check_passed, check_failed;

#define CHECK(cond) do { if (!(cond)) { check_bad++; \
    printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); } } while (0)
#define CHECK_INT(got, want) do { long long g_ = (long long)(got), w_ = (long long)(want); if (g_ != w_) { check_bad++; \
    printf("%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #got, g_, w_); } } while (0)
#define CHECK_STR(got, want) do { const char *g_ = (got), *w_ = (want); if (strcmp(g_, w_) != 0) { check_bad++; \
    printf("%s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #got, g_, w_); } } while (0)
#define CHECK_NEAR(got, want, tol) do { double g_ = (got), w_ = (want); if (!(fabs(g_ - w_) <= (tol))) { check_bad++; \
    printf("%s:%d: %s is %.17g, expected %.17g +- %g\n", __FILE__, __LINE__, #got, g_, w_, (double)(tol)); } } while (0)
#define CHECK_BYTES(got, want, n) do { if (memcmp(got, want, n) != 0) { check_bad++; \
    printf("%s:%d: %s and %s differ\n", __FILE__, __LINE__, #got, #want); } } while (0)

#define RUN(test) do { check_bad = 0; test(); if (check_bad) check_failed++; else check_passed++; \
    printf("%s %s\n", check_bad ? "FAIL" : "ok  ", #test); } while (0)

static inline int check_report(void)
{
    printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed != 0;
}

#endif
