#include "formats/rename.h"

#include "check.h"

static struct ten_err e;

static int read_map(struct renames *r, const char *text)
{
    struct source *src = source_memory("map", text, strlen(text));
    const int rc = renames_read(r, src, &e);

    source_close(src);
    return rc;
}

static void names_go_through_map_and_prefix(void)
{
    struct renames r = {.prefix = "g."};
    char to[TEN_MAX_NAME + 1];

    CHECK_INT(read_map(&r, "# weights\n\nconv1.weight   stem.w\r\n\tfc.bias head.b  \n"), 0);
    CHECK_INT(renames_apply(&r, "x", "conv1.weight", to, &e), 0);
    CHECK_STR(to, "g.stem.w");
    CHECK_INT(renames_apply(&r, "x", "other", to, &e), 0);
    CHECK_STR(to, "g.other");
    CHECK_INT(renames_finish(&r, "x", &e), -1);
    CHECK_STR(e.text, "x: no tensor fc.bias: expected all names of the map");
    CHECK_INT(renames_apply(&r, "x", "fc.bias", to, &e), 0);
    CHECK_INT(renames_finish(&r, "x", &e), 0);
    renames_free(&r);
}

static void two_tensors_of_one_name_are_refused(void)
{
    struct renames r = {0};
    char to[TEN_MAX_NAME + 1];

    CHECK_INT(read_map(&r, "a b\n"), 0);
    CHECK_INT(renames_apply(&r, "x", "a", to, &e), 0);
    CHECK_INT(renames_apply(&r, "x", "b", to, &e), -1);
    CHECK_STR(e.text, "x: name b: given twice: expected different names");
    renames_free(&r);
}

static void names_must_be_names_of_records(void)
{
    struct renames r = {0};
    char to[TEN_MAX_NAME + 1], longer[300];

    memset(longer, 'n', 299);
    longer[299] = 0;
    CHECK_INT(renames_apply(&r, "x", "", to, &e), -1);
    CHECK_INT(renames_apply(&r, "x", longer, to, &e), -1);
    CHECK(strstr(e.text, "299 bytes: expected 1 to 255"));
    CHECK_INT(renames_apply(&r, "x", "\xff", to, &e), -1);
    CHECK(strstr(e.text, "not UTF-8"));
    renames_free(&r);
}

static void bad_maps_are_refused_by_line(void)
{
    static const char *const maps[] = {"a b\nc\n", "a b\nc d e\n", "a b\na c\n", "a b\n\xff x\n"};

    for (int i = 0; i < 4; i++) {
        struct renames r = {0};

        CHECK_INT(read_map(&r, maps[i]), -1);
        CHECK_STR(e.text, "map: line 2: expected an old and a new name, every old name once");
        renames_free(&r);
    }
}

int main(void)
{
    RUN(names_go_through_map_and_prefix);
    RUN(two_tensors_of_one_name_are_refused);
    RUN(names_must_be_names_of_records);
    RUN(bad_maps_are_refused_by_line);
    return check_report();
}
