#include "stream/inputs.h"

#include <string.h>

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
        if (!in->reader) {
            if (!(in->reader = ten_open(path_of(in), &opt, &t->err)))
                return -1;
            in->number = -1;
        }

        const int rc = ten_next(in->reader, rec, &t->err);
        if (rc > 0) {
            rec->group += in->before;
            in->groups = rec->group + 1;
            in->number++;
        }
        if (rc != 0)
            return rc;
        inputs_close(in);
        in->before = in->groups;
    }
    return 0;
}

int inputs_blame(const struct inputs *in, struct ten_err *e)
{
    const struct ten_err why = *e;

    if (strcmp(path_of(in), "-") != 0)
        fail(e, why.code, "%s: %s", path_of(in), why.text);
    return -1;
}

void inputs_close(struct inputs *in)
{
    ten_close(in->reader);
    in->reader = NULL;
}
