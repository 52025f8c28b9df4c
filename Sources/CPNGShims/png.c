#include "CPNGShims.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Where libpng's callbacks read from, write to, and leave their message.
typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  uint8_t *written;
  size_t written_count;
  size_t written_capacity;
  char *message;
} stream;

static void on_error(png_structp png, png_const_charp text) {
  stream *s = png_get_error_ptr(png);
  strncpy(s->message, text, CPNG_MESSAGE_SIZE - 1);
  s->message[CPNG_MESSAGE_SIZE - 1] = 0;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_read(png_structp png, png_bytep into, png_size_t count) {
  stream *s = png_get_io_ptr(png);
  if (count > s->count - s->position) png_error(png, "the file ends too early");
  memcpy(into, s->bytes + s->position, count);
  s->position += count;
}

static void on_write(png_structp png, png_bytep from, png_size_t count) {
  stream *s = png_get_io_ptr(png);
  if (count > s->written_capacity - s->written_count) {
    size_t capacity = (s->written_count + count) * 2;
    uint8_t *grown = realloc(s->written, capacity);
    if (!grown) png_error(png, "out of memory");
    s->written = grown;
    s->written_capacity = capacity;
  }
  memcpy(s->written + s->written_count, from, count);
  s->written_count += count;
}

static void on_flush(png_structp png) { (void)png; }

static png_structp open_reader(stream *s) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, on_error, on_warning);
  if (!png) return NULL;
  png_set_read_fn(png, s, on_read);
  // Ancillary chunks (text, profiles) are compressed too: without a limit one of them is a way to fill memory.
  png_set_chunk_malloc_max(png, 8u << 20);
  png_set_chunk_cache_max(png, 64);
  return png;
}

// Bytes of pixels worked on between two looks at whether to stop: some milliseconds, also where packing is slow.
#define BAND_BYTES 65536

// Ends the work by libpng's way out when a band begins and somebody asked for it.
static void look_up(png_structp png, cpng_must_stop must_stop, uint32_t row, size_t row_bytes) {
  size_t rows = row_bytes < BAND_BYTES ? BAND_BYTES / row_bytes : 1;
  if (must_stop && row % rows == 0 && must_stop()) png_error(png, "stopped");
}

// Reads up to the pixels and asks for 8-bit grey, RGB or RGBA; for labels, for palette indices and grey values as stored.
static void read_info(png_structp png, png_infop info, int labels, cpng_header *header) {
  png_read_info(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->stored_row_bytes = png_get_rowbytes(png, info);
  int color = png_get_color_type(png, info);
  if (labels && png_get_bit_depth(png, info) == 16) png_error(png, "16 bits a pixel are no class numbers");
  if (labels && (color == PNG_COLOR_TYPE_PALETTE || color == PNG_COLOR_TYPE_GRAY)) {
    png_set_packing(png);
    header->channels = 1;
    return;
  }
  png_set_expand(png);
  png_set_scale_16(png);
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  if (has_alpha) png_set_gray_to_rgb(png);
  header->channels = has_alpha ? 4 : (color & PNG_COLOR_MASK_COLOR) ? 3 : 1;
}

int cpng_read_header(const uint8_t *bytes, size_t count, int labels, cpng_header *header, char *message) {
  stream s = {.bytes = bytes, .count = count, .message = message};
  strcpy(message, "out of memory");
  png_structp png = open_reader(&s);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, info ? &info : NULL, NULL);
    return 1;
  }
  read_info(png, info, labels, header);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

int cpng_decode(const uint8_t *bytes, size_t count, int labels, uint8_t *pixels, size_t capacity,
                cpng_must_stop must_stop, char *message) {
  stream s = {.bytes = bytes, .count = count, .message = message};
  strcpy(message, "out of memory");
  png_structp png = open_reader(&s);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, info ? &info : NULL, NULL);
    return 1;
  }
  cpng_header header;
  read_info(png, info, labels, &header);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t row_bytes = (size_t)header.width * header.channels;
  if (png_get_rowbytes(png, info) != row_bytes || row_bytes * header.height != capacity)
    png_error(png, "the size of the pixels is not what the header says");
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < header.height; y++) {
      look_up(png, must_stop, y, row_bytes);
      png_read_row(png, pixels + y * row_bytes, NULL);
    }
  }
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

static int encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int level,
                  const uint8_t *palette, uint32_t palette_count, cpng_must_stop must_stop, uint8_t **encoded,
                  size_t *encoded_count, char *message) {
  stream s = {.message = message};
  strcpy(message, "out of memory");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, info ? &info : NULL);
    free(s.written);
    return 1;
  }
  png_set_write_fn(png, &s, on_write, on_flush);
  png_set_compression_level(png, level);
  int color = palette         ? PNG_COLOR_TYPE_PALETTE
              : channels == 1 ? PNG_COLOR_TYPE_GRAY
              : channels == 3 ? PNG_COLOR_TYPE_RGB
                              : PNG_COLOR_TYPE_RGBA;
  png_set_IHDR(png, info, width, height, 8, color, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (palette) {
    png_color colors[256];
    for (uint32_t i = 0; i < palette_count && i < 256; i++)
      colors[i] = (png_color){palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]};
    png_set_PLTE(png, info, colors, (int)palette_count);
    png_set_filter(png, 0, PNG_FILTER_NONE);
  }
  png_write_info(png, info);
  size_t row_bytes = (size_t)width * channels;
  for (uint32_t y = 0; y < height; y++) {
    look_up(png, must_stop, y, row_bytes);
    png_write_row(png, pixels + y * row_bytes);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *encoded = s.written;
  *encoded_count = s.written_count;
  return 0;
}

int cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int level,
                cpng_must_stop must_stop, uint8_t **encoded, size_t *encoded_count, char *message) {
  return encode(pixels, width, height, channels, level, NULL, 0, must_stop, encoded, encoded_count, message);
}

int cpng_encode_indexed(const uint8_t *indices, uint32_t width, uint32_t height, const uint8_t *palette,
                        uint32_t palette_count, cpng_must_stop must_stop, uint8_t **encoded, size_t *encoded_count,
                        char *message) {
  return encode(indices, width, height, 1, 6, palette, palette_count, must_stop, encoded, encoded_count, message);
}

void cpng_free(uint8_t *encoded) { free(encoded); }
