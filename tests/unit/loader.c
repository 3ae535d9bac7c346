/* Files, classes and batches; runs in a scratch folder of its own. */
#include "check.h"

#include "base/files.h"
#include "image/classes.h"
#include "image/loader.h"

#include <stdlib.h>
#include <unistd.h>

/* NAME.png: h x w grey pixels that count up from first. */
static void picture(const char *name, int64_t h, int64_t w, int first)
{
    const struct image_dims d = {h, w, 1};
    uint8_t pixels[256];
    unsigned char *png;
    struct ten_err e;
    size_t size;

    for (int64_t i = 0; i < h * w; i++)
        pixels[i] = (uint8_t)(first + i);
    CHECK_INT(png_encode(pixels, &d, &png, &size, &e), 0);
    CHECK_INT(save_atomic(name, "part", png, size, &e), 0);
    free(png);
}

static void garbage(const char *name)
{
    struct ten_err e;

    CHECK_INT(save_atomic(name, "part", "garbage", 7, &e), 0);
}

static struct names list(const char *const name[])
{
    struct names l = {0};

    for (; *name; name++)
        names_add(&l, *name);
    return l;
}

static void classes_are_folders_in_byte_order(void)
{
    struct names files = list((const char *[]){"t/dog/1.png", "t/cat/1.png", "t//dog//2.png",
                                               "Zebra/9.png", 0});
    struct names classes = {0};
    const int32_t want[] = {2, 1, 2, 0};
    struct ten_err e;
    int32_t label[4];

    CHECK_INT(classes_find(&classes, label, &files, CLASS_DIR, &e), 0);
    CHECK_BYTES(label, want, sizeof want);
    CHECK_INT(classes.n, 3);
    CHECK_STR(classes.name[0], "Zebra");
    CHECK_STR(classes.name[1], "cat");
    CHECK_STR(classes.name[2], "dog");

    char *attrs = classes_attrs(&classes, &e);
    CHECK_STR(attrs, "{\"classes\":[\"Zebra\",\"cat\",\"dog\"]}");
    free(attrs);
    names_add(&classes, "\xff");
    CHECK(!classes_attrs(&classes, &e));
    CHECK_STR(e.text, "class names: not UTF-8: expected text");
    names_free(&files);
    names_free(&classes);
}

static void classes_can_be_file_names_without_their_ending(void)
{
    struct names files = list((const char *[]){"x/tulips.png", "roses.v2.png", ".hidden",
                                               "daisy", 0});
    struct names classes = {0};
    struct ten_err e;
    int32_t label[4];

    CHECK_INT(classes_find(&classes, label, &files, CLASS_FILE, &e), 0);
    CHECK_STR(classes.name[label[0]], "tulips");
    CHECK_STR(classes.name[label[1]], "roses.v2");
    CHECK_STR(classes.name[label[2]], ".hidden");
    CHECK_STR(classes.name[label[3]], "daisy");
    names_free(&files);
    names_free(&classes);
}

static void a_path_without_folder_has_no_class(void)
{
    static const char *const bad[] = {"1.png", "/1.png"};

    for (int i = 0; i < 2; i++) {
        struct names files = list((const char *[]){"a/1.png", bad[i], 0}), classes = {0};
        struct ten_err e = {0};
        int32_t label[2];
        CHECK_INT(classes_find(&classes, label, &files, CLASS_DIR, &e), -1);
        CHECK(strstr(e.text, "no folder in this path") != NULL);
        names_free(&files);
        names_free(&classes);
    }
}

static void patterns_list_files_in_byte_order(void)
{
    struct names l = {0};
    struct ten_err e = {0};

    garbage("g-b");
    garbage("g-A");
    garbage("g-a");
    CHECK_INT(names_glob(&l, "g-*", &e), 0);
    CHECK_INT(l.n, 3);
    CHECK_STR(l.name[0], "g-A");
    CHECK_STR(l.name[1], "g-a");
    CHECK_STR(l.name[2], "g-b");
    CHECK_INT(names_glob(&l, "h-*", &e), -1);
    CHECK_STR(e.text, "h-*: no such file: expected a pattern that matches files");
    names_free(&l);
}

static struct loader loader_of(const struct names *l)
{
    return (struct loader){.file = l->name, .files = l->n};
}

static void files_come_in_order_and_in_batches(void)
{
    struct names files = list((const char *[]){"0.png", "1.png", "2.png", "3.png", "4.png", 0});
    struct loader l = loader_of(&files);
    struct ten_err e = {0};

    for (int i = 0; i < 5; i++)
        picture(files.name[i], 2, 3, 10 * i);
    CHECK_INT(loader_next(&l, 3, &e), 3);
    CHECK_INT(l.dims.h, 2);
    CHECK_INT(l.dims.w, 3);
    for (int i = 0; i < 3; i++)
        CHECK_INT(l.pixels[6 * i], 10 * i);
    CHECK_INT(loader_next(&l, 3, &e), 2);
    CHECK_INT(l.pixels[0], 30);
    CHECK_INT(l.pixels[11], 45);
    CHECK_INT(l.origin[1].file, 4);
    CHECK_INT(loader_next(&l, 3, &e), 0);
    loader_free(&l);
    names_free(&files);
}

static void strips_are_cut_and_run_on_into_the_next_file(void)
{
    struct names files = list((const char *[]){"s1.png", "s2.png", 0});
    struct loader l = loader_of(&files);
    struct ten_err e = {0};

    picture("s1.png", 6, 2, 0);                 /* three images of 2 x 2 */
    picture("s2.png", 4, 2, 100);
    l.strip = true;
    CHECK_INT(loader_next(&l, 4, &e), 4);
    CHECK_INT(l.pixels[4], 4);
    CHECK_INT(l.pixels[12], 100);
    CHECK_INT(l.origin[2].file, 0);
    CHECK_INT(l.origin[2].index, 2);
    CHECK_INT(l.origin[3].file, 1);
    CHECK_INT(l.origin[3].index, 0);

    static const char want[] = "s1.png:0\ns1.png:1\ns1.png:2\ns2.png:0\n";
    int64_t size;
    char *names = loader_names(&l, 4, &size);
    CHECK_INT(size, sizeof want - 1);
    CHECK_BYTES(names, want, sizeof want - 1);
    free(names);
    CHECK_INT(loader_next(&l, 4, &e), 1);
    CHECK_INT(l.pixels[3], 107);
    CHECK_INT(loader_next(&l, 4, &e), 0);
    loader_free(&l);
    names_free(&files);
}

static void a_strip_that_does_not_divide_is_refused(void)
{
    struct names files = list((const char *[]){"s3.png", 0});
    struct loader l = loader_of(&files);
    struct ten_err e = {0};

    picture("s3.png", 5, 2, 0);
    l.strip = true;
    CHECK_INT(loader_next(&l, 4, &e), -1);
    CHECK_STR(e.text, "s3.png: 5 rows: expected a multiple of 2, the height of one image");
    loader_free(&l);
    names_free(&files);
}

static void images_before_a_bad_file_are_delivered_first(void)
{
    struct names files = list((const char *[]){"0.png", "1.png", "bad.png", "2.png", 0});
    struct loader l = loader_of(&files);
    struct ten_err e = {0};

    garbage("bad.png");
    CHECK_INT(loader_next(&l, 64, &e), 2);
    CHECK_INT(l.pixels[6], 10);
    CHECK_INT(loader_next(&l, 64, &e), -1);
    CHECK_STR(e.text, "bad.png: byte 0: no PNG signature: expected a PNG picture");
    CHECK_INT(loader_next(&l, 64, &e), -1);
    loader_free(&l);
    names_free(&files);
}

static void another_size_is_an_error_that_names_both_files(void)
{
    struct names files = list((const char *[]){"0.png", "tall.png", 0});
    struct loader l = loader_of(&files);
    struct ten_err e = {0};

    picture("tall.png", 4, 3, 0);
    CHECK_INT(loader_next(&l, 1, &e), 1);
    CHECK_INT(loader_next(&l, 1, &e), -1);
    CHECK_STR(e.text, "tall.png: 3x4 pixels of 1 channels: expected 3x2 of 1, as in 0.png (--size, "
              "--crop and --channels make images alike)");
    loader_free(&l);
    l = loader_of(&files);
    l.prepare = (struct prepare){.h = 2, .w = 3};
    CHECK_INT(loader_next(&l, 2, &e), 2);
    CHECK_INT(l.pixels[6], 2);                  /* the mean of 0 and 3, halves upwards */
    loader_free(&l);
    names_free(&files);
}

static void the_digest_does_not_depend_on_batches(void)
{
    struct names files = list((const char *[]){"0.png", "1.png", "2.png", 0});
    struct loader l = loader_of(&files);
    struct ten_input whole;
    struct ten_err e;

    CHECK_INT(loader_next(&l, 3, &e), 3);
    whole = l.input;
    CHECK(whole.digest != 0 && whole.bytes > 0);
    loader_free(&l);
    l = loader_of(&files);
    while (loader_next(&l, 1, &e) > 0)
        ;
    CHECK(l.input.digest == whole.digest);
    CHECK_INT(l.input.bytes, whole.bytes);
    loader_free(&l);
    names_free(&files);
}

int main(void)
{
    char dir[] = "/tmp/loader-test.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) != 0) {
        perror(dir);
        return 1;
    }
    RUN(classes_are_folders_in_byte_order);
    RUN(classes_can_be_file_names_without_their_ending);
    RUN(a_path_without_folder_has_no_class);
    RUN(patterns_list_files_in_byte_order);
    RUN(files_come_in_order_and_in_batches);
    RUN(strips_are_cut_and_run_on_into_the_next_file);
    RUN(a_strip_that_does_not_divide_is_refused);
    RUN(images_before_a_bad_file_are_delivered_first);
    RUN(another_size_is_an_error_that_names_both_files);
    RUN(the_digest_does_not_depend_on_batches);

    struct names left = {0};
    struct ten_err e;
    if (names_glob(&left, "*", &e) == 0)
        for (int64_t i = 0; i < left.n; i++)
            unlink(left.name[i]);
    names_free(&left);
    rmdir(dir);
    return check_report();
}
