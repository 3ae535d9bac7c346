#include "base/tempfile.h"

#include "base/fail.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *temp_folder(void)
{
    const char *dir = getenv("TMPDIR");

    return dir && *dir ? dir : "/tmp";
}

int temp_file(struct ten_err *e)
{
    int fd = open(temp_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {   /* older file systems, kernels */
        char *name = xasprintf("%s/tenstream.XXXXXX", temp_folder());

        if ((fd = mkostemp(name, O_CLOEXEC)) >= 0)
            unlink(name);
        free(name);
    }
    if (fd < 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a folder for temporary files, set by TMPDIR",
                    temp_folder(), strerror(errno));
    return fd;
}
