/* bin/confusion.c - how often each label was seen as each class. */
#include "base/mem.h"
#include "stream/tool.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 1 << 14 };

struct opts { struct tool tool; };

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    st->child_inputs[0] = &o->tool.opt;
    return 0;
}

static const struct argp argp = {
    NULL, parse, "", "Count, for the records label and class i32 [N] of every group of standard input, how often each label was "
    "seen as each class: a table with a line for every label, its share of right answers at the end.\v"
    "Example:\n  classify --model=model.ten <test.ten | confusion", tool_common, 0, 0
};

/* One column of a group on its way: labels and classes come in either order. */
struct column { int64_t n, group; int32_t *x; };

struct table { int64_t classes, *count; };          /* [classes,classes], grown as needed */

static void grow(struct table *t, int64_t classes)
{
    if (classes <= t->classes)
        return;
    int64_t *count = xcalloc(classes * classes, sizeof *count);
    for (int64_t l = 0; l < t->classes; l++)
        memcpy(count + l * classes, t->count + l * t->classes, t->classes * sizeof *count);
    free(t->count);
    *t = (struct table){classes, count};
}

static int keep(struct opts *o, struct column *c, const struct ten_record *rec)
{
    const int32_t *x = rec->data;
    char text[192];
    if (rec->type != TEN_I32 || rec->shape.rank != 1)
        return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: %s%s: expected i32[N]", (long long)rec->offset, rec->name,
                    ten_type_name(rec->type), ten_shape_text(&rec->shape, text));
    for (int64_t i = 0; i < rec->shape.dim[0]; i++)
        if (x[i] < 0 || x[i] >= CLASSES)
            return fail(&o->tool.err, TEN_E_DATA, "byte %lld: %s: element %lld is %d: expected a class from 0 to %d", (long long)rec->offset,
                        rec->name, (long long)i, x[i], CLASSES - 1);
    c->n = rec->shape.dim[0];
    c->group = rec->group;
    c->x = xrealloc(c->x, (c->n + 1) * sizeof *x);
    memcpy(c->x, x, c->n * sizeof *x);
    return 0;
}

static int count(struct opts *o, struct table *t, const struct column *label, const struct column *class)
{
    if (label->n != class->n)
        return fail(&o->tool.err, TEN_E_DATA, "group %lld: %lld labels and %lld classes: expected as many", (long long)label->group,
                    (long long)label->n, (long long)class->n);
    int32_t largest = -1;
    for (int64_t i = 0; i < label->n; i++)
        largest = label->x[i] > largest ? label->x[i] : largest;
    for (int64_t i = 0; i < label->n; i++)
        largest = class->x[i] > largest ? class->x[i] : largest;
    grow(t, largest + 1);
    for (int64_t i = 0; i < label->n; i++)
        t->count[label->x[i] * t->classes + class->x[i]]++;
    return 0;
}

static void print(const struct table *t)
{
    printf("label");
    for (int64_t c = 0; c < t->classes; c++)
        printf("\t%lld", (long long)c);
    puts("\tright");
    for (int64_t l = 0; l < t->classes; l++) {
        int64_t all = 0;
        printf("%lld", (long long)l);
        for (int64_t c = 0; c < t->classes; c++) {
            all += t->count[l * t->classes + c];
            printf("\t%lld", (long long)t->count[l * t->classes + c]);
        }
        printf("\t%.4f\n", all ? (double)t->count[l * t->classes + l] / all : 0);
    }
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct ten_record rec;
    struct column label = {.group = -1}, class = {.group = -1};
    struct table table = {0};
    int rc;
    tool_open(&o.tool, TOOL_IN, &argp, argc, argv, &o);
    while ((rc = ten_next(o.tool.in, &rec, &o.tool.err)) > 0) {
        const bool is_label = strcmp(rec.name, "label") == 0, is_class = strcmp(rec.name, "class") == 0;
        if ((is_label || is_class) && (rc = keep(&o, is_label ? &label : &class, &rec)) < 0)
            break;
        if ((is_label || is_class) && label.group == class.group && (rc = count(&o, &table, &label, &class)) < 0)
            break;
    }
    if (rc == 0 && !table.count)
        rc = fail(&o.tool.err, TEN_E_DATA, "no group has both records label and class: expected what classify writes");
    if (rc == 0)
        print(&table);
    free(label.x);
    free(class.x);
    free(table.count);
    return tool_close(&o.tool, rc);
}
