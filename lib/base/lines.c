#include "base/lines.h"

#include "base/mem.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 << 10 };                 /* bytes; fixed, so that threads do not change results */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

void line_next(struct line *l, const char **at, const char *end)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));

    l->p = *at;
    l->end = newline ? newline : end;
    l->number++;
    *at = newline ? newline + 1 : end;
    while (l->p < l->end && blank(*l->p))
        l->p++;
    while (l->p < l->end && (blank(l->end[-1]) || l->end[-1] == '\r'))
        l->end--;
}

bool line_skipped(const struct line *l, const char *comments)
{
    if (l->p == l->end)
        return true;
    while (*comments && *comments != *l->p)
        comments++;
    return *comments != 0;
}

static void skip_blanks(struct line *l)
{
    while (l->p < l->end && blank(*l->p))
        l->p++;
}

const char *line_field(struct line *l, char *text, int max)
{
    int n = 0;

    skip_blanks(l);
    if (l->p == l->end)
        return strcpy(text, "(nothing)");
    for (; l->p < l->end && !blank(*l->p); l->p++)
        if (n < max - 1)
            text[n++] = *l->p;
    text[n] = 0;
    return text;
}

static bool took(struct line *l, const char *after)
{
    if (!after || (after < l->end && !blank(*after)))
        return false;
    l->p = after;
    return true;
}

bool line_i64(struct line *l, int64_t *v)
{
    skip_blanks(l);
    return took(l, parse_i64(l->p, l->end, v));
}

bool line_f64(struct line *l, double *v)
{
    skip_blanks(l);
    return took(l, parse_f64(l->p, l->end, v));
}

bool line_ended(const struct line *l)
{
    return l->p == l->end;
}

static void cut_blocks(struct lines *l, const char *p, const char *end)
{
    l->blocks = xcalloc((size_t)((end - p) / BLOCK + 1), sizeof *l->blocks);
    while (p < end) {
        const char *to = end - p > BLOCK ? p + BLOCK : end;
        const char *newline = to < end ? memchr(to, '\n', (size_t)(end - to)) : NULL;

        to = newline ? newline + 1 : end;
        l->blocks[l->nblocks++] = (struct line_block){.p = p, .end = to};
        p = to;
    }
}

void lines_cut(struct lines *l, const char *p, const char *end, int64_t first, const char *comments)
{
    *l = (struct lines){.comments = comments};
    cut_blocks(l, p, end);
    #pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < l->nblocks; b++) {
        struct line_block *block = &l->blocks[b];
        struct line line = {0};

        for (const char *at = block->p; at < block->end; ) {
            line_next(&line, &at, block->end);
            block->item += !line_skipped(&line, comments);
        }
        block->line = line.number;
    }
    /* Counts become starts. */
    l->last = first - 1;
    for (int64_t b = 0; b < l->nblocks; b++) {
        const struct line_block count = l->blocks[b];

        l->blocks[b].line = l->last;
        l->blocks[b].item = l->items;
        l->last += count.line;
        l->items += count.item;
    }
}

void lines_free(struct lines *l)
{
    free(l->blocks);
}

static int parse_block(const struct lines *l, const struct line_block *block, line_fn *fn, void *arg,
                       struct ten_err *e)
{
    struct line line = {.number = block->line};
    int64_t index = block->item;

    for (const char *at = block->p; at < block->end; ) {
        line_next(&line, &at, block->end);
        if (!line_skipped(&line, l->comments) && fn(arg, &line, index++, e) < 0)
            return -1;
    }
    return 0;
}

int lines_each(const struct lines *l, line_fn *fn, void *arg, struct ten_err *e)
{
    int64_t bad = INT64_MAX;                /* the first block with a fault so far */

    #pragma omp parallel for schedule(dynamic)
    for (int64_t b = 0; b < l->nblocks; b++) {
        struct ten_err mine;
        int64_t limit;

        #pragma omp atomic read
        limit = bad;
        if (b > limit || parse_block(l, &l->blocks[b], fn, arg, &mine) == 0)
            continue;
        #pragma omp critical(lines_fault)
        if (b < bad) {
            *e = mine;
            #pragma omp atomic write
            bad = b;
        }
    }
    return bad == INT64_MAX ? 0 : -1;
}
