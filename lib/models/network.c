#include "models/network.h"
#include "base/fail.h"
#include "nn/checkpoint.h"
#include "nn/namemap.h"

#include <string.h>

/* ---- Options ------------------------------------------------------------------------------------------ */

enum { O_CONFIG = 600, O_CONFIG_FILE, O_INIT, O_INIT_MAP };

static const struct argp_option options[] = {
    {"config", O_CONFIG, "JSON", 0, "The network: {\"family\": NAME, ...}", 0},
    {"config-file", O_CONFIG_FILE, "FILE", 0, "The network: from a file of JSON", 0},
    {"init", O_INIT, "FILE", 0, "Start with what a model has of the same name and shape", 0},
    {"init-map", O_INIT_MAP, "FILE", 0, "Names and layouts of that model", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct network_options *o = st->input;
    switch (key) {
    case O_CONFIG:      o->config = arg; break;
    case O_CONFIG_FILE: o->config_file = arg; break;
    case O_INIT:        o->init = arg; break;
    case O_INIT_MAP:    o->init_map = arg; break;
    case ARGP_KEY_END:
        if (o->init_map && !o->init)
            argp_error(st, "--init-map: expected a model that it is about (--init=FILE)");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp network_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};
const struct argp_child network_child = {&network_argp, 0, "Network:", 9};

json_t *network_config(const struct network_options *o, struct ten_err *e)
{
    json_error_t why;
    json_t *config = o->config_file ? json_load_file(o->config_file, 0, &why) : json_loads(o->config ? o->config : "", 0, &why);
    if (config && json_is_object(config))
        return config;
    if (!o->config && !o->config_file)
        fail(e, TEN_E_USAGE, "config: none: expected --config='{\"family\": ...}' or --config-file=FILE");
    else if (config)
        fail(e, TEN_E_USAGE, "config: not an object: expected {\"family\": ...}");
    else
        fail(e, TEN_E_USAGE, "config: line %d, column %d: %s: expected a JSON object", why.line, why.column, why.text);
    json_decref(config);
    return NULL;
}

/* ---- First values --------------------------------------------------------------------------------------- */

static int judge(struct tool *t, const char *path, const struct init_report *r, bool strict)
{
    const bool rest = r->missing || r->misfits || r->left;
    if (!t->opt.quiet || (strict && rest))
        fprintf(stderr, "%s: %lld matched, %lld missing, %lld of another shape, %lld left\n%s", path, (long long)r->matched,
                (long long)r->missing, (long long)r->misfits, (long long)r->left, rest ? r->text : "");
    if (strict && rest)
        return fail(&t->err, TEN_E_DATA, "%s: is not this network's: expected every tensor, and no other (a map of names, or "
                    "--partial)", path);
    return 0;
}

static struct namemap *map_of(struct tool *t, const struct network_options *o)
{
    if (o->init_map) {
        struct source *src = tool_source(t, o->init_map);
        return src ? namemap_read(src, &t->err) : NULL;
    }
    struct source *lines = source_memory("map", o->init_lines, strlen(o->init_lines));
    struct namemap *map = namemap_read(lines, &t->err);
    source_close(lines);
    return map;
}

int network_load(struct tool *t, const struct network_options *o, struct params *params, bool strict,
                 struct init_report *came)
{
    struct namemap *map = NULL;
    if (!o->init)
        return 0;
    if ((o->init_map || o->init_lines) && !(map = map_of(t, o)))
        return -1;
    struct ten_reader *in = tool_reader(t, o->init);
    int rc = in ? checkpoint_init(in, params, map, came, &t->err) : -1;
    if (rc == 0)
        rc = judge(t, o->init, came, strict);
    namemap_free(map);
    return rc;
}

int network_start(struct tool *t, const struct network_options *o, struct params *params, bool strict)
{
    struct init_report came = {0};
    const int rc = network_load(t, o, params, strict, &came);
    init_report_free(&came);
    return rc;
}
