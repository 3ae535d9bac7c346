#include "base/isa.h"

#include <stdlib.h>
#include <string.h>

static enum isa level;

const char *isa_name(enum isa l) { return l == ISA_V4 ? "v4" : l == ISA_V3 ? "v3" : "base"; }

static enum isa of_processor(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2"))
        return ISA_BASE;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512cd") ? ISA_V4 : ISA_V3;
#else
    return ISA_BASE;
#endif
}

/* Before main, so that no thread ever sees it change. */
__attribute__((constructor)) static void find_level(void)
{
    const char *told = getenv("TENSTREAM_ISA");
    level = of_processor();
    for (enum isa l = ISA_BASE; told && l < level; l++)
        if (strcmp(told, isa_name(l)) == 0)
            level = l;
}

enum isa isa_level(void) { return level; }
