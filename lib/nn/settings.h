/* Choices with numbers, as options spell them: "cosine:lr=0.1,warmup=500". */
#ifndef NN_SETTINGS_H
#define NN_SETTINGS_H

#include "base/err.h"

#include <stdint.h>

enum { SETTING_LIST = 16 };

/* A key and where its number goes, which keeps what it holds when the key does not come. */
struct setting {
    const char *key;
    double *value;                      /* a list: [SETTING_LIST] */
    double min, max;                    /* both allowed */
    int *n;                             /* not NULL: a list, "at=30/60/80"; numbers in it */
};

/* Take the word before ":" (or the end) at *text, which moves behind it: its place in the list
 * kinds, which NULL ends.  -1 with *e set (TEN_E_USAGE); what ("schedule") starts the message. */
int settings_kind(const char **text, const char *what, const char *const *kinds, struct ten_err *e);
/* The numbers of "key=value,key=value"; no key may come twice.  0, or -1 with *e set
 * (TEN_E_USAGE). */
int settings_read(const char *text, const char *what, const struct setting *settings, int n,
                  struct ten_err *e);

#endif
