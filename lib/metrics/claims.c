/* The expression is worked out while it is read, once for each seed: tables are small, and there
 * is no tree to build, to walk and to free. */
#include "metrics/claims.h"

#include "base/fail.h"
#include "base/mem.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 128, KEYS = 8, DEPTH = 64, MIN_SEEDS = 3 };

struct eval {
    const char *text, *p, *where;
    const struct tsv *tables;
    int ntables;
    const char *seed;           /* "" when there is none */
    bool missing;               /* something has not been measured for this seed */
    bool seeded;                /* a row was looked at that has a seed */
    bool simulated;
    int depth;
    struct ten_err *e;
};

struct filter { char column[NAME]; int n; char key[KEYS][NAME], value[KEYS][NAME]; };

static int sum(struct eval *v, double *y);

/* ---- Reading ------------------------------------------------------------------------------ */

static int wrong(struct eval *v, const char *expected)
{
    return fail(v->e, TEN_E_DATA, "%s: test: character %d: `%.20s': expected %s", v->where,
                (int)(v->p - v->text) + 1, v->p, expected);
}

static void skip(struct eval *v)
{
    while (*v->p == ' ')
        v->p++;
}

/* Take the sign or word s when it comes next. */
static bool take(struct eval *v, const char *s)
{
    const size_t n = strlen(s);

    skip(v);
    if (strncmp(v->p, s, n) != 0)
        return false;
    if (isalpha((unsigned char)s[0]) && isalnum((unsigned char)v->p[n]))
        return false;
    v->p += n;
    return true;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static bool in_value(char c)
{
    return c != 0 && c != ',' && c != ']';
}

/* A name of characters that `in` allows, or in double quotes. */
static int name(struct eval *v, char text[NAME], bool (*in)(char), const char *expected)
{
    const char *start, *end;

    skip(v);
    start = v->p;
    if (*start == '"') {
        end = strchr(++start, '"');
        if (!end)
            return wrong(v, "a closing double quote");
        v->p = end + 1;
    } else {
        while (in(*v->p))
            v->p++;
        for (end = v->p; end > start && end[-1] == ' '; end--)
            ;
        if (end == start)
            return wrong(v, expected);
    }
    if (end - start >= NAME)
        return wrong(v, "a shorter name");
    memcpy(text, start, (size_t)(end - start));
    text[end - start] = 0;
    return 0;
}

/* column [rows] */
static int column(struct eval *v, struct filter *f)
{
    if (name(v, f->column, in_word, "a number, a column or (") < 0)
        return -1;
    f->n = 0;
    if (!take(v, "["))
        return 0;
    do {
        if (f->n == KEYS)
            return wrong(v, "at most 8 conditions");
        if (name(v, f->key[f->n], in_word, "a column") < 0)
            return -1;
        if (!take(v, "="))
            return wrong(v, "=");
        if (name(v, f->value[f->n], in_value, "a value") < 0)
            return -1;
        f->n++;
    } while (take(v, ","));
    return take(v, "]") ? 0 : wrong(v, ", or ]");
}

/* ---- Rows ---------------------------------------------------------------------------------- */

struct values { double sum, min, max; int64_t n; };

static bool matches(const struct tsv *t, int64_t row, const struct filter *f, const int key[KEYS])
{
    for (int k = 0; k < f->n; k++)
        if (strcmp(tsv_cell(t, row, key[k]), f->value[k]) != 0)
            return false;
    return true;
}

static int add(struct eval *v, struct values *s, const struct tsv *t, int64_t row, int column)
{
    const char *cell = tsv_cell(t, row, column);
    char *end;
    double x;

    if (cell[0] == 0 || strcmp(cell, "-") == 0)
        return 0;
    x = strtod(cell, &end);
    if (*end != 0)
        return fail(v->e, TEN_E_DATA, "%s: line %" PRId64 ": %s: `%.40s': expected a number",
                    t->name, t->lines[row + 1], t->cells[column], cell);
    s->sum += x;
    /* A NaN spoils all of them. */
    s->min = s->n == 0 || x < s->min || isnan(x) ? x : s->min;
    s->max = s->n == 0 || x > s->max || isnan(x) ? x : s->max;
    s->n++;
    return 0;
}

static bool truth(const char *cell)
{
    return strcmp(cell, "") != 0 && strcmp(cell, "0") != 0 && strcmp(cell, "no") != 0 &&
           strcmp(cell, "-") != 0;
}

static int from_table(struct eval *v, struct values *s, const struct tsv *t, const struct filter *f)
{
    const int col = tsv_column(t, f->column), seed = tsv_column(t, "seed"),
              simulated = tsv_column(t, "simulated");
    int key[KEYS];

    if (col < 0)
        return 0;
    for (int k = 0; k < f->n; k++)
        if ((key[k] = tsv_column(t, f->key[k])) < 0)
            return 0;
    for (int64_t r = 0; r < t->rows; r++) {
        if (!matches(t, r, f, key))
            continue;
        v->seeded |= seed >= 0;
        if (seed >= 0 && strcmp(tsv_cell(t, r, seed), v->seed) != 0)
            continue;
        if (add(v, s, t, r, col) < 0)
            return -1;
        v->simulated |= simulated >= 0 && truth(tsv_cell(t, r, simulated));
    }
    return 0;
}

enum reduce { MEAN, MIN, MAX, SUM, COUNT };

static int measured(struct eval *v, double *y, const struct filter *f, enum reduce how)
{
    struct values s = {0};

    for (int i = 0; i < v->ntables; i++)
        if (from_table(v, &s, &v->tables[i], f) < 0)
            return -1;
    v->missing |= s.n == 0;
    switch (how) {
    case MEAN:  *y = s.sum / (double)s.n; break;
    case MIN:   *y = s.min; break;
    case MAX:   *y = s.max; break;
    case SUM:   *y = s.sum; break;
    case COUNT: *y = (double)s.n; break;
    }
    return 0;
}

/* ---- Expressions ----------------------------------------------------------------------------- */

static int reduced(struct eval *v, double *y)
{
    static const char *const words[] = {"mean", "min", "max", "sum", "count"};
    const char *before = v->p;
    enum reduce how = MEAN;
    bool call = false;
    struct filter f;

    for (int i = 0; i < 5 && !call; i++) {
        call = take(v, words[i]) && take(v, "(");
        if (call)
            how = (enum reduce)i;
        else
            v->p = before;
    }
    if (column(v, &f) < 0)
        return -1;
    if (call && !take(v, ")"))
        return wrong(v, ")");
    return measured(v, y, &f, how);
}

static int factor(struct eval *v, double *y)
{
    int rc;

    if (++v->depth > DEPTH)
        return wrong(v, "fewer brackets");
    if (take(v, "(")) {
        rc = sum(v, y);
        if (rc == 0 && !take(v, ")"))
            rc = wrong(v, ")");
    } else if (take(v, "-")) {
        rc = factor(v, y);
        *y = -*y;
    } else if (isdigit((unsigned char)*v->p) || *v->p == '.') {
        *y = strtod(v->p, (char **)&v->p);
        rc = in_word(*v->p) ? wrong(v, "a number") : 0;
    } else {
        rc = reduced(v, y);
    }
    v->depth--;
    return rc;
}

static int term(struct eval *v, double *y)
{
    double x = 0;

    if (factor(v, y) < 0)
        return -1;
    for (;;) {
        const bool times = take(v, "*");

        if (!times && !take(v, "/"))
            return 0;
        if (factor(v, &x) < 0)
            return -1;
        *y = times ? *y * x : *y / x;
    }
}

static int sum(struct eval *v, double *y)
{
    double x = 0;

    if (term(v, y) < 0)
        return -1;
    for (;;) {
        const bool plus = take(v, "+");

        if (!plus && !take(v, "-"))
            return 0;
        if (term(v, &x) < 0)
            return -1;
        *y = plus ? *y + x : *y - x;
    }
}

enum compare { LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, WITHIN };
struct sides { double left, right, tolerance; enum compare how; bool percent; };

static int comparison(struct eval *v, struct sides *s)
{
    static const struct { const char *sign; enum compare how; } table[] = {
        {"<=", LESS_EQUAL}, {">=", GREATER_EQUAL}, {"<", LESS}, {">", GREATER}, {"=", EQUAL},
    };
    const char *before;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (take(v, table[i].sign)) {
            s->how = table[i].how;
            return 0;
        }
    if (!take(v, "within"))
        return wrong(v, "<, <=, >, >=, = or within");
    skip(v);
    before = v->p;
    s->how = WITHIN;
    s->tolerance = strtod(v->p, (char **)&v->p);
    if (v->p == before || !(s->tolerance >= 0))
        return v->p = before, wrong(v, "a number of at least 0");
    s->percent = take(v, "%");
    return take(v, "of") ? 0 : wrong(v, "of");
}

static int whole_test(struct eval *v, struct sides *s)
{
    if (sum(v, &s->left) < 0 || comparison(v, s) < 0 || sum(v, &s->right) < 0)
        return -1;
    skip(v);
    return *v->p == 0 ? 0 : wrong(v, "the end of the test");
}

static bool holds(const struct sides *s)
{
    switch (s->how) {
    case LESS:          return s->left < s->right;
    case LESS_EQUAL:    return s->left <= s->right;
    case GREATER:       return s->left > s->right;
    case GREATER_EQUAL: return s->left >= s->right;
    case EQUAL:         return s->left == s->right;
    case WITHIN:        break;
    }
    return fabs(s->left - s->right) <= s->tolerance * (s->percent ? fabs(s->right) / 100 : 1);
}

/* ---- Seeds ---------------------------------------------------------------------------------- */

/* Every seed there is, once, in order of appearance; [0] is "", no seed. */
static const char **all_seeds(const struct tsv *tables, int ntables, int *n)
{
    const char **seeds = xmalloc(sizeof *seeds);

    seeds[0] = "";
    *n = 1;
    for (int i = 0; i < ntables; i++) {
        const int c = tsv_column(&tables[i], "seed");

        for (int64_t r = 0; c >= 0 && r < tables[i].rows; r++) {
            const char *seed = tsv_cell(&tables[i], r, c);
            int k = 0;

            while (k < *n && strcmp(seeds[k], seed) != 0)
                k++;
            if (k < *n)
                continue;
            seeds = xrealloc(seeds, (size_t)(*n + 1) * sizeof *seeds);
            seeds[(*n)++] = seed;
        }
    }
    return seeds;
}

/* Mean of both sides, and the left one's squared deviations, one seed after the other (Welford). */
static void add_seed(struct claim_result *r, const struct sides *s, double *squares)
{
    const double n = ++r->seeds, delta = s->left - r->ours;

    r->ours += delta / n;
    r->against += (s->right - r->against) / n;
    *squares += delta * (s->left - r->ours);
}

int claim_test(struct claim_result *r, const char *test, const char *where,
               const struct tsv *tables, int ntables, struct ten_err *e)
{
    struct sides s = {0};
    double squares = 0;
    bool seeded = false;
    int n, rc = 0;
    const char **seeds = all_seeds(tables, ntables, &n);

    *r = (struct claim_result){0};
    for (int i = 0; i < n && rc == 0; i++) {
        struct eval v = {.text = test, .p = test, .where = where, .tables = tables,
                         .ntables = ntables, .seed = seeds[i], .e = e};

        rc = whole_test(&v, &s);
        seeded |= v.seeded;
        if (rc < 0 || v.missing)
            continue;
        add_seed(r, &s, &squares);
        r->simulated |= v.simulated;
        if (!seeded)            /* every other seed would see the same rows */
            break;
    }
    free(seeds);
    r->spread = r->seeds > 1 ? sqrt(squares / (r->seeds - 1)) : NAN;
    if (r->seeds == 0)
        r->ours = r->against = NAN;
    s.left = r->ours;
    s.right = r->against;
    r->holds = rc == 0 && holds(&s);
    return rc;
}

/* ---- Rules ---------------------------------------------------------------------------------- */

static int needs(struct claim_rule *rule, char *words, const char *where, struct ten_err *e)
{
    char *rest, *end;

    for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        long seeds = 0;

        if (strncmp(w, "seeds=", 6) == 0) {
            seeds = strtol(w + 6, &end, 10);
            if (*end != 0 || seeds < 1 || seeds > 1000000)
                return fail(e, TEN_E_DATA, "%s: %s: expected seeds=N with N at least 1", where, w);
            rule->seeds = (int)seeds;
        } else if (strncmp(w, "scale=", 6) == 0) {
            rule->scales = w + 6;
        } else {
            return fail(e, TEN_E_DATA, "%s: needs: `%s': expected seeds=N or scale=NAME,NAME",
                        where, w);
        }
    }
    return 0;
}

int claim_rule(struct claim_rule *rule, char *line, const char *where, struct ten_err *e)
{
    char *cell[5];
    const int n = tsv_split(line, cell, 5);

    if (n < 4 || n > 5)
        return fail(e, TEN_E_DATA, "%s: %d fields between tabs: expected id, statement, published, "
                    "test and perhaps needs", where, n);
    for (int i = 0; i < 4; i++)
        if (cell[i][0] == 0)
            return fail(e, TEN_E_DATA, "%s: field %d is empty: expected text (- where there is "
                        "none)", where, i + 1);
    *rule = (struct claim_rule){.id = cell[0], .statement = cell[1], .published = cell[2],
                                .test = cell[3], .seeds = MIN_SEEDS};
    return n == 5 ? needs(rule, cell[4], where, e) : 0;
}

bool claim_wants_scale(const struct claim_rule *rule, const char *scale)
{
    const size_t n = strlen(scale);
    const char *p = rule->scales;

    while (p && (strncmp(p, scale, n) != 0 || (p[n] != 0 && p[n] != ','))) {
        p = strchr(p, ',');
        if (!p)
            return false;
        p++;
    }
    return true;
}
