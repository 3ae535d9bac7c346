/*
 * YUV4MPEG2 (.y4m): a line of parameters, then frames of 8-bit planes Y, Cb, Cr.
 *
 * Colours are those of BT.601.  With y, cb, cr scaled to [0,1], [-1/2,1/2]:
 *
 *     y  = 0.299 R + 0.587 G + 0.114 B        Y  = 16 + 219 y       full range: 255 y
 *     cb = (B - y) / 1.772                    Cb = 128 + 224 cb                 128 + 255 cb
 *     cr = (R - y) / 1.402                    Cr = 128 + 224 cr                 128 + 255 cr
 *
 * in 16-bit fixed point, rounded to the nearest and clamped.  A chroma sample of 4:2:0 or 4:2:2
 * serves all pixels it covers, and is their mean on the way back; where it is sited between them
 * (jpeg, mpeg2, paldv) makes no difference here.
 */
#ifndef VIDEO_Y4M_H
#define VIDEO_Y4M_H

#include "base/err.h"
#include "base/source.h"

#include <stdbool.h>
#include <stdint.h>

enum y4m_chroma { Y4M_MONO, Y4M_420, Y4M_422, Y4M_444 };

struct y4m {
    int64_t w, h, c;                /* c: channels in memory, 1 for mono, else 3 (RGB) */
    int64_t rate[2];                /* frames a second as a fraction; 0:0 unknown */
    enum y4m_chroma chroma;
    bool full_range;
    int64_t frames;                 /* read so far */
    struct source *src;             /* reading only */
};

enum { Y4M_MAX_SIDE = 1 << 15, Y4M_MAX_LINE = 1024 };

/* Read the parameters; src must outlive the reader.  Interlaced video, more than 8 bits and
 * other colour samplings are refused.  0, or -1 with *e set. */
int y4m_open(struct y4m *v, struct source *src, struct ten_err *e);

/* The next frame, as planes that live until the next call: 1, 0 at the end, or -1 with *e set.
 * Memory: one frame that has arrived. */
int y4m_next(struct y4m *v, const uint8_t **planes, struct ten_err *e);

int64_t y4m_frame_bytes(const struct y4m *v);           /* of the planes */

/* pixels [h,w,c] from planes, and back.  Multi-threaded by rows. */
void y4m_to_pixels(const struct y4m *v, uint8_t *restrict pixels, const uint8_t *restrict planes);
void y4m_from_pixels(const struct y4m *v, uint8_t *restrict planes, const uint8_t *restrict pixels);

/* The line of parameters, with its newline, into text, which is returned. */
char *y4m_header(const struct y4m *v, char text[160]);

/* Frames a second as the fraction that was meant: 29.97 is 30000:1001. */
void y4m_rate(double fps, int64_t rate[2]);

#endif
