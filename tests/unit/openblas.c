/* lib/base/openblas.h: the kernels are of this processor's time, and a choice of the user's stays. */
#include "check.h"

#include "base/isa.h"
#include "base/openblas.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *core_name(void)
{
    const char *const name = "openblas_get_corename";
    union { void *address; char *(*call)(void); } core;
    openblas_open(1, &name, &core.address);
    return core.call();
}

static void a_processor_with_avx2_is_not_taken_for_one_without(void)
{
    const char *name = core_name();
    if (isa_level() >= ISA_V3)
        CHECK(strcmp(name, "Prescott") != 0 && strcmp(name, "Nehalem") != 0 && strcmp(name, "Sandybridge") != 0);
}

/* In a process of its own, as it is opened once. */
static void what_the_user_says_stays(void)
{
#ifdef __x86_64__
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        setenv("OPENBLAS_CORETYPE", "Nehalem", 1);
        _exit(strcmp(core_name(), "Nehalem") == 0 ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
#endif
}

int main(void)
{
    RUN(what_the_user_says_stays);
    RUN(a_processor_with_avx2_is_not_taken_for_one_without);
    return check_report();
}
