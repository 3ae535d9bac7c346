#include "dist/options.h"

#include "base/options.h"

enum { O_ALLREDUCE = 500, O_BUCKET, O_NO_OVERLAP, O_WIRE, O_CHECK, O_TIMELINE };

static const struct argp_option options[] = {
    {"allreduce", O_ALLREDUCE, "NAME", 0, "How gradients are added up: native (default, MPI's own), "
     "ring, rdouble, rabenseifner or hier", 11},
    {"bucket", O_BUCKET, "SIZE", 0, "Bytes of gradients that set out together (default 4M)", 11},
    {"wire", O_WIRE, "TYPE", 0, "How gradients travel: f32 (default) or bf16", 11},
    {"no-overlap", O_NO_OVERLAP, 0, 0,
     "Gradients set out after the backward pass, for comparison", 11},
    {"check-weights", O_CHECK, "STEPS", 0,
     "Compare the weights of all processes every so many steps", 11},
    {"timeline", O_TIMELINE, "FILE", 0,
     "Where time went, as a trace in JSON, and a line an epoch", 11},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct dist_options *o = st->input;
    struct reduction_options *r = &o->grads.reduction;
    switch (key) {
    case O_ALLREDUCE:
        r->algorithm = (enum dist_algorithm)tool_choice(st, arg, dist_algorithms);
        break;
    case O_WIRE:
        r->bf16 = tool_choice(st, arg, (const char *[]){"f32", "bf16", NULL});
        break;
    case O_NO_OVERLAP: o->grads.overlap = false; break;
    case O_CHECK:      o->check = tool_int(st, arg, 1, INT32_MAX); break;
    case O_TIMELINE:   o->timeline = arg; break;
    case O_BUCKET:
        o->grads.bucket = tool_size(st, arg);
        if (o->grads.bucket < 1024 || o->grads.bucket > REDUCTION_MAX * (int64_t)sizeof(float))
            argp_error(st, "--bucket: %s: expected 1K to 1G", arg);
        break;
    case ARGP_KEY_END:
        if (r->bf16 && r->algorithm == DIST_NATIVE)
            argp_error(st, "--wire=bf16: MPI adds no bf16: expected --allreduce=ring, rdouble, "
                       "rabenseifner or hier");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp dist_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

void dist_options_default(struct dist_options *o)
{
    *o = (struct dist_options){.grads = {.bucket = 4 << 20, .overlap = true}};
}
