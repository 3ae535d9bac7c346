#include "models/video_report.h"

#include "base/fail.h"
#include "base/mem.h"
#include "stream/attrs.h"

#include <inttypes.h>
#include <stdlib.h>

void video_tally_init(struct video_tally *a, int64_t classes)
{
    a->videos = 0;
    top_classes_init(&a->top, classes);
}

void video_tally_free(struct video_tally *a) { top_classes_free(&a->top); }

int video_tally_add(struct video_tally *a, const struct video *v, const float *score, struct ten_err *e)
{
    const int64_t classes = a->top.classes;
    if (v->labelled && (v->label < 0 || v->label >= classes))
        return fail(e, TEN_E_DATA, "video %" PRId64 ": label %" PRId32 ": expected one of the network's, 0 to %" PRId64, v->number, v->label,
                    classes - 1);
    if (v->labelled)
        top_classes_add(&a->top, score, v->label);
    a->videos++;
    return 0;
}

static json_t *share(int64_t n, const struct top_classes *t)
{
    return t->n ? json_real((double)n / (double)t->n) : json_null();
}

char *video_tally_text(const struct video_tally *a, const struct video_net *nets, int n, const struct video_protocol *p)
{
    const struct sampling s = {p->mode, SAMPLING_TEST, nets[0].segments, p->length};
    const struct top_classes *t = &a->top;
    json_t *json = json_object();
    json_object_set_new(json, "videos", json_integer(a->videos));
    json_object_set_new(json, "labelled", json_integer(t->n));
    json_object_set_new(json, "top1", share(t->first, t));
    json_object_set_new(json, "top5", share(t->five, t));
    json_object_set_new(json, "class_accuracy", t->n ? json_real(top_classes_mean(t)) : json_null());
    json_object_set_new(json, "networks", json_integer(n));
    json_object_set_new(json, "segments", json_integer(nets[0].segments));
    json_object_set_new(json, "sampling", json_string(sampling_modes[p->mode]));
    json_object_set_new(json, "clips", json_integer(sampling_clips(&s)));
    json_object_set_new(json, "crops", json_integer(p->views));
    json_object_set_new(json, "size", json_integer(nets[0].size));
    json_object_set_new(json, "average", json_string(p->softmax ? "probabilities" : "logits"));
    char *text = attrs_text(json);
    json_decref(json);
    return text;
}

int video_write(struct ten_writer *out, const struct video *v, const float *score, int64_t classes, struct ten_err *e)
{
    int32_t best;
    best_classes(&best, 1, score, classes);
    const struct ten_record rec[] = {
        {.name = "logits", .type = TEN_F32, .shape = {2, {1, classes}}, .data = score, .group = v->number, .group_attrs = v->group_attrs,
         .history = v->history},
        {.name = "class", .type = TEN_I32, .shape = {1, {1}}, .data = &best, .group = v->number},
        {.name = "label", .type = TEN_I32, .shape = {1, {1}}, .data = &v->label, .group = v->number},
    };
    for (int i = 0; i < (v->labelled ? 3 : 2); i++)
        if (ten_write(out, &rec[i], e) < 0)
            return -1;
    return 0;
}

void video_line(FILE *to, const struct video *v, const float *score, int64_t classes, int64_t top)
{
    const int64_t n = top < classes ? top : classes;
    int32_t *best = xmalloc((size_t)n * sizeof *best);
    best_classes(best, n, score, classes);
    if (*v->name)
        fputs(v->name, to);
    else
        fprintf(to, "%" PRId64, v->number);
    for (int64_t i = 0; i < n; i++)
        fprintf(to, ";%" PRId32, best[i]);
    putc('\n', to);
    free(best);
}
