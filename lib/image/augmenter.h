/* DiffAugment on a stream: images forward, with the draws written in front of them, or gradients
 * and tangents with the draws that stand there.  The transforms are in tensor/diffaugment.h. */
#ifndef IMAGE_AUGMENTER_H
#define IMAGE_AUGMENTER_H

#include "stream/ten.h"
#include "tensor/diffaugment.h"

/* Names are comma lists; NULL is an empty one. */
struct augmenter {
    enum augment_mode mode;
    const char *policy;             /* NULL: forward AUGMENTER_POLICY, else as the group says */
    const char *record;             /* name of the images, */
    const char *pairs;              /* and of others with the same draws */
    const char *color_on;           /* those that take colour ops; NULL: all */
    const char *geometry_only;      /* further ones, of any type, that only move */
    struct augment_source from;     /* of the next group: step and first go on */

    int64_t records, images;        /* seen so far: all, and those transformed */

    /* Private from here on: the group being read, */
    int64_t group;
    char *attrs;                    /* its attributes as written, */
    char *color;                    /* color_on, or what the group says */
    struct augment_policy ops;      /* n = -1: not known */
    int64_t n, h, w;                /* of the draws; h = 0: no images yet */
    unsigned have;                  /* columns of the draws that have been read */
    struct augment_draw *draw;      /* [n] */
    void *scratch;                  /* images on their way out */
    int64_t draw_room, scratch_room;        /* bytes */
};

#define AUGMENTER_POLICY "color,translation,cutout"

/* Whether name is in the list. */
bool augmenter_lists(const char *list, const char *name);

/*
 * Transform rec if its name is in one of the lists, and write what becomes of it: 0, or -1 with *e
 * set (TEN_E_DATA).
 *
 * forward   u8 becomes f32, v/127.5-1.  Before the first images of a group stand its draws, one
 *           record for each op and aug.applied; its attribute "augment" is the policy, and
 *           "augment_color_on" is color_on if that is told.
 * tangent   f32 images; draws and policy come with the group, the draws first, and stay.
 * adjoint   f32 gradients; the same, but draws and attributes are left out.
 *
 * Other records are written as they are.  Memory: one record and its draws, and of what is
 * written 16 MiB, or one image where that is more.
 */
int augmenter_record(struct augmenter *a, const struct ten_record *rec, struct ten_writer *out,
                     struct ten_err *e);
void augmenter_free(struct augmenter *a);

#endif
