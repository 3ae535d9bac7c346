#include "stream/parcel.h"

#include "base/mem.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static void records_come_out_as_they_went_in_one_behind_the_other(void)
{
    const float data[3] = {1, 2, 3};
    const struct ten_record a = {.name = "a", .type = TEN_F32, .shape = {1, {3}}, .data = data,
                                 .attrs = "{\"k\":1}", .group_attrs = "{}", .history = "{}\n"};
    const struct ten_record b = {
        .name = "packed", .type = TEN_U2, .shape = {2, {1, 3}}, .data = "\x1b"};
    char *block = xmalloc((size_t)(parcel_bytes(&a) + parcel_bytes(&b)));
    struct ten_record rec;
    const char *p;

    CHECK_INT(parcel_bytes(&a) % 8, 0);
    parcel_pack(block, &a);
    parcel_pack(block + parcel_bytes(&a), &b);

    p = parcel_unpack(&rec, block);
    CHECK(p == block + parcel_bytes(&a));
    CHECK_STR(rec.name, "a");
    CHECK_STR(rec.attrs, "{\"k\":1}");
    CHECK_STR(rec.group_attrs, "{}");
    CHECK_STR(rec.history, "{}\n");
    CHECK_INT(rec.type, TEN_F32);
    CHECK_INT(rec.shape.dim[0], 3);
    CHECK_BYTES(rec.data, data, sizeof data);

    p = parcel_unpack(&rec, p);
    CHECK(p == block + parcel_bytes(&a) + parcel_bytes(&b));
    CHECK_STR(rec.name, "packed");
    CHECK(!rec.attrs && !rec.group_attrs && !rec.history);
    CHECK_INT(rec.shape.rank, 2);
    CHECK_BYTES(rec.data, "\x1b", 1);
    free(block);
}

static void an_empty_record_has_a_parcel(void)
{
    const struct ten_record a = {.name = "e", .type = TEN_F64, .shape = {2, {0, 7}}};
    uint64_t block[64];
    struct ten_record rec;

    CHECK(parcel_bytes(&a) <= (int64_t)sizeof block);
    parcel_pack(block, &a);
    CHECK(parcel_unpack(&rec, block) == (char *)block + parcel_bytes(&a));
    CHECK_STR(rec.name, "e");
    CHECK_INT(ten_bytes(&rec), 0);
}

int main(void)
{
    RUN(records_come_out_as_they_went_in_one_behind_the_other);
    RUN(an_empty_record_has_a_parcel);
    return check_report();
}
