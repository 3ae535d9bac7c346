/* Groups of records taken for a digraph with sources and a spanner: refused with a message, or one
 * whose spanner, by a construction that the second byte chooses, keeps its promise and can be
 * written.  The first byte picks the attributes; a record is four bytes (name, type, length, length) and its
 * payload, as much as there is. */
#include "graph/spanner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const names[] = {"indptr", "indices", "weight", "sources",
                                    "in_h", "row", "col", "values", "xy"};
static const enum ten_type types[] = {TEN_I64, TEN_I32, TEN_F64, TEN_U32, TEN_U8,
                                      TEN_F32, TEN_U16, TEN_BOOL, TEN_U4};
static const char *const attributes[] = {
    "{\"kind\":\"coo\",\"shape\":[4,4],\"symmetry\":\"general\"}",
    "{\"kind\":\"csr\",\"shape\":[4,4],\"symmetry\":\"general\"}",
    "{\"kind\":\"csr\",\"shape\":[9,9],\"symmetry\":\"general\"}",
    "{\"kind\":\"csc\",\"shape\":[3,3],\"symmetry\":\"general\"}",
    "{\"kind\":\"coo\",\"shape\":[20,20],\"symmetry\":\"symmetric\"}",
    "{\"kind\":\"csr\",\"shape\":[2,3]}",
    "{\"kind\":\"coo\",\"shape\":[4294967296,4294967296]}",
    NULL,
};
#define PICK(list, byte) (list)[(byte) % (sizeof (list) / sizeof *(list))]

/* The records as a stream in memory, from its beginning. */
static int stream_of(const uint8_t *data, size_t size)
{
    struct ten_err e = {0};
    const int fd = memfd_create("digraph", 0);
    struct ten_writer *w = ten_create_fd(fd, "-", NULL, &e);
    bool good = w != NULL;

    for (size_t at = 2; good && at + 4 <= size; ) {
        const uint8_t *h = data + at;
        struct ten_record rec = {.name = PICK(names, h[0]), .type = PICK(types, h[1]),
                                 .shape = {1 + h[3] / 64, {h[2], 1 + h[3] % 4}},
                                 .group_attrs = PICK(attributes, data[0])};
        rec.shape.rank = rec.shape.rank > 2 ? 2 : rec.shape.rank;
        at += 4;
        const size_t bytes = (size_t)ten_bytes(&rec);
        if (bytes > size - at)
            break;
        void *payload = malloc(bytes + !bytes);
        memcpy(payload, data + at, bytes);
        rec.data = payload;
        at += bytes;
        good = ten_write(w, &rec, &e) == 0;
        free(payload);
    }
    if (good)
        ten_finish(w, &e);
    ten_discard(w);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* What reading promises. */
static void check(const struct digraph *g)
{
    if (g->out.rows != g->n || g->out.n != g->m || g->out.ptr[g->n] != g->m)
        abort();
    for (int64_t k = 0; k < g->m; k++) {
        const double w = digraph_weights(g)[k];
        if (!(w >= 0 && w < INFINITY) || g->out.col[k] >= g->n || g->in_arc[k] < 0 ||
            g->in_arc[k] >= g->m)
            abort();
    }
    for (int64_t i = 0; i < g->nsources; i++)
        if (g->sources[i] >= g->n)
            abort();
}

static void build(struct digraph *g, uint8_t how)
{
    struct spanner_options o = {.algo = how % (SPANNER_SPT + 1), .k = 1 + how / 8 % 4, .eps = 1,
                                .order = how / 32 % 3, .fast = {.rho = 0.25, .reps = 1}};
    struct spanner_result r;
    struct verify_report v;

    if (o.algo == SPANNER_GREEDY || how >= 224)
        o.stretch = 1 + how % 5 / 2.0;
    spanner_build(g, &o, &r);
    verify(&v, g, r.bound, 0, 0);
    if (v.above > 0 || v.broken > 0)
        abort();
    spanner_prune(g, 3, 0, o.order, &r);
    verify(&v, g, 3, 0, 0);
    if (v.above > 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ten_err e = {0};
    struct digraph g;

    if (size < 2)
        return 0;
    const int fd = stream_of(data, size), null = memfd_create("null", 0);
    struct ten_reader *r = ten_open_fd(fd, "-", NULL, &e);
    struct ten_writer *w = ten_create_fd(null, "-", NULL, &e);
    const int rc = digraph_read(&g, r, "fuzz", &e);

    if (rc < 0 && (e.code != TEN_E_DATA || !strstr(e.text, ": expected ")))
        abort();
    if (rc == 0) {
        check(&g);
        build(&g, data[1]);
        digraph_write(w, &g, 0, &e);
    }
    digraph_free(&g);
    ten_close(r);
    ten_discard(w);
    close(fd);
    close(null);
    return 0;
}
