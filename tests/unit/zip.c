#include "formats/zip.h"

#include "check.h"

#include <stdlib.h>

struct archive { char *b; size_t n; };
static struct ten_err e;

/* Two members, one of them empty. */
static struct archive make(bool deflate)
{
    static char zeros[100000];
    struct archive a = {0};
    struct zipper z = {.to = open_memstream(&a.b, &a.n), .deflate = deflate};

    CHECK_INT(zipper_add(&z, "first", "abc", 3, zeros, sizeof zeros, &e), 0);
    CHECK_INT(zipper_add(&z, "second", "", 0, "", 0, &e), 0);
    CHECK_INT(zipper_finish(&z, &e), 0);
    zipper_free(&z);
    fclose(z.to);
    return a;
}

/* Read every member: how many, or -1. */
static int read_all(const void *bytes, size_t n, struct zip_buffer *b)
{
    struct zip_member m;
    struct unzip z;
    int members = 0, rc = unzip_open(&z, "x.zip", bytes, (int64_t)n, &e);

    while (rc >= 0 && (rc = unzip_next(&z, &m, &e)) > 0) {
        if (!unzip_data(&z, &m, b, &e))
            return -1;
        members++;
    }
    return rc < 0 ? -1 : members;
}

static void members_come_back_stored_and_deflated(void)
{
    for (int deflate = 0; deflate < 2; deflate++) {
        const struct archive a = make(deflate);
        struct zip_buffer b = {0};
        struct zip_member m;
        struct unzip z;

        CHECK_INT(unzip_open(&z, "x.zip", a.b, (int64_t)a.n, &e), 0);
        CHECK_INT(z.members, 2);
        CHECK_INT(unzip_next(&z, &m, &e), 1);
        CHECK_STR(m.name, "first");
        CHECK_INT(m.size, 100003);
        const char *p = unzip_data(&z, &m, &b, &e);
        CHECK(p && memcmp(p, "abc\0\0", 5) == 0 && p[100002] == 0);
        CHECK_INT(p >= a.b && p < a.b + a.n, !deflate);     /* stored bytes are not copied */
        CHECK_INT(unzip_next(&z, &m, &e), 1);
        CHECK_STR(m.name, "second");
        CHECK_INT(m.size, 0);
        CHECK(unzip_data(&z, &m, &b, &e) != NULL);
        CHECK_INT(unzip_next(&z, &m, &e), 0);
        CHECK(deflate ? a.n < 1000 : a.n > 100003);
        free(b.p);
        free(a.b);
    }
}

static void a_comment_at_the_end_is_skipped(void)
{
    struct archive a = make(false);
    struct zip_buffer b = {0};
    char *longer = calloc(1, a.n + 300);

    memcpy(longer, a.b, a.n);
    longer[a.n - 2] = 300 & 255;
    longer[a.n - 1] = 300 >> 8;
    CHECK_INT(read_all(longer, a.n + 300, &b), 2);
    CHECK_INT(read_all(longer, a.n + 299, &b), -1);
    free(longer);
    free(a.b);
    free(b.p);
}

static void a_cut_archive_is_noticed_wherever_it_is_cut(void)
{
    const struct archive a = make(true);
    struct zip_buffer b = {0};

    for (size_t n = 0; n < a.n; n++)
        CHECK_INT(read_all(a.b, n, &b), -1);
    CHECK_INT(read_all(a.b, a.n, &b), 2);
    free(a.b);
    free(b.p);
}

static void a_flipped_bit_of_the_data_is_noticed(void)
{
    for (int deflate = 0; deflate < 2; deflate++) {
        const struct archive a = make(deflate);
        struct zip_buffer b = {0};

        for (size_t at = 35; at < 100; at++) {
            a.b[at] ^= 16;
            CHECK_INT(read_all(a.b, a.n, &b), -1);
            a.b[at] ^= 16;
        }
        free(a.b);
        free(b.p);
    }
}

/* Bytes of one member are not unpacked for another. */
static void overlapping_members_are_refused(void)
{
    const struct archive a = make(false);
    const size_t directory = 30 + 5 + 100003 + 30 + 6;
    struct zip_buffer b = {0};

    /* The second entry becomes the first one again. */
    const size_t entry = 46 + 5, end = directory + entry + 46 + 6;
    char *c = malloc(a.n);
    memcpy(c, a.b, directory + entry);
    memcpy(c + directory + entry, a.b + directory, entry);
    memcpy(c + directory + 2 * entry, a.b + end, 22);
    c[directory + 2 * entry + 12] = (char)(2 * entry);      /* bytes of the directory */
    CHECK_INT(read_all(c, directory + 2 * entry + 22, &b), -1);
    CHECK_STR(e.text, "x.zip: byte 0: member: overlaps the one before: expected members in order");
    free(c);
    free(a.b);
    free(b.p);
}

static void what_is_no_archive_is_refused(void)
{
    struct zip_buffer b = {0};

    CHECK_INT(read_all("", 0, &b), -1);
    CHECK_STR(e.text, "x.zip: byte 0: empty input: expected a whole archive, as numpy.savez writes "
              "it");
    CHECK_INT(read_all("no archive at all, whatever it is", 33, &b), -1);
    CHECK_STR(e.text, "x.zip: byte 33: the end of a ZIP archive is missing: expected a whole "
              "archive, as numpy.savez writes it");
}

/* More members than 16 bits count need the 64-bit end record. */
static void seventy_thousand_members_are_possible(void)
{
    struct archive a = {0};
    struct zipper z = {.to = open_memstream(&a.b, &a.n)};
    struct zip_buffer b = {0};
    char name[16];

    for (int i = 0; i < 70000; i++) {
        snprintf(name, sizeof name, "%d", i);
        CHECK_INT(zipper_add(&z, name, "", 0, name, strlen(name), &e), 0);
    }
    CHECK_INT(zipper_finish(&z, &e), 0);
    fclose(z.to);
    CHECK_INT(read_all(a.b, a.n, &b), 70000);
    zipper_free(&z);
    free(a.b);
    free(b.p);
}

int main(void)
{
    RUN(members_come_back_stored_and_deflated);
    RUN(a_comment_at_the_end_is_skipped);
    RUN(a_cut_archive_is_noticed_wherever_it_is_cut);
    RUN(a_flipped_bit_of_the_data_is_noticed);
    RUN(overlapping_members_are_refused);
    RUN(what_is_no_archive_is_refused);
    RUN(seventy_thousand_members_are_possible);
    return check_report();
}
