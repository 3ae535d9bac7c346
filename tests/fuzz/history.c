/* Histories become comments and commands without control characters, or one line of an error. */
#include "stream/history.h"

#include "stream/verify.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines, each starting with `start`; nothing else that steers a terminal. */
static void check_lines(const char *s, const char *start)
{
    for (const char *p = s; *p; p++) {
        if ((p == s || p[-1] == '\n') && strncmp(p, start, strlen(start)) != 0)
            abort();
        if (((unsigned char)*p < ' ' && *p != '\n') || *p == 0x7f)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *history = malloc(size + 1), *commands, *notes;
    struct ten_err e = {0};

    memcpy(history, data, size);
    history[size] = 0;
    if (history_commands(history, &commands, &notes, &e) == 0) {
        check_lines(commands, "");
        check_lines(notes, "#");
    } else if (e.code != TEN_E_DATA || strchr(e.text, '\n')) {
        abort();
    }
    free(commands);
    free(notes);

    const int64_t good = verify_utf8(data, (int64_t)size);
    if (good < 0 || good > (int64_t)size || verify_utf8(data, good) != good)
        abort();
    free(history);
    return 0;
}
