#include "metrics/pair.h"

enum { O_REAL = 700, O_FORCE };

static const struct argp_option options[] = {
    {"real", O_REAL, "FILE", 0, "Features of real samples", 0},
    {"force", O_FORCE, 0, 0, "Compare features of different extractors", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct pair *p = st->input;
    switch (key) {
    case O_REAL:  p->path = arg; break;
    case O_FORCE: p->force = true; break;
    case ARGP_KEY_END:
        if (!p->path)
            argp_error(st, "no real samples: expected --real=FILE");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child pair_child = {&argp, 0, NULL, 0};

int pair_read(struct pair *p, struct tool *t, bool statistics)
{
    struct ten_reader *real = tool_reader(t, p->path);
    if (!real || features_read(&p->fake, t->in, "", "feat", statistics, &t->err) < 0 ||
        features_read(&p->real, real, p->path, "feat", statistics, &t->err) < 0)
        return -1;
    return features_comparable(&p->real, &p->fake, p->force, &t->err);
}

void pair_free(struct pair *p)
{
    features_free(&p->real);
    features_free(&p->fake);
}

char *pair_metric(char text[128], const struct features *f, const char *published, const char *name)
{
    if (features_fid(f))
        snprintf(text, 128, "%s", published);
    else
        snprintf(text, 128, "%s[%s]", name, f->id);
    return text;
}
