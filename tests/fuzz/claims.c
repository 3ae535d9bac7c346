/* Rules and measurements, the first line being the rule: never a crash, and a test that is worked
 * out has at least as many numbers as it says. */
#include "metrics/claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t length = end ? (size_t)(end - data) : size;
    char *line = malloc(length + 1);
    struct source *s = source_memory("m", data + length, size - length);
    struct ten_err e = {0};
    struct claim_rule rule;
    struct claim_result r;
    struct tsv t;

    memcpy(line, data, length);
    line[length] = 0;
    if (tsv_read(&t, s, &e) == 0 && claim_rule(&rule, line, "rule", &e) == 0 &&
        claim_test(&r, rule.test, "rule", &t, 1, &e) == 0 && r.seeds == 0 && (!isnan(r.ours) || r.holds))
        abort();
    tsv_free(&t);
    source_close(s);
    free(line);
    return 0;
}
