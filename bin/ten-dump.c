/* bin/ten-dump.c - print the values of tensor streams. */
#include "stream/inputs.h"
#include "tensor/cast.h"

#include <math.h>
#include <string.h>

struct opts {
    struct tool tool;
    struct inputs files;
    int64_t limit;
    int precision;                  /* 0: as many digits as needed */
    bool header;
};

static const struct argp_option options[] = {
    {"limit", 'l', "N", 0, "Print at most N values of each record, then ...", 0},
    {"precision", 'p', "P", 0, "P significant digits of floats (default: what tells the value apart)", 0},
    {"header", 'h', 0, 0, "A line `# NAME TYPE SHAPE' before each record", 0},
    {0}
};

static error_t parse(int key, char *arg, struct argp_state *st)
{
    struct opts *o = st->input;

    switch (key) {
    case ARGP_KEY_INIT: st->child_inputs[0] = &o->tool.opt; break;
    case 'l':           o->limit = tool_int(st, arg, 0, INT64_MAX); break;
    case 'p':           o->precision = (int)tool_int(st, arg, 1, 17); break;
    case 'h':           o->header = true; break;
    case ARGP_KEY_ARGS: inputs_args(&o->files, st); break;
    default:            return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    options, parse, "[FILE...]", "Print the values of tensor streams, standard input when no FILE is "
    "named or FILE is -: the last axis as one line, an empty line between records, utf8 as it is.\v"
    "Example:\n  ten-gen image u8 2,2,3 | ten-dump --header", tool_common, 0, 0
};

static bool is_float(enum ten_type t)
{
    return t == TEN_F32 || t == TEN_F64 || t == TEN_F16 || t == TEN_BF16;
}

/* `n` values of a line, from element `at` on. */
static void print_values(const struct opts *o, const struct ten_record *rec, int64_t at, int64_t n)
{
    const bool rounded = o->precision > 0 && is_float(rec->type);
    char text[32];

    for (int64_t i = at; i < at + n; i++) {
        const double v = rounded ? elem_double(rec->data, rec->type, i) : NAN;

        if (isnan(v))                   /* printf would tell NaNs of different signs apart */
            elem_text(rec->data, rec->type, i, text);
        else
            snprintf(text, sizeof text, "%.*g", o->precision, v);
        if (i > at)
            putchar_unlocked(' ');
        fputs_unlocked(text, stdout);
    }
}

/* How many of n values to print: no character of a text is cut in two. */
static int64_t limited(const struct opts *o, const struct ten_record *rec, int64_t n)
{
    const unsigned char *text = rec->data;
    int64_t shown = n < o->limit ? n : o->limit;

    if (rec->type == TEN_UTF8 && shown < n)
        while (shown > 0 && (text[shown] & 0xc0) == 0x80)
            shown--;
    return shown;
}

/* The rows of a record. */
static void print_record(const struct opts *o, const struct ten_record *rec)
{
    const int64_t n = ten_count(rec), shown = limited(o, rec, n);
    const int64_t row = rec->shape.rank > 0 ? rec->shape.dim[rec->shape.rank - 1] : 1;
    const char *bytes = rec->data;

    for (int64_t at = 0; at < shown; at += row) {
        const int64_t here = shown - at < row ? shown - at : row;

        if (rec->type == TEN_UTF8)
            fwrite(bytes + at, 1, (size_t)here, stdout);
        else
            print_values(o, rec, at, here);
        if (here < row)
            printf(rec->type == TEN_UTF8 ? "..." : " ...");
        /* A text that ends its last line itself needs no second newline. */
        if (rec->type != TEN_UTF8 || here < row || bytes[at + here - 1] != '\n')
            putchar('\n');
    }
    if (shown < n && (shown == 0 || shown % row == 0))
        puts("...");
}

int main(int argc, char **argv)
{
    struct opts o = {.limit = INT64_MAX};
    struct ten_record rec;
    char shape[192];
    bool first = true;
    int rc;

    tool_open(&o.tool, 0, &argp, argc, argv, &o);
    for (; (rc = inputs_next(&o.files, &o.tool, &rec)) > 0; first = false) {
        if (!first)
            putchar('\n');
        if (o.header)
            printf("# %s %s %s\n", rec.name, ten_type_name(rec.type), ten_shape_text(&rec.shape, shape));
        print_record(&o, &rec);
    }
    inputs_close(&o.files);
    return tool_close(&o.tool, rc);
}
