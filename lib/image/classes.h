/* Lists of files, and the classes their paths tell. */
#ifndef IMAGE_CLASSES_H
#define IMAGE_CLASSES_H

#include "base/err.h"

#include <stdint.h>

/* A list of strings of its own; {0} is an empty one. */
struct names { char **name; int64_t n; };

void names_add(struct names *l, const char *name);
void names_free(struct names *l);

/* Append the files that a shell pattern matches, in byte order: 0, or -1 with *e set when there
 * are none. */
int names_glob(struct names *l, const char *pattern, struct ten_err *e);

/* Which part of a path is the class: "a/cat/1.png" is of class "cat" by folder and "1" by file. */
enum class_from { CLASS_NONE, CLASS_DIR, CLASS_FILE };

/*
 * label[i] = number of the class of files->name[i] in classes, which gets all classes in byte
 * order.  0, or -1 with *e set when a path has no folder.
 */
int classes_find(struct names *classes, int32_t *label, const struct names *files,
                 enum class_from from, struct ten_err *e);

/* The group attribute that names them, {"classes":[...]}: the caller's, free().  NULL with *e set
 * when a name is no UTF-8. */
char *classes_attrs(const struct names *classes, struct ten_err *e);

#endif
