#ifndef CJPEG_SHIMS_H
#define CJPEG_SHIMS_H

#include <stddef.h>
#include <stdint.h>

// libjpeg leaves errors by longjmp, which must not cross Swift frames: every setjmp is inside these functions.
// All return 0 on success; otherwise `message` holds the reason, cut to `CJPEG_MESSAGE_SIZE` bytes.

#define CJPEG_MESSAGE_SIZE 256

// What a JPEG header declares; channels of the decoded image: 1 grey, 3 RGB.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;
} cjpeg_header;

// Asked between rows; anything but 0 ends the work. May be NULL.
typedef int (*cjpeg_must_stop)(void);

// Reads the header of the JPEG in `bytes`.
int cjpeg_read_header(const uint8_t *bytes, size_t count, cjpeg_header *header, char *message);

// Decodes to rows without padding; `capacity` must be width * height * channels.
int cjpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                 cjpeg_must_stop must_stop, char *message);

#endif
