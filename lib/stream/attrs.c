#include "stream/attrs.h"

#include "base/fail.h"
#include "base/mem.h"

json_t *attrs_parse(const char *text, const char *what, struct ten_err *e)
{
    json_error_t why;
    json_t *json;

    if (!text)
        return json_object();
    json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (json && json_is_object(json))
        return json;
    if (json)
        fail(e, TEN_E_DATA, "%s: not an object: expected a JSON object", what);
    else
        fail(e, TEN_E_DATA, "%s: byte %d: %s: expected a JSON object", what, why.position, why.text);
    json_decref(json);
    return NULL;
}

char *attrs_text(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    return text ? text : xstrdup("{}");
}
