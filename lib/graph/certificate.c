#include "graph/certificate.h"

#include "base/fail.h"
#include "base/files.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

int certificate_write(const char *path, const struct verify_report *r, double bound,
                      struct ten_err *e)
{
    struct save *file = save_open(path, e);
    if (!file)
        return -1;
    FILE *to = save_file(file);
    fprintf(to, "{\n  \"kind\": \"round-trip spanner certificate\",\n");
    fprintf(to, "  \"graph\": \"%016" PRIx64 "\",\n  \"sources\": \"%016" PRIx64 "\",\n"
            "  \"spanner\": \"%016" PRIx64 "\",\n", r->graph_hash, r->sources_hash,
            r->spanner_hash);
    fprintf(to, "  \"nsources\": %" PRId64 ",\n  \"checked\": %" PRId64 ",\n", r->sources,
            r->checked);
    if (r->at_most > 0)
        fprintf(to, "  \"confidence\": %g,\n  \"sources_above_at_most\": %.6g,\n", r->confidence,
                r->at_most);
    fprintf(to, "  \"stretch\": %.17g,\n", bound < INFINITY ? bound : r->max);
    fprintf(to, "  \"worst\": {\"source\": %" PRIu32 ", \"vertex\": %" PRIu32 ", \"in_g\": %.17g, "
            "\"in_h\": %.17g}\n}\n", r->worst.source, r->worst.vertex, r->worst.in_g,
            r->worst.in_h);
    return save_commit(file, e);
}

/* 16 hexadecimal digits. */
static bool parse_hash(uint64_t *hash, const char *text)
{
    char *end;
    *hash = strtoull(text, &end, 16);
    return end == text + 16 && *end == 0;
}

static int parse(struct certificate *c, const json_t *json, const char *path, struct ten_err *e)
{
    const char *kind, *graph, *sources, *spanner;
    json_int_t source, vertex, nsources, checked;
    json_error_t why;
    if (json_unpack_ex((json_t *)json, &why, 0,
                       "{s:s, s:s, s:s, s:s, s:I, s:I, s:F, s:{s:I, s:I, s:F, s:F}}",
                       "kind", &kind, "graph", &graph, "sources", &sources, "spanner", &spanner,
                       "nsources", &nsources, "checked", &checked, "stretch", &c->stretch, "worst",
                       "source", &source, "vertex", &vertex, "in_g", &c->worst.in_g, "in_h",
                       &c->worst.in_h) < 0)
        return fail(e, TEN_E_DATA, "%s: %s: expected a certificate as spanner writes it", path,
                    why.text);
    if (!parse_hash(&c->graph, graph) || !parse_hash(&c->sources, sources) ||
        !parse_hash(&c->spanner, spanner) || !(c->stretch >= 1) || source < 0 ||
        source > UINT32_MAX || vertex < 0 || vertex > UINT32_MAX || checked < 0 ||
        checked > nsources)
        return fail(e, TEN_E_DATA, "%s: a number is out of range: expected a certificate as "
                    "spanner writes it", path);
    c->nsources = nsources;
    c->checked = checked;
    c->worst.source = (uint32_t)source;
    c->worst.vertex = (uint32_t)vertex;
    return 0;
}

int certificate_read(struct certificate *c, const char *path, struct ten_err *e)
{
    json_error_t why;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!json && why.line < 0)
        return fail(e, TEN_E_DATA, "%s: expected a certificate as spanner writes it", why.text);
    if (!json)
        return fail(e, TEN_E_DATA, "%s: line %d: %s: expected a certificate as spanner writes it",
                    path, why.line, why.text);
    const int rc = parse(c, json, path, e);
    json_decref(json);
    return rc;
}

static int check_hash(const char *path, const char *what, uint64_t told, uint64_t found,
                      struct ten_err *e)
{
    if (told == found)
        return 0;
    return fail(e, TEN_E_DATA, "%s: %s %016" PRIx64 ": expected that of standard input, %016"
                PRIx64, path, what, told, found);
}

int certificate_check(const struct certificate *c, const char *path, const struct verify_report *r,
                      struct ten_err *e)
{
    const struct verify_pair *a = &c->worst, *b = &r->worst;
    const bool exact = c->checked == c->nsources && r->checked == r->sources;
    if (check_hash(path, "graph", c->graph, r->graph_hash, e) < 0 ||
        check_hash(path, "sources", c->sources, r->sources_hash, e) < 0 ||
        check_hash(path, "spanner", c->spanner, r->spanner_hash, e) < 0)
        return -1;
    if (exact && (a->source != b->source || a->vertex != b->vertex || a->in_g != b->in_g ||
                  a->in_h != b->in_h))
        return fail(e, TEN_E_DATA, "%s: worst pair: source %" PRIu32 ", vertex %" PRIu32
                    ", %.10g for %.10g: expected source %" PRIu32 ", vertex %" PRIu32
                    ", %.10g for %.10g", path, a->source, a->vertex, a->in_h, a->in_g, b->source,
                    b->vertex, b->in_h, b->in_g);
    return 0;
}
