/* Open the samples of a stream, as trainers do, and say how many there are:  samples_bench FILE */
#include "nn/samples.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct ten_err e = {0};
    struct samples *s = argc == 2 ? samples_open(argv[1], NULL, NULL, &e) : NULL;
    if (!s) {
        fprintf(stderr, "samples_bench: %s\n", argc == 2 ? e.text : "expected FILE");
        return 1;
    }
    printf("%lld\n", (long long)samples_count(s));
    samples_close(s);
    return 0;
}
