/* Many PNG files, one after the other, as batches of images of one size. */
#ifndef IMAGE_LOADER_H
#define IMAGE_LOADER_H

#include "image/png.h"
#include "image/prepare.h"

#include "stream/ten.h"

/* Where an image came from: number of the file, and of the image in it. */
struct origin { int64_t file, index; };

struct loader {
    char *const *file;              /* the caller's list; "-" is standard input */
    int64_t files;
    struct prepare prepare;
    bool strip;                     /* each file holds images below one another, */
    int64_t height;                 /* this high; 0: as high as wide */
    int64_t max_bytes;              /* see png_in_open() */

    /* What has been read: for one file its size and digest, for several the sum of sizes and
     * d = XXH3-64(digest of the next file) with seed d, over the files in order. */
    struct ten_input input;

    /* Results of loader_next(), until its next call. */
    struct image_dims dims;         /* of every image; h = 0 before the first */
    uint8_t *pixels;                /* [n,h,w,c] */
    struct origin *origin;          /* [n] */

    /* Private from here on. */
    int64_t next;                   /* file to open next */
    struct source *src;             /* the file being read, */
    struct png_in *png;
    struct image_dims in;           /* the size of its images, */
    int64_t index, count;           /* how many are taken, and how many there are */
    uint8_t *raw;                   /* images as they stand in it */
    int64_t raw_room, pixels_room, origin_room;
    struct ten_err err;             /* of the image after those delivered; code 0: none */
};

/*
 * Load the next images, at most max: how many, 0 when there are no more, or -1 with *e set: a file
 * could not be read, or its images would differ in size or channels from the first.  Images before
 * a bad one are delivered before the failure is.  Multi-threaded by images.
 */
int64_t loader_next(struct loader *l, int64_t max, struct ten_err *e);
/* A line for each of n images that came, the file's name and, of a strip, ":" and the number of
 * the image in it: *size bytes, the caller's: free(). */
char *loader_names(const struct loader *l, int64_t n, int64_t *size);
void loader_free(struct loader *l);

#endif
