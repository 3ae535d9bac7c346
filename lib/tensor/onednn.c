#include "tensor/onednn.h"
#include "base/late.h"

#include <pthread.h>
#include <string.h>

#define X(name) "dnnl_" #name,
static const char *const names[] = {ONEDNN_FUNCTIONS(X)};
#undef X
enum { COUNT = sizeof names / sizeof *names };

static struct onednn functions;                                             /* set once, by find() */
static bool found;

static void find(void)
{
    const char *why;
    void *address[COUNT];
    found = late_open("libdnnl.so.2", COUNT, names, address, &why);
    _Static_assert(sizeof functions == sizeof address, "a struct of function pointers is an array of pointers");
    if (found)
        memcpy(&functions, address, sizeof functions);
}

const struct onednn *onednn(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    return found ? &functions : NULL;
}
