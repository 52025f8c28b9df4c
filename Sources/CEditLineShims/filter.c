#define _GNU_SOURCE
#include "CEditLineShims.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// libedit draws an emoji of several code points as if each took the columns that wcwidth says, terminals join some of
// them into fewer. What would be joined is not sent: the parts of 👩‍👩‍👧 stand side by side while the line is edited, and
// the cursor stands where libedit takes it to be, on every terminal.

typedef struct {
  int descriptor;
  unsigned char pending[4];
  size_t pending_length;
} Filter;

static size_t character_length(unsigned char first) {
  return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// Writes what stands for a character to `out` and returns its length.
static size_t shown(const unsigned char *c, size_t length, unsigned char *out) {
  if (length == 3 && c[0] == 0xE2 && c[1] == 0x80 && c[2] == 0x8D) return 0;                  // U+200D joins
  if (length == 3 && c[0] == 0xEF && c[1] == 0xB8 && (c[2] == 0x8E || c[2] == 0x8F)) return 0;  // U+FE0E, U+FE0F
  if (length == 4 && c[0] == 0xF0 && c[1] == 0x9F && c[2] == 0x8F && c[3] >= 0xBB) {            // skin tones
    memcpy(out, "  ", 2);
    return 2;
  }
  memcpy(out, c, length);
  return length;
}

static int write_all(int descriptor, const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0) return -1;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

static ssize_t filter_write(void *cookie, const char *bytes, size_t count) {
  Filter *filter = cookie;
  size_t total = filter->pending_length + count;
  unsigned char *whole = malloc(2 * total);
  if (!whole) return 0;
  memcpy(whole + total, filter->pending, filter->pending_length);
  memcpy(whole + total + filter->pending_length, bytes, count);
  const unsigned char *in = whole + total, *end = in + total;
  size_t out = 0;
  while (in < end) {
    size_t length = character_length(*in);
    if (length > (size_t)(end - in)) break;
    out += shown(in, length, whole + out);
    in += length;
  }
  filter->pending_length = (size_t)(end - in);
  memcpy(filter->pending, in, filter->pending_length);
  int status = write_all(filter->descriptor, whole, out);
  free(whole);
  return status == 0 ? (ssize_t)count : 0;
}

static int filter_close(void *cookie) {
  free(cookie);
  return 0;
}

FILE *cel_terminal_stream(int descriptor) {
  Filter *filter = calloc(1, sizeof(Filter));
  if (!filter) return NULL;
  filter->descriptor = descriptor;
  cookie_io_functions_t functions = {.write = filter_write, .close = filter_close};
  FILE *stream = fopencookie(filter, "w", functions);
  if (!stream) free(filter);
  return stream;
}
