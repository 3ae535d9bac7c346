#include "models/online.h"

#include "base/fail.h"

#include <string.h>

static const struct {
    const char *family;
    int (*check)(const struct model *m, struct ten_err *e);
    struct var *(*step)(struct model *m, struct tape *t, struct var *frame, struct clip_past *past);
} families[] = {
    {"resnet", resnet_check_online, resnet_online},
    {"mobilenet", mobilenet_check_online, mobilenet_online},
    {"bninception", bninception_check_online, bninception_online},
};

enum { FAMILIES = sizeof families / sizeof families[0] };

static int number_of(const struct model *m)
{
    int i = 0;
    while (i < FAMILIES && strcmp(families[i].family, m->family->name) != 0)
        i++;
    return i;
}

int online_check(const struct model *m, struct ten_err *e)
{
    const int i = number_of(m);
    if (i == FAMILIES)
        return fail(e, TEN_E_DATA, "%s: a network that does not see clips: expected one of family resnet, mobilenet or "
                    "bninception", m->family->name);
    return families[i].check(m, e);
}

struct var *online_step(struct model *m, struct tape *t, struct var *frame, struct clip_past *past)
{
    return families[number_of(m)].step(m, t, frame, past);
}
