#include "nn/checkpoint.h"

#include "base/fail.h"
#include "base/files.h"
#include "base/mem.h"
#include "stream/attrs.h"
#include "tensor/cast.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Where a run stands ---------------------------------------------------------------------- */

void run_free(struct run *run)
{
    free(run->history);
    json_decref(run->more);
    run->history = NULL;
    run->more = NULL;
}

/* JSON has no NaN. */
static json_t *number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

/* The upper half of the seeds becomes negative: JSON numbers are signed here. */
static char *run_text(const struct run *run)
{
    json_t *history = json_array();
    char *text;

    for (int64_t i = 0; i < run->nhistory; i++)
        json_array_append_new(history, number(run->history[i]));

    json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "seed", (json_int_t)run->seed,
                             "step", (json_int_t)run->step, "epoch", (json_int_t)run->epoch,
                             "position", (json_int_t)run->position, "best", number(run->best),
                             "history", history);
    if (run->more)
        json_object_set(json, "more", run->more);
    text = attrs_text(json);
    json_decref(json);
    return text;
}

static int read_run(struct run *run, const struct ten_record *rec, const char *where,
                    struct ten_err *e)
{
    const json_t *history, *best;
    json_int_t seed, step, epoch, position;
    json_error_t why;
    json_t *json = json_loadb(rec->data, (size_t)ten_bytes(rec), JSON_REJECT_DUPLICATES, &why);

    *run = (struct run){0};
    if (json_unpack_ex(json, &why, 0, "{s:I, s:I, s:I, s:I, s:o, s:o}", "seed", &seed, "step",
                       &step, "epoch", &epoch, "position", &position, "best", &best, "history",
                       &history) < 0 || !json_is_array(history)) {
        json_decref(json);
        return fail(e, TEN_E_DATA, "%s: run: %s: expected an object with seed, step, epoch, "
                    "position, best and history", where, why.text);
    }
    run->seed = (uint64_t)seed;
    run->step = step;
    run->epoch = epoch;
    run->position = position;
    run->best = json_is_number(best) ? json_number_value(best) : NAN;
    run->nhistory = (int64_t)json_array_size(history);
    run->history = xcalloc((size_t)run->nhistory, sizeof *run->history);
    for (int64_t i = 0; i < run->nhistory; i++) {
        const json_t *v = json_array_get(history, (size_t)i);

        run->history[i] = json_is_number(v) ? json_number_value(v) : NAN;
    }
    run->more = json_incref(json_object_get(json, "more"));
    json_decref(json);
    return 0;
}

/* ---- The records of a checkpoint ------------------------------------------------------------- */

/* A record and where its numbers are. */
struct entry {
    char *name;
    enum ten_type type;
    struct ten_shape shape;
    void *data;
    const struct param *param;          /* whose value it is; NULL: moments, averages, steps */
    const char *group;                  /* of a trained one */
    bool seen;
};

struct entries { int n; struct entry *list, **by_name; };

static struct ten_shape shape_of(const struct param *p)
{
    struct ten_shape s = {.rank = p->rank};

    memcpy(s.dim, p->dim, sizeof s.dim);
    return s;
}

static struct entry *add(struct entries *all, char *name, struct entry entry)
{
    all->list = xrealloc(all->list, (size_t)(all->n + 1) * sizeof *all->list);
    entry.name = name;
    all->list[all->n] = entry;
    return &all->list[all->n++];
}

static void add_values(struct entries *all, const struct part *part)
{
    const struct params *ps = part->params;

    for (int i = 0; i < ps->n; i++) {
        const struct param *p = ps->list[i];

        add(all, xasprintf("%s%s", part->prefix, p->name),
            (struct entry){.type = TEN_F32, .shape = shape_of(p), .data = p->value, .param = p,
                           .group = p->group < 0 ? NULL : ps->groups[p->group].name});
    }
}

/* A buffer laid out as values (or, for state, as state), under "KIND.PREFIX". */
static void add_flat(struct entries *all, const struct part *part, const char *kind, float *flat,
                     bool state)
{
    for (int i = 0; i < part->params->n; i++) {
        const struct param *p = part->params->list[i];

        if (state == (p->group < 0))
            add(all, xasprintf("%s.%s%s", kind, part->prefix, p->name),
                (struct entry){.type = TEN_F32, .shape = shape_of(p), .data = flat + p->at});
    }
}

static void add_optim(struct entries *all, const struct part *part)
{
    const struct optim *o = part->optim;

    for (int g = 0; g < part->params->ngroups; g++)
        add(all, xasprintf("opt.steps.%s%s", part->prefix, part->params->groups[g].name),
            (struct entry){.type = TEN_I64, .data = &o->steps[g]});
    for (int i = 0; i < OPTIM_SLOTS; i++)
        if (o->slot[i].flat) {
            char *kind = xasprintf("opt.%s", o->slot[i].name);

            add_flat(all, part, kind, o->slot[i].flat, false);
            free(kind);
        }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct entry *const *)a)->name, (*(struct entry *const *)b)->name);
}

/* All but config and run, in the order they are written in. */
static struct entries entries_of(const struct checkpoint *c)
{
    struct entries all = {0};

    for (int i = 0; i < c->nparts; i++)
        add_values(&all, &c->parts[i]);
    for (int i = 0; i < c->nparts; i++)
        if (c->parts[i].optim)
            add_optim(&all, &c->parts[i]);
    for (int i = 0; i < c->nparts; i++) {
        const struct ema *a = c->parts[i].ema;

        if (!a)
            continue;
        assert(!a->swapped);
        add_flat(&all, &c->parts[i], "ema", a->values, false);
        if (a->state)
            add_flat(&all, &c->parts[i], "ema", a->state, true);
    }
    all.by_name = xcalloc((size_t)all.n, sizeof *all.by_name);
    for (int i = 0; i < all.n; i++)
        all.by_name[i] = &all.list[i];
    qsort(all.by_name, (size_t)all.n, sizeof *all.by_name, by_name);
    return all;
}

static void entries_free(struct entries *all)
{
    for (int i = 0; i < all->n; i++)
        free(all->list[i].name);
    free(all->list);
    free(all->by_name);
}

static int name_of(const void *name, const void *entry)
{
    return strcmp(name, (*(struct entry *const *)entry)->name);
}

static struct entry *find(const struct entries *all, const char *name)
{
    struct entry **entry = bsearch(name, all->by_name, (size_t)all->n, sizeof *all->by_name,
                                   name_of);

    return entry ? *entry : NULL;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* The group that c is written as. */
struct place { int64_t group; char *attrs; };

static int write_text(struct ten_writer *w, const struct place *at, const char *name,
                      const char *text, struct ten_err *e)
{
    return ten_write(w, &(struct ten_record){.name = name, .type = TEN_UTF8, .data = text,
                                             .shape = {1, {(int64_t)strlen(text)}},
                                             .group = at->group, .group_attrs = at->attrs}, e);
}

static char *attrs_of(const struct entry *entry)
{
    json_t *json = json_pack("{s:b}", "trainable", entry->group != NULL);
    char *text;

    if (entry->group)
        json_object_set_new(json, "group", json_string(entry->group));
    text = attrs_text(json);
    json_decref(json);
    return text;
}

static int write_entry(struct ten_writer *w, const struct place *at, const struct entry *entry,
                       struct ten_err *e)
{
    char *attrs = entry->param ? attrs_of(entry) : NULL;
    const int rc = ten_write(w, &(struct ten_record){.name = entry->name, .type = entry->type,
                                                     .shape = entry->shape, .data = entry->data,
                                                     .attrs = attrs, .group = at->group,
                                                     .group_attrs = at->attrs}, e);

    free(attrs);
    return rc;
}

int checkpoint_write(struct ten_writer *w, const struct checkpoint *c, struct ten_err *e)
{
    struct entries all = entries_of(c);
    const struct place at = {c->group, c->role ? xasprintf("{\"role\": \"%s\"}", c->role) : NULL};
    int rc = c->config ? write_text(w, &at, "config", c->config, e) : 0;

    for (int i = 0; i < all.n && rc == 0; i++)
        rc = write_entry(w, &at, &all.list[i], e);
    if (rc == 0 && c->run) {
        char *text = run_text(c->run);

        rc = write_text(w, &at, "run", text, e);
        free(text);
    }
    free(at.attrs);
    entries_free(&all);
    return rc;
}

/* A whole stream to the descriptor. */
static int write_stream(int fd, const char *path, const struct checkpoint *c, struct tool *t,
                        struct ten_err *e)
{
    struct ten_writer *w = t ? tool_writer(t, fd, path) : ten_create_fd(fd, path, NULL, e);
    int rc = -1;

    if (w)
        rc = checkpoint_write(w, c, e) < 0 ? -1 : ten_finish(w, e);
    else if (t && e != &t->err)
        *e = t->err;
    ten_discard(w);
    return rc;
}

int checkpoint_save(const char *path, const struct checkpoint *c, struct tool *t,
                    struct ten_err *e)
{
    struct save *s = save_open(path, e);

    if (!s)
        return -1;
    if (write_stream(fileno(save_file(s)), path, c, t, e) < 0) {
        const struct ten_err why = *e;

        save_abort(s);
        return fail(e, why.code, "%.360s: the old version is kept", why.text);
    }
    return save_commit(s, e);
}

/* The bytes of a file into another, by way of a third. */
static int copy_file(const char *path, const char *copy, struct ten_err *e)
{
    struct source *from = source_open(path, e);
    struct save *to = from ? save_open(copy, e) : NULL;
    const void *bytes;
    int64_t n = -1;

    while (to && (n = source_take(from, &bytes, 1 << 20, e)) > 0)
        fwrite(bytes, 1, (size_t)n, save_file(to));     /* save_commit() tells when one failed */
    source_close(from);
    if (n == 0)
        return save_commit(to, e);
    save_abort(to);
    return -1;
}

int checkpoint_keep(const char *path, const char *copy, struct ten_err *e)
{
    char *tmp = xasprintf("%s.link.part", copy);
    int rc = 0;

    unlink(tmp);                        /* of a run that was killed here */
    if (link(path, tmp) < 0)
        rc = copy_file(path, copy, e);
    else if (rename(tmp, copy) < 0)
        rc = fail(e, TEN_E_DATA, "%s: %s: the old version is kept", copy, strerror(errno));
    unlink(tmp);                        /* still there when both names had been one file */
    free(tmp);
    return rc;
}

int checkpoint_export(struct ten_writer *w, const struct params *ps, const struct namemap *map,
                      struct ten_err *e)
{
    int rc = 0;

    for (int i = 0; i < ps->n && rc == 0; i++) {
        const struct param *p = ps->list[i];
        const struct ten_shape shape = shape_of(p);
        float *moved = NULL;
        struct mapped to;

        if (namemap_export(map, p->name, &shape, &to, e) < 0)
            return -1;
        if (to.moved) {
            moved = xmalloc((size_t)p->count * sizeof *moved);
            namemap_move(moved, p->value, &to);
        }
        rc = ten_write(w, &(struct ten_record){.name = to.name, .type = TEN_F32, .shape = to.shape,
                                               .data = moved ? moved : p->value}, e);
        free(moved);
    }
    return rc;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* For messages. */
static const char *stream_name(struct ten_reader *r)
{
    struct ten_input now;

    ten_reader_input(r, &now);
    return strcmp(now.name, "-") == 0 ? "standard input" : now.name;
}

static json_t *read_config(const struct ten_record *rec, const char *where, struct ten_err *e)
{
    json_error_t why;
    json_t *json = NULL;

    if (rec->type == TEN_UTF8)
        json = json_loadb(rec->data, (size_t)ten_bytes(rec), JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(json))
        return json;
    json_decref(json);
    fail(e, TEN_E_DATA, "%s: config: no JSON object: expected the configuration of a network",
         where);
    return NULL;
}

/* Which groups of a stream count; role NULL: all. */
struct choice { const char *role; int64_t group; bool chosen; };

static bool chosen(struct choice *c, const struct ten_record *rec)
{
    if (!c->role)
        return true;
    if (rec->group != c->group) {
        json_t *attrs = rec->group_attrs ? json_loads(rec->group_attrs, 0, NULL) : NULL;
        const char *role = json_string_value(json_object_get(attrs, "role"));

        *c = (struct choice){c->role, rec->group, role && strcmp(role, c->role) == 0};
        json_decref(attrs);
    }
    return c->chosen;
}

/* The next record of a group that counts, as ten_next(). */
static int next_chosen(struct ten_reader *r, struct choice *c, struct ten_record *rec,
                       struct ten_err *e)
{
    int rc;

    do
        rc = ten_next(r, rec, e);
    while (rc > 0 && !chosen(c, rec));
    return rc;
}

json_t *checkpoint_config(struct ten_reader *r, struct ten_err *e)
{
    return checkpoint_config_of(r, NULL, e);
}

json_t *checkpoint_config_of(struct ten_reader *r, const char *role, struct ten_err *e)
{
    struct choice which = {.role = role, .group = -1};
    struct ten_record rec;
    const int rc = next_chosen(r, &which, &rec, e);

    if (rc > 0 && strcmp(rec.name, "config") == 0)
        return read_config(&rec, stream_name(r), e);
    if (rc == 0 && role)
        fail(e, TEN_E_DATA, "%s: no group of role %s: expected networks that trained together",
             stream_name(r), role);
    else if (rc >= 0)
        fail(e, TEN_E_DATA, "%s: %.80s: no model: expected one, which starts with config",
             stream_name(r), rc > 0 ? rec.name : "nothing more");
    return NULL;
}

static bool same_shape(const struct ten_shape *a, const struct ten_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) == 0;
}

static int compare_config(const char *ours, const struct ten_record *rec, const char *where,
                          struct ten_err *e)
{
    json_t *theirs = read_config(rec, where, e);
    json_t *mine = ours ? json_loads(ours, 0, NULL) : json_incref(theirs);
    int rc = theirs ? 0 : -1;

    if (theirs && !json_equal(mine, theirs))
        rc = fail(e, TEN_E_DATA, "%s: config: another network: expected %.200s", where, ours);
    json_decref(theirs);
    json_decref(mine);
    return rc;
}

/* Which families of records c wants. */
struct wanted { bool optim, ema, run; };

static bool passed_over(const char *name, const struct wanted *want)
{
    return (!want->optim && strncmp(name, "opt.", 4) == 0) ||
           (!want->ema && strncmp(name, "ema.", 4) == 0) ||
           (!want->run && strcmp(name, "run") == 0);
}

static int take_entry(struct entry *to, const struct ten_record *rec, const char *where,
                      struct ten_err *e)
{
    char got[192], want[192];

    if (!to)
        return fail(e, TEN_E_DATA, "%s: %s: not of this network, or not of this kind of run",
                    where, rec->name);
    if (to->seen)
        return fail(e, TEN_E_DATA, "%s: %s: comes twice: expected it once", where, rec->name);
    if (rec->type != to->type || !same_shape(&rec->shape, &to->shape))
        return fail(e, TEN_E_DATA, "%s: %s: %s%.60s: expected %s%.60s", where, rec->name,
                    ten_type_name(rec->type), ten_shape_text(&rec->shape, got),
                    ten_type_name(to->type), ten_shape_text(&to->shape, want));
    if (ten_bytes(rec) > 0)
        memcpy(to->data, rec->data, (size_t)ten_bytes(rec));
    to->seen = true;
    return 0;
}

/* Everything of the stream that is there. */
static int load_records(struct ten_reader *r, const struct checkpoint *c, struct entries *all,
                        const struct wanted *want, bool *run_seen, struct ten_err *e)
{
    const char *where = stream_name(r);
    struct choice which = {.role = c->role, .group = -1};
    struct ten_record rec;
    int64_t group = -1;
    int rc;

    while ((rc = next_chosen(r, &which, &rec, e)) > 0) {
        if (group >= 0 && rec.group != group)
            return fail(e, TEN_E_DATA, "%s: %s: a second group: expected one model", where,
                        rec.name);
        group = rec.group;
        if (passed_over(rec.name, want))
            continue;
        if (strcmp(rec.name, "config") == 0) {
            rc = compare_config(c->config, &rec, where, e);
        } else if (strcmp(rec.name, "run") == 0) {
            if (*run_seen)
                return fail(e, TEN_E_DATA, "%s: run: comes twice: expected it once", where);
            rc = read_run(c->run, &rec, where, e);
            *run_seen = rc == 0;
        } else {
            rc = take_entry(find(all, rec.name), &rec, where, e);
        }
        if (rc < 0)
            return -1;
    }
    return rc;
}

int checkpoint_load(struct ten_reader *r, const struct checkpoint *c, struct ten_err *e)
{
    struct entries all = entries_of(c);
    struct wanted want = {.run = c->run};
    bool run_seen = false;
    char shape[192];

    if (c->run) {
        run_free(c->run);
        *c->run = (struct run){.best = NAN};
    }
    for (int i = 0; i < c->nparts; i++) {
        want.optim |= c->parts[i].optim != NULL;
        want.ema |= c->parts[i].ema != NULL;
    }

    int rc = load_records(r, c, &all, &want, &run_seen, e);
    for (int i = 0; i < all.n && rc == 0; i++)
        if (!all.list[i].seen)
            rc = fail(e, TEN_E_DATA, "%s: %s: not there: expected %s%s", stream_name(r),
                      all.list[i].name, ten_type_name(all.list[i].type),
                      ten_shape_text(&all.list[i].shape, shape));
    if (rc == 0 && c->run && !run_seen)
        rc = fail(e, TEN_E_DATA, "%s: run: not there: expected a checkpoint to go on from",
                  stream_name(r));
    for (int i = 0; i < c->nparts; i++)
        params_changed(c->parts[i].params);
    entries_free(&all);
    return rc;
}

/* ---- Starting from another model ------------------------------------------------------------- */

/* What is known so far: a fate, and for misfits the shape that came, for each parameter. */
struct reporting {
    FILE *left;                         /* the lines about records of no use, into text */
    char *text;
    size_t size;
    enum fate { MISSING, MATCHED, MISFIT } *fate;
    struct ten_shape *got;
};

void init_report_free(struct init_report *report)
{
    free(report->text);
    report->text = NULL;
}

static bool is_float(enum ten_type type)
{
    return type == TEN_F32 || type == TEN_F64 || type == TEN_F16 || type == TEN_BF16;
}

/* The record's n numbers in the order of the map. */
static void ordered(float *dst, int64_t n, const struct ten_record *rec, const struct mapped *to)
{
    float *room = NULL;
    const float *values = rec->data;

    if (rec->type != TEN_F32) {
        room = xmalloc((size_t)n * sizeof *room);
        cast(room, TEN_F32, rec->data, rec->type, n);
        values = room;
    }
    if (to->moved)
        namemap_move(dst, values, to);
    else
        memcpy(dst, values, (size_t)n * sizeof *values);
    free(room);
}

static void take_values(struct param *p, const struct ten_record *rec, const struct mapped *to)
{
    if (p->count > 0)
        ordered(p->value, p->count, rec, to);
}

/* The same for another number of inputs, their last axis. */
static void take_spread(struct param *p, const struct ten_record *rec, const struct mapped *to)
{
    const int64_t n = to->shape.dim[p->rank - 1], m = p->dim[p->rank - 1];
    if (p->count == 0 || n == 0)
        return;
    const int64_t rows = p->count / m;
    float *room = xmalloc((size_t)(rows * n) * sizeof *room);
    ordered(room, rows * n, rec, to);
    namemap_spread(p->value, m, room, n, rows);
    free(room);
}

/* Equal but for the inputs of a convolution or a linear layer. */
static bool spreads(const struct mapped *to, const struct ten_shape *want)
{
    return to->spread && want->rank >= 2 && to->shape.rank == want->rank &&
           memcmp(to->shape.dim, want->dim, (size_t)(want->rank - 1) * sizeof *want->dim) == 0;
}

/* One record: where it goes, if anywhere. */
static int init_from(const struct ten_record *rec, const struct params *ps,
                     const struct namemap *map, struct reporting *state,
                     struct init_report *report, struct ten_err *e)
{
    struct mapped to;
    char text[192];

    if (namemap_import(map, rec->name, &rec->shape, &to, e) < 0)
        return -1;
    if (!*to.name || params_reserved(to.name))
        return 0;

    struct param *p = params_find(ps, to.name);
    if (!p || !is_float(rec->type)) {
        report->left++;
        fprintf(state->left, "left %s %s%s\n", rec->name, ten_type_name(rec->type),
                ten_shape_text(&rec->shape, text));
        return 0;
    }
    if (state->fate[p->index] != MISSING)
        return fail(e, TEN_E_DATA, "%s: goes to %s, as another record did: expected one", rec->name,
                    to.name);

    const struct ten_shape want = shape_of(p);
    state->got[p->index] = to.shape;
    state->fate[p->index] = MATCHED;
    if (same_shape(&to.shape, &want))
        take_values(p, rec, &to);
    else if (spreads(&to, &want))
        take_spread(p, rec, &to);
    else
        state->fate[p->index] = MISFIT;
    return 0;
}

/* The lines about parameters, and then those about what was left. */
static void write_report(struct init_report *report, const struct params *ps,
                         const struct reporting *state)
{
    static const char *const word[] = {"missing", "matched", "misfit"};
    int64_t *const count[] = {&report->missing, &report->matched, &report->misfits};
    size_t size;
    FILE *f = open_memstream(&report->text, &size);

    for (int i = 0; f && i < ps->n; i++) {
        const struct ten_shape want = shape_of(ps->list[i]);
        const enum fate fate = state->fate[i];
        char have[192], expected[192];

        ++*count[fate];
        ten_shape_text(&want, expected);
        fprintf(f, "%s %s %s", word[fate], ps->list[i]->name,
                fate == MISFIT ? ten_shape_text(&state->got[i], have) : expected);
        fprintf(f, fate == MISFIT ? ": expected %s\n" : "\n", expected);
    }
    if (f) {
        fputs(state->text, f);
        fclose(f);
    }
}

int checkpoint_init(struct ten_reader *r, struct params *ps, const struct namemap *map,
                    struct init_report *report, struct ten_err *e)
{
    return checkpoint_init_of(r, NULL, ps, map, report, e);
}

int checkpoint_init_of(struct ten_reader *r, const char *role, struct params *ps,
                       const struct namemap *map, struct init_report *report, struct ten_err *e)
{
    struct choice which = {.role = role, .group = -1};
    struct reporting state = {.fate = xcalloc((size_t)ps->n, sizeof *state.fate),
                              .got = xcalloc((size_t)ps->n, sizeof *state.got)};
    struct ten_record rec;
    int rc = 0;

    *report = (struct init_report){0};
    state.left = open_memstream(&state.text, &state.size);
    if (!state.left)
        rc = fail(e, TEN_E_DATA, "%s: %s: no memory for a report", stream_name(r), strerror(errno));
    while (rc == 0 && (rc = next_chosen(r, &which, &rec, e)) > 0)
        rc = init_from(&rec, ps, map, &state, report, e);
    if (state.left)
        fclose(state.left);
    if (rc == 0)
        write_report(report, ps, &state);
    params_changed(ps);
    free(state.text);
    free(state.fate);
    free(state.got);
    return rc;
}
