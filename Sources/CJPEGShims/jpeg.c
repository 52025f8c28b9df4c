#include "CJPEGShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

// No real picture has more scans; a file made to keep the decoder busy has thousands.
#define MOST_SCANS 200

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
  cjpeg_must_stop must_stop;
} error_manager;

static void on_error(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(errors->message, CJPEG_MESSAGE_SIZE, "%s", text);
  longjmp(errors->escape, 1);
}

// A file that ends early would be filled up with grey: that is an error here.
static void on_message(j_common_ptr info, int level) {
  if (level >= 0 || info->err->msg_code != JWRN_JPEG_EOF) return;
  error_manager *errors = (error_manager *)info->err;
  snprintf(errors->message, CJPEG_MESSAGE_SIZE, "the file ends too early");
  longjmp(errors->escape, 1);
}

// Called between rows of blocks, in the first passes over progressive files too.
static void on_progress(j_common_ptr info) {
  error_manager *errors = (error_manager *)info->err;
  int has_many_scans = ((j_decompress_ptr)info)->input_scan_number > MOST_SCANS;
  if (!has_many_scans && !(errors->must_stop && errors->must_stop())) return;
  if (has_many_scans)
    snprintf(errors->message, CJPEG_MESSAGE_SIZE, "more than %d scans", MOST_SCANS);
  else
    snprintf(errors->message, CJPEG_MESSAGE_SIZE, "stopped");
  longjmp(errors->escape, 1);
}

static void open_reader(struct jpeg_decompress_struct *info, error_manager *errors,
                        struct jpeg_progress_mgr *progress, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(info);
  memset(progress, 0, sizeof *progress);
  progress->progress_monitor = on_progress;
  info->progress = progress;
  // Coefficients of progressive files: beyond this libjpeg would need temporary files, which it reports.
  info->mem->max_memory_to_use = 1L << 30;
  jpeg_mem_src(info, bytes, count);
  jpeg_read_header(info, TRUE);
  if (info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK)
    info->out_color_space = JCS_CMYK;
  else
    info->out_color_space = info->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
}

static void start_errors(struct jpeg_decompress_struct *info, error_manager *errors, cjpeg_must_stop must_stop,
                         char *message) {
  memset(info, 0, sizeof *info);
  info->err = jpeg_std_error(&errors->base);
  errors->base.error_exit = on_error;
  errors->base.emit_message = on_message;
  errors->message = message;
  errors->must_stop = must_stop;
}

int cjpeg_read_header(const uint8_t *bytes, size_t count, cjpeg_header *header, char *message) {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  error_manager errors;
  start_errors(&info, &errors, NULL, message);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    return 1;
  }
  open_reader(&info, &errors, &progress, bytes, count);
  header->width = info.image_width;
  header->height = info.image_height;
  header->channels = info.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  jpeg_destroy_decompress(&info);
  return 0;
}

// Inks to light. Files by Adobe's programs, which are nearly all of this kind, store inks inverted.
static void cmyk_to_rgb(const uint8_t *from, uint8_t *to, uint32_t width, int is_inverted) {
  for (uint32_t x = 0; x < width; x++) {
    int k = is_inverted ? from[4 * x + 3] : 255 - from[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      int ink = is_inverted ? from[4 * x + c] : 255 - from[4 * x + c];
      to[3 * x + c] = (uint8_t)((ink * k + 127) / 255);
    }
  }
}

int cjpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                 cjpeg_must_stop must_stop, char *message) {
  struct jpeg_decompress_struct info;
  struct jpeg_progress_mgr progress;
  error_manager errors;
  uint8_t *volatile inks = NULL;
  start_errors(&info, &errors, must_stop, message);
  if (setjmp(errors.escape)) {
    jpeg_destroy_decompress(&info);
    free(inks);
    return 1;
  }
  open_reader(&info, &errors, &progress, bytes, count);
  jpeg_start_decompress(&info);
  int is_cmyk = info.out_color_space == JCS_CMYK;
  size_t row_bytes = (size_t)info.output_width * (is_cmyk ? 3 : info.output_components);
  if (row_bytes * info.output_height != capacity) {
    snprintf(message, CJPEG_MESSAGE_SIZE, "the size of the pixels is not what the header says");
    longjmp(errors.escape, 1);
  }
  if (is_cmyk && !(inks = malloc((size_t)info.output_width * 4))) {
    snprintf(message, CJPEG_MESSAGE_SIZE, "out of memory");
    longjmp(errors.escape, 1);
  }
  while (info.output_scanline < info.output_height) {
    uint8_t *row = pixels + row_bytes * info.output_scanline;
    JSAMPROW target = is_cmyk ? inks : row;
    jpeg_read_scanlines(&info, &target, 1);
    if (is_cmyk) cmyk_to_rgb(inks, row, info.output_width, info.saw_Adobe_marker);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  free(inks);
  return 0;
}
