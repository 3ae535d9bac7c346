/* Logits made by hand, rule by rule, and the rules of the authors' demonstration beside ours. */
#include "video/steady.h"

#include "base/random.h"
#include "check.h"

enum { MOST = 40 };

/* Labels of frames that each are sure of one class, -1 at the end of `classes`. */
static void labels_are(const struct steady_rules *rules, int64_t k, const int *classes, const int *want)
{
    struct steady s;
    struct ten_err e = {0};
    CHECK_INT(steady_init(&s, k, rules, &e), 0);
    for (int i = 0; classes[i] >= 0; i++) {
        float logits[MOST] = {0};
        logits[classes[i]] = 5;
        CHECK_INT(steady_next(&s, logits), want[i]);
    }
    steady_free(&s);
}

#define CLASSES(...) (const int[]){__VA_ARGS__, -1}
#define LABELS(...) (const int[]){__VA_ARGS__}

static void without_rules_a_label_is_the_largest_logit(void)
{
    const struct steady_rules none = {.smooth = 1, .agree = 1, .hold = 1};
    labels_are(&none, 4, CLASSES(2, 0, 0, 3), LABELS(2, 0, 0, 3));
}

/* Sums: 5 0, 5 5 (of equal ones the first), 5 10, 0 15, 5 10, 10 5. */
static void smooth_adds_up_the_last_frames_alone(void)
{
    const struct steady_rules three = {.smooth = 3, .agree = 1, .hold = 1};
    labels_are(&three, 2, CLASSES(0, 1, 1, 1, 0, 0), LABELS(0, 0, 1, 1, 1, 0));
}

static void agree_waits_for_frames_in_a_row(void)
{
    const struct steady_rules two = {.smooth = 1, .agree = 2, .hold = 1};
    labels_are(&two, 4, CLASSES(0, 1, 2, 2, 1, 1, 3), LABELS(0, 0, 0, 2, 2, 1, 1));
}

static void hold_keeps_a_label_for_frames_but_needs_no_agreement(void)
{
    const struct steady_rules two = {.smooth = 1, .agree = 1, .hold = 2};
    labels_are(&two, 4, CLASSES(0, 1, 2, 2, 1, 1, 3), LABELS(0, 0, 2, 2, 1, 1, 3));
}

static void ignored_classes_change_no_label_and_mapped_ones_have_another(void)
{
    const struct steady_rules rules = {.smooth = 1, .agree = 1, .hold = 1, .ignore = "3,1", .map = "0:2,4:0"};
    labels_are(&rules, 5, CLASSES(1, 0, 3, 4, 1, 2), LABELS(-1, 2, 2, 0, 0, 2));
}

/* Not a chain; and a class that is mapped and ignored is ignored. */
static void classes_can_be_exchanged(void)
{
    labels_are(&(struct steady_rules){.smooth = 1, .agree = 1, .hold = 1, .map = "0:1,1:0"}, 3, CLASSES(0, 1, 2), LABELS(1, 0, 2));
    labels_are(&(struct steady_rules){.smooth = 1, .agree = 1, .hold = 1, .map = "0:1", .ignore = "0"}, 3, CLASSES(2, 0), LABELS(2, 2));
}

static void a_class_that_is_not_probable_enough_changes_no_label(void)
{
    /* e^5 / (e^5 + 1) = 0.9933; of two that differ, 1/2. */
    labels_are(&(struct steady_rules){.smooth = 2, .agree = 1, .hold = 1, .least = 0.9}, 2, CLASSES(1, 0, 0), LABELS(1, 1, 0));
}

/* The rules of the authors' demonstration, literally: sums of 12, classes that are masked, one that stands for
 * another, and a change only where the last two labels are the same.  Its list begins with class 2. */
static int demonstration(float logits[][27], int frame, int *history)
{
    static const int masked[] = {7, 8, 21, 22, 3};
    double sum[27] = {0};
    int best = 0;
    for (int f = frame < 11 ? 0 : frame - 11; f <= frame; f++)
        for (int c = 0; c < 27; c++)
            sum[c] += logits[f][c];
    for (int c = 1; c < 27; c++)
        best = sum[c] > sum[best] ? c : best;
    for (int i = 0; i < 5; i++)
        if (best == masked[i])
            best = history[frame];
    if (best == 0)
        best = 2;
    if (best != history[frame] && frame > 0 && history[frame] != history[frame - 1])
        best = history[frame];
    return history[frame + 1] = best;
}

static void the_demonstration_comes_out_frame_by_frame(void)
{
    enum { FRAMES = 2000 };
    static float logits[FRAMES][27];
    static int history[FRAMES + 1];
    const struct steady_rules rules = {.smooth = 12, .agree = 1, .hold = 2, .ignore = "7,8,21,22,3", .map = "0:2"};
    struct steady s;
    struct ten_err e = {0};
    int changes = 0, held = 0;
    CHECK_INT(steady_init(&s, 27, &rules, &e), 0);
    rng_fill_uniform(&(struct rng){8, 0}, 0, logits[0], FRAMES * 27, -1, 1);
    logits[0][2] = logits[1][2] = 2;                    /* its list begins with one more */
    history[0] = 2;
    for (int f = 0; f < FRAMES; f++) {
        const int32_t label = steady_next(&s, logits[f]);
        CHECK_INT(label, demonstration(logits, f, history));
        changes += history[f + 1] != history[f];
        held += s.before != label;
    }
    CHECK(changes > 100 && held > 10);
    steady_reset(&s);
    CHECK_INT(steady_next(&s, logits[0]), 2);
    steady_free(&s);
}

static void a_list_that_names_no_class_is_refused(void)
{
    static const struct { const char *ignore, *map, *text; } bad[] = {
        {"5", NULL, "--ignore: 5: expected classes from 0 to 4"}, {"0,-1", NULL, "--ignore: -1: expected classes from 0 to 4"},
        {"0,", NULL, "--ignore: : expected classes from 0 to 4"}, {"1:2", NULL, "--ignore: 1:2: expected classes from 0 to 4"},
        {NULL, "0:5", "--map: 0:5: expected FROM:TO, classes from 0 to 4"}, {NULL, "1", "--map: 1: expected FROM:TO, classes from 0 to 4"},
        {NULL, "0:1,2:", "--map: 2:: expected FROM:TO, classes from 0 to 4"}, {NULL, "0:1:2", "--map: 0:1:2: expected FROM:TO, classes from 0 to 4"},
    };
    for (int i = 0; i < (int)(sizeof bad / sizeof *bad); i++) {
        struct steady s;
        struct ten_err e = {0};
        CHECK_INT(steady_init(&s, 5, &(struct steady_rules){1, 1, 1, 0, bad[i].ignore, bad[i].map}, &e), -1);
        CHECK_INT(e.code, TEN_E_USAGE);
        CHECK_STR(e.text, bad[i].text);
        steady_free(&s);
    }
}

int main(void)
{
    RUN(without_rules_a_label_is_the_largest_logit);
    RUN(smooth_adds_up_the_last_frames_alone);
    RUN(agree_waits_for_frames_in_a_row);
    RUN(hold_keeps_a_label_for_frames_but_needs_no_agreement);
    RUN(ignored_classes_change_no_label_and_mapped_ones_have_another);
    RUN(classes_can_be_exchanged);
    RUN(a_class_that_is_not_probable_enough_changes_no_label);
    RUN(the_demonstration_comes_out_frame_by_frame);
    RUN(a_list_that_names_no_class_is_refused);
    return check_report();
}
