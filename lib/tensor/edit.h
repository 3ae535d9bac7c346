/* Changes to records on their way through: slices, types, shapes, names, attributes. */
#ifndef TENSOR_EDIT_H
#define TENSOR_EDIT_H

#include "stream/ten.h"
#include "tensor/slice.h"

#include <jansson.h>

enum edit_kind {
    EDIT_SLICE,             /* [NAME:]AXIS:START:STOP[:STEP] */
    EDIT_CAST,              /* [NAME:]TYPE */
    EDIT_RESHAPE,           /* [NAME:]DIMS, one of which may be -1: what is left */
    EDIT_RENAME,            /* OLD=NEW */
    EDIT_SET_ATTR,          /* [NAME:]KEY=JSON */
    EDIT_DROP_ATTR,         /* [NAME:]KEY */
    EDIT_SET_GROUP_ATTR,    /* KEY=JSON */
    EDIT_DROP_GROUP_ATTR,   /* KEY */
};

struct edit {
    enum edit_kind kind;
    char *name;             /* pattern (fnmatch) of the records it is for; NULL: all */
    bool used;              /* there was such a record */
    struct slice_spec slice;
    enum ten_type type;
    struct ten_shape shape;
    char *text;             /* new name, or key */
    json_t *value;
};

/* The change of this kind in text: 0, or -1 with *e set, TEN_E_USAGE, and nothing to free. */
int edit_parse(struct edit *edit, enum edit_kind kind, const char *text, struct ten_err *e);
void edit_free(struct edit *edit);

/* Memory for changed records: two buffers, as a change reads one and writes the other. */
struct edit_work { struct { void *p; size_t room; } buffer[2]; char *attrs, *group_attrs; };
void edit_work_free(struct edit_work *w);

/* Apply the edits in order to *rec, each to records that had its name when they came in.  What *rec
 * points at afterwards lives until the next call.  0, or -1 with *e set, TEN_E_DATA. */
int edit_apply(struct edit *edits, int n, struct ten_record *rec, struct edit_work *w,
               struct ten_err *e);

#endif
