#include "nn/schedule.h"

#include "base/fail.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;

static const char *const kinds[] = {"constant", "step", "multistep", "exponential", "rsqrt",
                                    "linear", "polynomial", "cosine", "onecycle", NULL};

static int check(const struct schedule *s, struct ten_err *e)
{
    const char *name = kinds[s->kind];
    const bool ends = s->kind == SCHEDULE_LINEAR || s->kind == SCHEDULE_POLYNOMIAL ||
                      s->kind == SCHEDULE_ONECYCLE ||
                      (s->kind == SCHEDULE_COSINE && s->period == 0);

    if (isnan(s->lr))
        return fail(e, TEN_E_USAGE, "%s: no lr: expected lr=NUMBER", name);
    if (s->min > s->lr)
        return fail(e, TEN_E_USAGE, "%s: min=%g is above lr=%g: expected min <= lr", name, s->min,
                    s->lr);
    if (ends && s->steps == 0)
        return fail(e, TEN_E_USAGE, "%s: the number of steps is not known: expected steps=NUMBER",
                    name);
    if (ends && s->warmup >= s->steps)
        return fail(e, TEN_E_USAGE, "%s: warmup=%g of %g steps: expected fewer", name, s->warmup,
                    s->steps);
    if (s->kind == SCHEDULE_MULTISTEP && s->nat == 0)
        return fail(e, TEN_E_USAGE, "%s: no at: expected at=STEP/STEP/...", name);
    if (s->kind == SCHEDULE_RSQRT && s->warmup < 1)
        return fail(e, TEN_E_USAGE, "%s: no warmup: expected warmup=NUMBER, which is its scale",
                    name);
    return 0;
}

/* total: steps of the run, in units of `unit` steps, as are those of the text. */
static int parse(struct schedule *s, const char *text, double total, double unit, struct ten_err *e)
{
    enum { STEP = 1 << SCHEDULE_STEP, AT = 1 << SCHEDULE_MULTISTEP, EXP = 1 << SCHEDULE_EXPONENTIAL,
           POWER = 1 << SCHEDULE_POLYNOMIAL, COSINE = 1 << SCHEDULE_COSINE,
           CYCLE = 1 << SCHEDULE_ONECYCLE, CURVE = 1 << SCHEDULE_LINEAR | POWER | COSINE };
    const int kind = settings_kind(&text, "schedule", kinds, e);
    struct setting use[16];
    int n = 0;

    if (kind < 0)
        return -1;
    *s = (struct schedule){.kind = (enum schedule_kind)kind, .lr = NAN, .from = NAN,
                           .steps = total, .factor = 0.1, .every = 1, .power = 1, .mult = 1,
                           .shrink = 1, .up = 0.3, .div = 25, .final = 1e4};
    const struct { int kinds; struct setting s; } all[] = {
        {-1, {"lr", &s->lr, 0, 1e6, NULL}},
        {~CYCLE, {"warmup", &s->warmup, 0, 1e15, NULL}},
        {~CYCLE, {"from", &s->from, 0, 1e6, NULL}},
        {STEP | AT | EXP, {"factor", &s->factor, 0, 1e6, NULL}},
        {STEP | EXP, {"every", &s->every, 1, 1e15, NULL}},
        {AT, {"at", s->at, 0, 1e15, &s->nat}},
        {CURVE | CYCLE, {"steps", &s->steps, 1, 1e15, NULL}},
        {CURVE, {"under", &s->under, 0, 1, NULL}},
        {CURVE, {"min", &s->min, 0, 1e6, NULL}},
        {POWER, {"power", &s->power, 0, 1e3, NULL}},
        {COSINE, {"period", &s->period, 1, 1e15, NULL}},
        {COSINE, {"mult", &s->mult, 1, 1e6, NULL}},
        {COSINE, {"shrink", &s->shrink, 0, 1, NULL}},
        {CYCLE, {"up", &s->up, 0, 1, NULL}},
        {CYCLE, {"div", &s->div, 1, 1e9, NULL}},
        {CYCLE, {"final", &s->final, 1, 1e9, NULL}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].kinds >> kind & 1)
            use[n++] = all[i].s;
    if (settings_read(text, kinds[kind], use, n, e) < 0 || check(s, e) < 0)
        return -1;
    s->steps *= unit;
    s->warmup *= unit;
    s->every *= unit;
    s->period *= unit;
    for (int i = 0; i < s->nat; i++)
        s->at[i] *= unit;
    s->begins = !isnan(s->from);
    if (!s->begins)
        s->from = s->warmup > 0 ? s->lr / s->warmup : s->lr;
    return 0;
}

int schedule_parse(struct schedule *s, const char *text, int64_t total, struct ten_err *e)
{
    return parse(s, text, (double)total, 1, e);
}

int schedule_parse_epochs(struct schedule *s, const char *text, double epochs, int64_t steps,
                          struct ten_err *e)
{
    return parse(s, text, epochs, (double)steps, e);
}

void schedule_scale(struct schedule *s, double factor, double first)
{
    s->from = s->begins ? s->from * factor : s->warmup > 0 ? s->lr * first : s->lr * factor;
    s->lr *= factor;
    s->min *= factor;
}

/* From a to b by half a cosine; x in [0,1]. */
static double half_cosine(double a, double b, double x)
{
    return b + (a - b) / 2 * (1 + cos(PI * x));
}

/* u: steps since the first cycle began. */
static double restarting(const struct schedule *s, double u)
{
    double length = s->period, top = s->lr - s->min;

    if (s->mult == 1) {
        const double cycle = floor(u / length);

        top *= pow(s->shrink, cycle);
        u -= cycle * length;
    }
    for (; u >= length; length *= s->mult) {
        u -= length;
        top *= s->shrink;
    }
    return half_cosine(s->min + top, s->min, u / length);
}

/* The two phases end at steps of whole numbers less one, as PyTorch counts. */
static double onecycle(const struct schedule *s, double t)
{
    const double peak = s->up * s->steps - 1, last = s->steps - 1, low = s->lr / s->div;

    if (t <= peak)
        return half_cosine(low, s->lr, peak > 0 ? t / peak : 1);
    return half_cosine(s->lr, low / s->final, t < last ? (t - peak) / (last - peak) : 1);
}

double schedule_lr(const struct schedule *s, int64_t step)
{
    const double t = (double)step, w = s->warmup;

    if (t < w)
        return s->from + (s->lr - s->from) * t / w;

    const double u = s->under != 0 ? t : t - w, x = u / (s->under != 0 ? s->steps : s->steps - w);
    const double left = x < 1 ? 1 - x : 0;
    int passed = 0;

    switch (s->kind) {
    case SCHEDULE_STEP:
        return s->lr * pow(s->factor, floor(t / s->every));
    case SCHEDULE_MULTISTEP:
        for (int i = 0; i < s->nat; i++)
            passed += s->at[i] <= t;
        return s->lr * pow(s->factor, passed);
    case SCHEDULE_EXPONENTIAL: return s->lr * pow(s->factor, u / s->every);
    case SCHEDULE_RSQRT:       return s->lr * sqrt(w / t);
    case SCHEDULE_LINEAR:      return s->min + (s->lr - s->min) * left;
    case SCHEDULE_POLYNOMIAL:  return s->min + (s->lr - s->min) * pow(left, s->power);
    case SCHEDULE_COSINE:
        return s->period > 0 ? restarting(s, u) : half_cosine(s->lr, s->min, 1 - left);
    case SCHEDULE_ONECYCLE:    return onecycle(s, t);
    default:                   return s->lr;
    }
}
