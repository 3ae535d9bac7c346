#include "sparse/semiring.h"

#include <stddef.h>

#define NAME(name) #name,
const char *const semiring_names[SEMIRINGS + 1] = {SEMIRING_TABLE(NAME) NULL};
