/* Packed videos: frames in any order, and every damaged byte is noticed. */
#include "check.h"

#include "video/pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { VIDEOS = 3 };
static const int64_t length[VIDEOS] = {5, 1, 40};
static char path[] = "/tmp/store-XXXXXX";

/* Byte k of frame t of video i; frames of 180x100x3 bytes: the last takes several chunks. */
enum { H = 180, W = 100, FRAME = H * W * 3 };
static uint8_t value(int64_t i, int64_t t, int64_t k)
{
    const uint32_t x = (uint32_t)(i * 7919 + t * 104729 + k) * 2654435761u;
    return (uint8_t)(x >> 24);
}

static void write_store(int zstd)
{
    struct ten_err e = {0};
    const int fd = open(path, O_RDWR | O_TRUNC | O_CREAT, 0600);
    struct ten_writer *out = ten_create_fd(fd, "store", &(struct ten_options){.zstd = zstd}, &e);
    struct pack_writer *w = pack_writer_new(out);
    for (int64_t i = 0; i < VIDEOS; i++) {
        uint8_t *p = malloc((size_t)(length[i] * FRAME));
        for (int64_t k = 0; k < length[i] * FRAME; k++)
            p[k] = value(i, k / FRAME, k % FRAME);
        const struct pack_video v = {0, length[i], H, W, 3, (int32_t)(10 + i),
                                      i == 1 ? "b\tc" : "a"};
        const struct ten_record clip = {.type = TEN_U8, .shape = {5, {1, length[i], H, W, 3}},
                                        .data = p};
        CHECK_INT(pack_add(w, &v, &clip, &e), 0);
        free(p);
    }
    CHECK_INT(pack_end(w, &e), 0);
    CHECK_INT(ten_finish(out, &e), 0);
    CHECK_STR(e.text, "");
    pack_writer_free(w);
    ten_discard(out);
    close(fd);
}

static int read_all(struct ten_err *e)
{
    static const int64_t index[] = {39, 0, 17, 17, 38};
    uint8_t *to = malloc(5 * FRAME);
    struct pack *s = pack_open(path, e);
    int rc = s ? 0 : -1;
    for (int64_t i = 0; s && rc == 0 && i < pack_count(s); i++) {
        const int64_t n = pack_video(s, i)->frames;
        int64_t at[5];
        for (int k = 0; k < 5; k++)
            at[k] = index[k] % n;
        rc = pack_frames(s, i, at, 5, to, e);
        for (int64_t k = 0; rc == 0 && k < 5 * FRAME; k++)
            if (to[k] != value(i, at[k / FRAME], k % FRAME))
                rc = -2;
    }
    pack_close(s);
    free(to);
    return rc;
}

static void frames_come_in_any_order(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        struct ten_err e = {0};
        write_store(zstd);
        CHECK_INT(read_all(&e), 0);
        CHECK_STR(e.text, "");
    }
}

static void the_index_tells_sizes_labels_and_names(void)
{
    struct ten_err e = {0};
    write_store(1);
    struct pack *s = pack_open(path, &e);
    CHECK_INT(pack_count(s), VIDEOS);
    CHECK_INT(pack_video(s, 2)->frames, 40);
    CHECK_INT(pack_video(s, 0)->height, H);
    CHECK_INT(pack_video(s, 1)->label, 11);
    CHECK_STR(pack_video(s, 0)->name, "a");
    CHECK_STR(pack_video(s, 1)->name, "b c");
    pack_close(s);
}

/* Every 97th byte in turn, so that all kinds of places come: what is read is right or refused. */
static void a_changed_byte_is_never_handed_out(void)
{
    for (int zstd = 0; zstd < 2; zstd++) {
        write_store(zstd);
        const int fd = open(path, O_RDWR);
        const int64_t size = lseek(fd, 0, SEEK_END), step = size / 150;
        int refused = 0;
        for (int64_t at = 5; at < size; at += at < size - 2000 ? step : 97) {
            struct ten_err e = {0};
            uint8_t b;
            CHECK_INT(pread(fd, &b, 1, at), 1);
            CHECK_INT(pwrite(fd, &(uint8_t){(uint8_t)(b ^ 0x55)}, 1, at), 1);
            const int rc = read_all(&e);
            CHECK(rc == 0 || (rc == -1 && e.code == TEN_E_DATA));
            refused += rc < 0;
            CHECK_INT(pwrite(fd, &b, 1, at), 1);
        }
        CHECK(refused > 20);
        close(fd);
    }
}

static void a_cut_file_and_another_stream_are_no_stores(void)
{
    struct ten_err e = {0};
    write_store(1);
    CHECK_INT(truncate(path, 100000), 0);
    CHECK(!pack_open(path, &e));
    CHECK(strstr(e.text, "no index at its end: expected a store that video-pack wrote") != NULL);
    CHECK_INT(truncate(path, 0), 0);
    CHECK(!pack_open(path, &e));
    CHECK(!pack_open("/nowhere", &e));
    CHECK_STR(e.text, "/nowhere: No such file or directory: expected a tensor stream");
}

/* The index names sizes that its videos do not have, and some that overflow. */
static void sizes_of_the_index_are_not_trusted(void)
{
    static const int64_t index[][6] = {
        {0, 2, 1, 1, 3, 0}, {0, 1, 1, 1, 2, 0}, {64, 1, 1, 1, 3, 0}, {0, 0, 1, 1, 3, 0},
        {0, 1, -1, 1, 3, 0}, {0, 1, (int64_t)1 << 40, (int64_t)1 << 40, 3, 0},
        {(int64_t)1 << 62, 1, 1, 1, 3, 0}, {-64, 1, 1, 1, 3, 0},
    };
    for (size_t i = 0; i < sizeof index / sizeof *index; i++) {
        struct ten_err e = {0};
        const int fd = open(path, O_RDWR | O_TRUNC, 0600);
        struct ten_writer *out = ten_create_fd(fd, "store", NULL, &e);
        const struct ten_record clip = {.name = "clip", .type = TEN_U8, .data = "abc",
                                        .shape = {5, {1, 1, 1, 1, 3}}};
        const struct ten_record rows = {.name = "index", .type = TEN_I64, .shape = {2, {1, 6}},
                                        .data = index[i], .group = 1};
        const struct ten_record names = {.name = "name", .type = TEN_UTF8, .shape = {1, {2}},
                                         .data = "a\n", .group = 1};
        char attrs[80];
        CHECK_INT(ten_write(out, &clip, &e), 0);
        CHECK_INT(ten_flush(out, &e), 0);
        const int64_t at = ten_written(out);
        CHECK_INT(ten_write(out, &rows, &e), 0);
        CHECK_INT(ten_flush(out, &e), 0);
        snprintf(attrs, sizeof attrs, "{\"index\":%d,\"name\":%d}", (int)at,
                 (int)ten_written(out));
        const struct ten_record tail = {.name = "store", .type = TEN_U8, .shape = {1, {0}},
                                        .data = "", .attrs = attrs, .group = 1};
        CHECK_INT(ten_write(out, &names, &e), 0);
        CHECK_INT(ten_write(out, &tail, &e), 0);
        CHECK_INT(ten_finish(out, &e), 0);
        ten_discard(out);
        close(fd);
        struct pack *s = pack_open(path, &e);
        uint8_t to[64];
        CHECK(!s || pack_frames(s, 0, (int64_t[]){0}, 1, to, &e) < 0);
        CHECK_INT(e.code, TEN_E_DATA);
        pack_close(s);
    }
}

int main(void)
{
    close(mkstemp(path));
    RUN(frames_come_in_any_order);
    RUN(the_index_tells_sizes_labels_and_names);
    RUN(a_changed_byte_is_never_handed_out);
    RUN(a_cut_file_and_another_stream_are_no_stores);
    RUN(sizes_of_the_index_are_not_trusted);
    unlink(path);
    return check_report();
}
