#include "stream/inputs.h"

static const char *path_of(const struct inputs *in)
{
    return in->npaths > 0 ? in->paths[in->at] : "-";
}

void inputs_args(struct inputs *in, const struct argp_state *st)
{
    in->paths = st->argv + st->next;
    in->npaths = st->argc - st->next;
}

int inputs_next(struct inputs *in, struct tool *t, struct ten_record *rec)
{
    const struct ten_options opt = {.threads = t->opt.threads, .max_record = t->opt.max_record};
    const int paths = in->npaths > 0 ? in->npaths : 1;

    for (; in->at < paths; in->at++) {
        if (!in->reader && !(in->reader = ten_open(path_of(in), &opt, &t->err)))
            return -1;

        const int rc = ten_next(in->reader, rec, &t->err);
        if (rc > 0) {
            rec->group += in->before;
            in->groups = rec->group + 1;
        }
        if (rc != 0)
            return rc;
        inputs_close(in);
        in->before = in->groups;
    }
    return 0;
}

void inputs_close(struct inputs *in)
{
    ten_close(in->reader);
    in->reader = NULL;
}
