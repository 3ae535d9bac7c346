#include "video/listing.h"

#include "base/fail.h"
#include "base/hash.h"
#include "base/mem.h"
#include "image/loader.h"
#include "image/numbered.h"
#include "video/y4m.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINE = 1 << 14, MAX_FRAMES = 1 << 24, SHOWN = 60 };

/* ---- The list ------------------------------------------------------------------------------- */

static bool is_y4m(const char *path)
{
    const size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".y4m") == 0;
}

/* Cut the last word off text: the word, or NULL where nothing stands before it. */
static char *last_word(char *text)
{
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = 0;
    while (end > text && !isspace((unsigned char)end[-1]))
        end--;
    if (end == text)
        return NULL;
    end[-1] = 0;
    return end;
}

static bool whole(const char *word, int64_t min, int64_t max, int64_t *v)
{
    char *end;
    errno = 0;
    *v = strtoll(word, &end, 10);
    return end != word && !*end && errno == 0 && *v >= min && *v <= max;
}

/* Cut the longest name of a class off text that ends in one: its number, or -1. */
static int64_t last_name(char *text, const struct names *classes)
{
    const size_t length = strlen(text);
    size_t longest = 0;
    int64_t class = -1;
    for (int64_t i = 0; i < classes->n; i++) {
        const size_t n = strlen(classes->name[i]);
        if (n > longest && n < length && isspace((unsigned char)text[length - n - 1]) &&
            strcmp(text + length - n, classes->name[i]) == 0) {
            longest = n;
            class = i;
        }
    }
    if (class >= 0)
        text[length - longest - 1] = 0;
    return class;
}

/* Cut LABEL off text. */
static bool parse_label(struct listed *v, char *text, const struct names *classes)
{
    const char *word = classes ? NULL : last_word(text);
    int64_t class = -1;
    if (classes && (class = last_name(text, classes)) < 0)
        return false;
    if (!classes && !(word && whole(word, -1, INT32_MAX, &class)))
        return false;
    v->label = (int32_t)class;
    return true;
}

static void cut_blanks(char *text)
{
    for (char *end = text + strlen(text); end > text && isspace((unsigned char)end[-1]);)
        *--end = 0;
}

static bool parse(struct listed *v, char *text, const struct names *classes)
{
    cut_blanks(text);
    const char *frames = parse_label(v, text, classes) ? last_word(text) : NULL;
    if (!frames)
        return false;
    cut_blanks(text);
    v->path = text + strspn(text, " \t");
    return *v->path && whole(frames, is_y4m(v->path) ? 0 : 1, MAX_FRAMES, &v->frames);
}

int listing_read(struct listing *l, struct source *src, const struct names *classes,
                 struct ten_err *e)
{
    const char *line;
    int64_t n;
    int rc;
    *l = (struct listing){0};
    while ((rc = source_line(src, &line, &n, MAX_LINE, e)) > 0) {
        char text[MAX_LINE + 4];
        struct listed v;
        memcpy(text, line, (size_t)n);
        text[n] = 0;
        if (text[strspn(text, " \t")] == 0 || text[0] == '#')
            continue;
        if (!parse(&v, text, classes))
            return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %.*s: expected PATH FRAMES LABEL, "
                        "%s", source_name(src), source_line_number(src),
                        n < SHOWN ? (int)n : SHOWN, line,
                        classes ? "a whole number and a class" : "whole numbers");
        l->video = xrealloc(l->video, (size_t)(l->n + 1) * sizeof *l->video);
        v.path = xstrdup(v.path);
        l->video[l->n++] = v;
    }
    if (rc == 0 && l->n == 0)
        return fail(e, TEN_E_DATA, "%s: no video: expected lines PATH FRAMES LABEL",
                    source_name(src));
    return rc;
}

int listing_classes(struct names *classes, struct source *src, struct ten_err *e)
{
    const char *line;
    int64_t n;
    int rc;
    while ((rc = source_line(src, &line, &n, MAX_LINE, e)) > 0) {
        char text[MAX_LINE + 4];
        memcpy(text, line, (size_t)n);
        text[n] = 0;
        cut_blanks(text);
        const char *name = text + strspn(text, " \t");
        for (int64_t i = 0; *name && i < classes->n; i++)
            if (strcmp(name, classes->name[i]) == 0)
                return fail(e, TEN_E_DATA, "%s: line %" PRId64 ": %s: is class %" PRId64
                            ": expected another name", source_name(src), source_line_number(src),
                            name, i);
        if (*name)
            names_add(classes, name);
    }
    if (rc == 0 && classes->n == 0)
        return fail(e, TEN_E_DATA, "%s: no class: expected a name a line", source_name(src));
    return rc;
}

void listing_free(struct listing *l)
{
    for (int64_t i = 0; i < l->n; i++)
        free(l->video[i].path);
    free(l->video);
    *l = (struct listing){0};
}

/* ---- Folders -------------------------------------------------------------------------------- */

static void count_input(struct ten_input *input, int64_t bytes, uint64_t digest)
{
    input->bytes += bytes;
    input->digest = XXH3_64bits_withSeed(&digest, sizeof digest, input->digest);
}

/* Paths of a folder's pictures, [frames]; where one is not there, the first. */
static char **paths(const char *folder, const char *pattern, int64_t frames, int64_t *missing)
{
    char **path = xmalloc((size_t)frames * sizeof *path);
    for (int64_t i = 0; i < frames; i++) {
        char *name = numbered(pattern, i + 1);
        path[i] = xasprintf("%s/%s", folder, name);
        free(name);
        if (i > 0 && access(path[i], F_OK) < 0) {
            free(path[i]);
            path[i] = xstrdup(path[0]);
            ++*missing;
        }
    }
    return path;
}

/* Pictures into v, channels at .. at+c-1 of all. */
static int load_pictures(struct loaded *v, const char *folder, const struct listing_files *files,
                         int at, int patterns, struct ten_input *input, struct ten_err *e)
{
    char **path = paths(folder, files->pattern[at], v->frames, &v->missing);
    struct loader l = {.file = path, .files = v->frames, .max_bytes = files->max_bytes,
                       .prepare.channels = patterns > 1 ? 1 : 3};
    int64_t got = 0;
    int rc = 0;
    while (rc == 0 && got < v->frames) {
        const int64_t n = loader_next(&l, v->frames - got, e);
        const int64_t pixels = n > 0 ? n * l.dims.h * l.dims.w : 0, c = l.dims.c;
        if (n <= 0 || (v->pixels && (l.dims.h != v->height || l.dims.w != v->width))) {
            rc = n < 0 ? -1 : fail(e, TEN_E_DATA, "%s: pictures of two sizes: expected one",
                                   folder);
            break;
        }
        v->height = l.dims.h;
        v->width = l.dims.w;
        v->channels = c * patterns;
        if (!v->pixels)
            v->pixels = xmalloc((size_t)(v->frames * l.dims.h * l.dims.w * v->channels));
        uint8_t *to = v->pixels + got * v->height * v->width * v->channels + at;
        for (int64_t i = 0; i < pixels; i++)
            memcpy(to + i * v->channels, l.pixels + i * c, (size_t)c);
        got += n;
    }
    count_input(input, l.input.bytes, l.input.digest);
    loader_free(&l);
    for (int64_t i = 0; i < v->frames; i++)
        free(path[i]);
    free(path);
    return rc;
}

static int load_folder(struct loaded *v, const char *folder, int64_t frames,
                       const struct listing_files *files, struct ten_input *input,
                       struct ten_err *e)
{
    const int patterns = files->pattern[1] ? 2 : 1;
    v->frames = frames;
    for (int i = 0; i < patterns; i++)
        if (load_pictures(v, folder, files, i, patterns, input, e) < 0)
            return -1;
    return 0;
}

/* ---- Files ---------------------------------------------------------------------------------- */

static int load_frames(struct loaded *v, struct y4m *y, int64_t most, struct ten_err *e)
{
    const int64_t bytes = y->h * y->w * y->c;
    const uint8_t *planes;
    int64_t room = 0;
    int rc = 1;
    while ((most == 0 || v->frames < most) && (rc = y4m_next(y, &planes, e)) > 0) {
        if (v->frames == room) {                        /* memory follows what has arrived */
            room = 2 * room + 1;
            v->pixels = xrealloc(v->pixels, (size_t)(room * bytes));
        }
        y4m_to_pixels(y, v->pixels + v->frames++ * bytes, planes);
    }
    v->height = y->h;
    v->width = y->w;
    v->channels = y->c;
    return rc < 0 ? -1 : 0;
}

static int load_y4m(struct loaded *v, const char *path, int64_t most, struct ten_input *input,
                    struct ten_err *e)
{
    struct source *src = source_open(path, e);
    struct y4m y;
    int rc = src && y4m_open(&y, src, e) == 0 ? load_frames(v, &y, most, e) : -1;
    if (rc == 0 && (v->frames == 0 || v->frames < most))
        rc = fail(e, TEN_E_DATA, "%s: %" PRId64 " frames: expected %" PRId64, path, v->frames,
                  most ? most : 1);
    if (src)
        count_input(input, source_offset(src), source_digest(src));
    source_close(src);
    return rc;
}

int listing_load(struct loaded *v, const struct listed *from, const struct listing_files *files,
                 struct ten_input *input, struct ten_err *e)
{
    char *path = files->root && from->path[0] != '/' ? xasprintf("%s/%s", files->root, from->path)
                                                     : xstrdup(from->path);
    *v = (struct loaded){0};
    const int rc = is_y4m(path) ? load_y4m(v, path, from->frames, input, e)
                                : load_folder(v, path, from->frames, files, input, e);
    free(path);
    if (rc < 0) {
        free(v->pixels);
        *v = (struct loaded){0};
    }
    return rc;
}
