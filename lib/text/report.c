#include "text/report.h"

#include "base/fail.h"
#include "base/mem.h"
#include "base/threads.h"
#include "text/html.h"

#include <dirent.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { MAX_ROWS = 200 };            /* of a table, on the page */

static const char style[] =
    ":root{color-scheme:light dark;--line:#8885;--good:#1a7f37;--bad:#c62828}\n"
    "@media(prefers-color-scheme:dark){:root{--good:#57d364;--bad:#ff7b72}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:0 1rem 3rem}\n"
    "h1,h2,h3{line-height:1.2}\n"
    "h2{border-top:1px solid var(--line);padding-top:1.5rem;margin-top:2.5rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-size:.875rem}\n"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line)}\n"
    "th,td{text-align:left;vertical-align:top}\n"
    "th{white-space:nowrap}\n"
    "td.num{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".holds{color:var(--good);font-weight:600}\n"
    ".fails{color:var(--bad);font-weight:600}\n"
    ".untested{opacity:.7}\n"
    /* Verdicts stay in sight while a wide table scrolls under them. */
    "td:not(.num):is(.holds,.fails,.untested){position:sticky;right:0;background:Canvas}\n"
    "figure{margin:1.5rem 0}\n"
    "figure img,figure svg{max-width:100%;height:auto}\n"
    "figure svg{background:#fff}\n"
    "figcaption,footer{font-size:.875rem;opacity:.8}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}\n";

/* ---- Folders -------------------------------------------------------------------------------- */

struct names { struct dirent **entry; int n; };

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* Not by strcoll: the page must not depend on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* What a folder holds; nothing where path is a file. */
static int list(struct names *l, const char *path, struct ten_err *e)
{
    l->entry = NULL;
    l->n = scandir(path, &l->entry, visible, by_bytes);
    if (l->n < 0 && errno != ENOTDIR)
        return fail(e, TEN_E_DATA, "%s: %s: expected a folder", path, strerror(errno));
    l->n = l->n < 0 ? 0 : l->n;
    return 0;
}

static void free_names(struct names *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->entry[i]);
    free(l->entry);
}

/* In the order of the page. */
enum kind { CLAIMS, NOTE, PLOT, PICTURE, TABLE, KINDS };

static enum kind kind_of(const char *name)
{
    static const struct { const char *suffix; enum kind kind; } table[] = {
        {".md", NOTE}, {".txt", NOTE}, {".svg", PLOT}, {".png", PICTURE}, {".tsv", TABLE},
    };
    const char *dot = strrchr(name, '.');

    if (strcmp(name, "claims.tsv") == 0)
        return CLAIMS;
    for (size_t i = 0; dot && i < sizeof table / sizeof *table; i++)
        if (strcmp(dot, table[i].suffix) == 0)
            return table[i].kind;
    return KINDS;
}

/* ---- Results -------------------------------------------------------------------------------- */

/* One folder with something to show. */
struct result { char *paper, *scale, *path; int holds, fails, untested; };
struct results { struct result *one; int n; };

static int read_table(struct tsv *t, const char *path, struct ten_err *e)
{
    struct source *s = source_open(path, e);
    const int rc = s ? tsv_read(t, s, e) : -1;

    if (s && rc < 0)
        tsv_free(t);
    source_close(s);
    return rc;
}

static int count_verdicts(struct result *r, const char *path, struct ten_err *e)
{
    struct tsv t;
    int c;

    if (read_table(&t, path, e) < 0)
        return -1;
    c = tsv_column(&t, "verdict");
    for (int64_t i = 0; c >= 0 && i < t.rows; i++) {
        const char *v = tsv_cell(&t, i, c);

        if (strcmp(v, "holds") == 0)
            r->holds++;
        else if (strcmp(v, "fails") == 0)
            r->fails++;
        else
            r->untested++;
    }
    tsv_free(&t);
    return 0;
}

/* Take the folder path in when there is something to show. */
static int add_result(struct results *all, const char *path, const char *paper, const char *scale,
                      struct ten_err *e)
{
    struct names files;
    struct result r = {0};
    int rc = list(&files, path, e);
    bool any = false;

    for (int i = 0; i < files.n && rc == 0; i++) {
        const enum kind kind = kind_of(files.entry[i]->d_name);

        any |= kind != KINDS;
        if (kind == CLAIMS) {
            char *claims = xasprintf("%s/claims.tsv", path);

            rc = count_verdicts(&r, claims, e);
            free(claims);
        }
    }
    free_names(&files);
    if (rc == 0 && any) {
        r.paper = xstrdup(paper);
        r.scale = xstrdup(scale);
        r.path = xstrdup(path);
        all->one = xrealloc(all->one, (size_t)(all->n + 1) * sizeof r);
        all->one[all->n++] = r;
    }
    return rc;
}

static int find_scales(struct results *all, const char *path, const char *paper, struct ten_err *e)
{
    struct names scales;
    int rc = list(&scales, path, e);

    for (int i = 0; i < scales.n && rc == 0; i++) {
        char *below = xasprintf("%s/%s", path, scales.entry[i]->d_name);

        rc = add_result(all, below, paper, scales.entry[i]->d_name, e);
        free(below);
    }
    free_names(&scales);
    return rc;
}

static int find_results(struct results *all, const char *dir, struct ten_err *e)
{
    struct names papers;
    int rc = list(&papers, dir, e);

    for (int i = 0; i < papers.n && rc == 0; i++) {
        char *below = xasprintf("%s/%s", dir, papers.entry[i]->d_name);

        rc = find_scales(all, below, papers.entry[i]->d_name, e);
        free(below);
    }
    free_names(&papers);
    if (rc == 0 && all->n == 0)
        rc = fail(e, TEN_E_DATA, "%s: no results: expected folders PAPER/SCALE that hold some",
                  dir);
    return rc;
}

static void free_results(struct results *all)
{
    for (int i = 0; i < all->n; i++) {
        free(all->one[i].paper);
        free(all->one[i].scale);
        free(all->one[i].path);
    }
    free(all->one);
}

/* ---- The page ------------------------------------------------------------------------------- */

static int show_table(FILE *to, const char *path, const char *name, struct ten_err *e)
{
    struct tsv t;

    if (read_table(&t, path, e) < 0)
        return -1;
    fputs("<h3>", to);
    html_text(to, name, strlen(name) - strlen(".tsv"));
    fputs("</h3>\n", to);
    html_table(to, &t, MAX_ROWS);
    tsv_free(&t);
    return 0;
}

static int show_picture(FILE *to, const char *path, const char *name, enum kind kind,
                        const void *data, size_t n, struct ten_err *e)
{
    fputs("<figure>", to);
    if (kind == PICTURE) {
        fputs("<img alt=\"", to);
        html_string(to, name);
        fputs("\" src=\"data:image/png;base64,", to);
        html_base64(to, data, n);
        fputs("\">", to);
    } else if (!html_svg(to, data, n)) {
        return fail(e, TEN_E_DATA, "%s: no picture, or one with a script: expected plain SVG",
                    path);
    }
    fputs("<figcaption>", to);
    html_text(to, name, strlen(name) - strlen(".png"));
    fputs("</figcaption></figure>\n", to);
    return 0;
}

static int show_file(FILE *to, const char *path, const char *name, enum kind kind,
                     struct ten_err *e)
{
    struct source *s;
    const void *data;
    int64_t n;
    int rc = 0;

    if (kind == CLAIMS || kind == TABLE)
        return show_table(to, path, name, e);
    s = source_open(path, e);
    n = s ? source_rest(s, &data, e) : -1;
    if (n < 0) {
        rc = -1;
    } else if (kind == NOTE) {
        fputs("<pre>", to);
        html_text(to, data, (size_t)n);
        fputs("</pre>\n", to);
    } else {
        rc = show_picture(to, path, name, kind, data, (size_t)n, e);
    }
    source_close(s);
    return rc;
}

static int show_files(FILE *to, const struct result *r, struct ten_err *e)
{
    struct names files;
    int rc = list(&files, r->path, e);

    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < files.n && rc == 0; i++) {
            const char *name = files.entry[i]->d_name;
            char *path;

            if (kind_of(name) != (enum kind)kind)
                continue;
            path = xasprintf("%s/%s", r->path, name);
            rc = show_file(to, path, name, (enum kind)kind, e);
            free(path);
        }
    free_names(&files);
    return rc;
}

static void anchor(FILE *to, const struct result *r)
{
    html_string(to, r->paper);
    putc('-', to);
    html_string(to, r->scale);
}

static int show_result(FILE *to, const struct result *r, struct ten_err *e)
{
    fputs("<h2 id=\"", to);
    anchor(to, r);
    fputs("\">", to);
    html_string(to, r->paper);
    fputs(" at scale ", to);
    html_string(to, r->scale);
    fputs("</h2>\n", to);
    return show_files(to, r, e);
}

static void show_summary(FILE *to, const struct results *all)
{
    fputs("<div class=scroll tabindex=0><table>\n<thead><tr><th>paper<th>scale<th>claims that hold"
          "<th>fail<th>not tested\n<tbody>\n", to);
    for (int i = 0; i < all->n; i++) {
        const struct result *r = &all->one[i];

        fputs("<tr><td><a href=\"#", to);
        anchor(to, r);
        fputs("\">", to);
        html_string(to, r->paper);
        fputs("</a><td>", to);
        html_string(to, r->scale);
        fprintf(to, "<td class=num>%d<td class=\"num%s\">%d<td class=num>%d\n", r->holds,
                r->fails > 0 ? " fails" : "", r->fails, r->untested);
    }
    fputs("</table></div>\n", to);
}

/* What follows key at the start of a line of a file of the system, or "unknown". */
static void show_value(FILE *to, const char *path, const char *key)
{
    FILE *f = fopen(path, "r");
    char line[512], *value = NULL;

    while (!value && f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            value = line + strlen(key) + strspn(line + strlen(key), " \t:=\"");
    if (value)
        value[strcspn(value, "\"\n")] = 0;
    html_string(to, value ? value : "unknown");
    if (f)
        fclose(f);
}

static void show_host(FILE *to)
{
    struct utsname u = {0};

    uname(&u);
    fprintf(to, "<footer>\n<h2>Made with</h2>\n<p>tenstream %s (compiler %s, glibc %s)<br>\n",
            TENSTREAM_VERSION, __VERSION__, gnu_get_libc_version());
    show_value(to, "/etc/os-release", "PRETTY_NAME");
    fprintf(to, ", %s %s %s<br>\n", u.sysname, u.release, u.machine);
    show_value(to, "/proc/cpuinfo", "model name");
    fprintf(to, ", %d threads, ", threads_default());
    show_value(to, "/proc/meminfo", "MemTotal");
    fputs(" of memory</p>\n</footer>\n", to);
}

int report_page(FILE *to, const char *dir, const char *title, struct ten_err *e)
{
    struct results all = {0};
    int rc = find_results(&all, dir, e);

    if (rc == 0) {
        fputs("<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
              "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n<title>", to);
        html_string(to, title);
        fprintf(to, "</title>\n<style>\n%s</style>\n<h1>", style);
        html_string(to, title);
        fputs("</h1>\n", to);
        show_summary(to, &all);
    }
    for (int i = 0; i < all.n && rc == 0; i++)
        rc = show_result(to, &all.one[i], e);
    if (rc == 0) {
        show_host(to);
        fputs("</html>\n", to);
    }
    free_results(&all);
    return rc;
}
