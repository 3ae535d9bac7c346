/* Frames against values that the reference's formulas give in NumPy (tick = (L-l+1)/T in f64, int()
 * of tick/2 + tick x; linspace(0, L-64, 10) for dense), and properties of draws. */
#include "check.h"

#include "video/sampling.h"

static const struct video_key none;

static void check(const struct sampling *s, int64_t frames, const int64_t *want, int n)
{
    int64_t got[1024];
    sampling_frames(got, s, frames, &none);
    for (int i = 0; i < n; i++)
        CHECK_INT(got[i], want[i]);
}

static void frames_stand_in_the_middle_of_segments(void)
{
    static const struct { int64_t frames, want[8]; } rows[] = {
        {100, {6, 18, 31, 43, 56, 68, 81, 93}}, {37, {2, 6, 11, 16, 20, 25, 30, 34}},
        {9, {0, 1, 2, 3, 5, 6, 7, 8}},
    };
    for (int p = SAMPLING_VALID; p <= SAMPLING_TEST; p++)
        for (int i = 0; i < 3; i++)
            check(&(struct sampling){SAMPLING_UNIFORM, (enum sampling_phase)p, 8, 1},
                  rows[i].frames, rows[i].want, 8);
}

static void short_videos_are_cut_in_tests_and_stand_still_in_validation(void)
{
    const struct sampling valid = {SAMPLING_UNIFORM, SAMPLING_VALID, 8, 1};
    const struct sampling test = {SAMPLING_UNIFORM, SAMPLING_TEST, 8, 1};
    static const int64_t zero[8];
    check(&valid, 8, zero, 8);
    check(&test, 8, (int64_t[]){0, 1, 2, 3, 4, 5, 6, 7}, 8);
    check(&valid, 5, zero, 8);
    check(&test, 5, (int64_t[]){0, 0, 1, 2, 2, 3, 4, 4}, 8);
    check(&test, 1, zero, 8);
}

static void frames_in_a_row_follow_and_stop_at_the_last(void)
{
    const struct sampling s = {SAMPLING_UNIFORM, SAMPLING_VALID, 8, 5};
    const struct sampling t = {SAMPLING_UNIFORM, SAMPLING_TEST, 8, 5};
    static const int64_t start[] = {0, 1, 2, 3, 5, 6, 7, 8};
    int64_t got[40];
    sampling_frames(got, &s, 13, &none);
    for (int i = 0; i < 40; i++)
        CHECK_INT(got[i], start[i / 5] + i % 5);
    sampling_frames(got, &t, 3, &none);                 /* shorter than one run */
    for (int i = 0; i < 40; i++)
        CHECK_INT(got[i], i % 5 < 3 ? i % 5 : 2);
}

static void twice_has_a_second_clip_at_the_starts(void)
{
    const struct sampling s = {SAMPLING_TWICE, SAMPLING_TEST, 8, 1};
    const struct sampling v = {SAMPLING_TWICE, SAMPLING_VALID, 8, 1};
    CHECK_INT(sampling_clips(&s), 2);
    CHECK_INT(sampling_clips(&v), 1);
    check(&s, 37, (int64_t[]){2, 6, 11, 16, 20, 25, 30, 34, 0, 4, 9, 13, 18, 23, 27, 32}, 16);
}

static void dense_takes_ten_windows_of_64_frames(void)
{
    const struct sampling s = {SAMPLING_DENSE, SAMPLING_TEST, 8, 1};
    static const int64_t first300[] = {0, 26, 52, 78, 104, 131, 157, 183, 209, 236};
    static const int64_t first100[] = {0, 4, 8, 12, 16, 20, 24, 28, 32, 36};
    static const int64_t first65[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    int64_t got[80];
    CHECK_INT(sampling_clips(&s), 10);
    sampling_frames(got, &s, 300, &none);
    for (int i = 0; i < 80; i++)
        CHECK_INT(got[i], first300[i / 8] + i % 8 * 8);
    sampling_frames(got, &s, 100, &none);
    for (int i = 0; i < 80; i++)
        CHECK_INT(got[i], first100[i / 8] + i % 8 * 8);
    sampling_frames(got, &s, 65, &none);
    for (int i = 0; i < 80; i++)
        CHECK_INT(got[i], first65[i / 8] + i % 8 * 8);
}

static void dense_goes_around_in_short_videos(void)
{
    const struct sampling s = {SAMPLING_DENSE, SAMPLING_TEST, 8, 1};
    check(&s, 40, (int64_t[]){0, 8, 16, 24, 32, 0, 8, 16}, 8);
    check(&s, 10, (int64_t[]){0, 8, 6, 4, 2, 0, 8, 6}, 8);
}

static void validation_does_not_draw(void)
{
    for (int m = SAMPLING_UNIFORM; m <= SAMPLING_TWICE; m++) {
        const struct sampling s = {(enum sampling_mode)m, SAMPLING_VALID, 8, 1};
        int64_t a[8], b[8];
        sampling_frames(a, &s, 200, &(struct video_key){1, 2, 3});
        sampling_frames(b, &s, 200, &(struct video_key){4, 5, 6});
        CHECK_BYTES(a, b, sizeof a);
    }
}

static void training_draws_one_frame_of_each_segment(void)
{
    const struct sampling s = {SAMPLING_UNIFORM, SAMPLING_TRAIN, 8, 1};
    int seen[8][12] = {0};
    for (int64_t v = 0; v < 2000; v++) {
        int64_t got[8];
        sampling_frames(got, &s, 100, &(struct video_key){7, 0, v});
        for (int i = 0; i < 8; i++) {
            CHECK(got[i] >= i * 12 && got[i] < (i + 1) * 12);
            seen[i][got[i] - i * 12]++;
        }
    }
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 12; k++)
            CHECK(seen[i][k] > 100 && seen[i][k] < 240);    /* 167 expected, deviation 12 */
}

static void training_on_short_videos_draws_in_order_or_stands_still(void)
{
    const struct sampling s = {SAMPLING_UNIFORM, SAMPLING_TRAIN, 8, 5};
    const struct sampling one = {SAMPLING_UNIFORM, SAMPLING_TRAIN, 8, 1};
    int64_t got[40], last = 0;
    sampling_frames(got, &s, 10, &(struct video_key){1, 0, 0});     /* (10-5+1)/8 is 0 */
    for (int i = 0; i < 8; i++) {
        CHECK(got[5 * i] >= last && got[5 * i] < 6);
        last = got[5 * i];
    }
    sampling_frames(got, &one, 7, &none);
    for (int i = 0; i < 8; i++)
        CHECK_INT(got[i], 0);
}

static void draws_depend_on_seed_epoch_and_video(void)
{
    const struct sampling s = {SAMPLING_DENSE, SAMPLING_TRAIN, 8, 1};
    static const struct video_key key[] = {{1, 0, 0}, {2, 0, 0}, {1, 1, 0}, {1, 0, 1}};
    int64_t first[4][8], again[8];
    for (int i = 0; i < 4; i++) {
        sampling_frames(first[i], &s, 100000, &key[i]);
        CHECK(first[i][0] < 100000 - SAMPLING_SPAN);
        for (int k = 0; k < i; k++)
            CHECK(first[i][0] != first[k][0]);
    }
    sampling_frames(again, &s, 100000, &key[0]);
    CHECK_BYTES(again, first[0], sizeof again);
}

/* 68 frames have starts 0 to 4 for 64; the public code draws below the last one. */
static void dense_training_draws_all_starts_but_the_last(void)
{
    const struct sampling s = {SAMPLING_DENSE, SAMPLING_TRAIN, 8, 1};
    int seen[5] = {0};
    for (int64_t v = 0; v < 400; v++) {
        int64_t got[8];
        sampling_frames(got, &s, 68, &(struct video_key){7, 0, v});
        CHECK(got[0] >= 0 && got[0] < 4);
        seen[got[0]]++;
        for (int i = 0; i < 8; i++)
            CHECK_INT(got[i], got[0] + 8 * i);
    }
    for (int k = 0; k < 4; k++)
        CHECK(seen[k] > 60 && seen[k] < 140);           /* 100 expected, deviation 9 */
}

int main(void)
{
    RUN(frames_stand_in_the_middle_of_segments);
    RUN(short_videos_are_cut_in_tests_and_stand_still_in_validation);
    RUN(frames_in_a_row_follow_and_stop_at_the_last);
    RUN(twice_has_a_second_clip_at_the_starts);
    RUN(dense_takes_ten_windows_of_64_frames);
    RUN(dense_goes_around_in_short_videos);
    RUN(validation_does_not_draw);
    RUN(training_draws_one_frame_of_each_segment);
    RUN(training_on_short_videos_draws_in_order_or_stands_still);
    RUN(dense_training_draws_all_starts_but_the_last);
    RUN(draws_depend_on_seed_epoch_and_video);
    return check_report();
}
