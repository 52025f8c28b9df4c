#ifndef CPNG_SHIMS_H
#define CPNG_SHIMS_H

#include <stddef.h>
#include <stdint.h>

// libpng reports errors by longjmp, which must not cross Swift frames: every setjmp is inside these functions.
// All return 0 on success; otherwise `message` holds the reason, cut to `CPNG_MESSAGE_SIZE` bytes.

#define CPNG_MESSAGE_SIZE 160

// What a PNG header declares, before anything is allocated for its pixels.
typedef struct {
  uint32_t width;
  uint32_t height;
  // Channels of the decoded image: 1 grey, 3 RGB, 4 RGBA.
  uint32_t channels;
  // Bytes of a stored row, for judging whether the file can hold what its header says.
  uint64_t stored_row_bytes;
} cpng_header;

// Asked between bands of rows; anything but 0 ends the work. May be NULL.
typedef int (*cpng_must_stop)(void);

// Reads the header of the PNG in `bytes`. With `labels` a palette or grey file has one channel: its numbers as stored.
int cpng_read_header(const uint8_t *bytes, size_t count, int labels, cpng_header *header, char *message);

// Decodes to 8 bits per channel, rows without padding; `capacity` must be width * height * channels.
int cpng_decode(const uint8_t *bytes, size_t count, int labels, uint8_t *pixels, size_t capacity,
                cpng_must_stop must_stop, char *message);

// Encodes `channels` (1, 3 or 4) interleaved bytes per pixel; `*encoded` is freed with cpng_free.
int cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int level,
                cpng_must_stop must_stop, uint8_t **encoded, size_t *encoded_count, char *message);

// Encodes an index into `palette` per pixel (RGB triples, at most 256).
int cpng_encode_indexed(const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
                        uint32_t palette_count, cpng_must_stop must_stop, uint8_t **encoded, size_t *encoded_count,
                        char *message);

// Frees what the encoders returned.
void cpng_free(uint8_t *encoded);

#endif
