// Convolutions by Winograd's algorithm over all threads: some rows of tiles at a time go through all 36 products, so that
// they stay in the cache.
#include "Kernels/parallel.h"

void GOMP_barrier(void);

enum { POINTS = 36, GROUP = 32, SQUARE = LANES * LANES };

typedef struct {
  vk_winograd p;
  const float *x, *w, *bias, *g;
  float *y, *bias_gradient, *scratch;
  /// Tiles down and across, rows of tiles taken together, floats between two of the 36 numbers.
  int64_t down, across, rows, step;
} wino_data;

static wino_data data_of(const vk_winograd *p) {
  wino_data d = {.p = *p};
  d.down = (p->out[0] + 3) / 4;
  d.across = (p->out[1] + 3) / 4;
  d.rows = (GROUP + d.across - 1) / d.across;
  if (d.rows > d.down) d.rows = d.down;
  // The 36 numbers of a tile must not all fall into the same few places of the cache.
  d.step = (d.rows * d.across + 1) * LANES;
  return d;
}

/// Floats of one thread: tiles of all its channels, and the products of one block or the sums of all.
static int64_t thread_floats(const wino_data *d, int is_gradient) {
  int64_t a = d->p.in_blocks, b = d->p.out_blocks;
  return POINTS * d->step * (a + (is_gradient ? b : 2)) + (is_gradient ? a * b * POINTS * SQUARE + b * LANES : 0);
}

int64_t vk_winograd_scratch(const vk_winograd *p, int is_gradient, int threads) {
  wino_data d = data_of(p);
  return threads * thread_floats(&d, is_gradient) + (is_gradient ? 0 : p->in_blocks * p->out_blocks * POINTS * SQUARE);
}

/// The filters of blocks first ..< last as 36 numbers each: u(out block, point, in block, in, out).
static void transform_filters(const wino_data *d, float *u, int64_t first, int64_t last) {
  int64_t a = d->p.in_blocks, b = d->p.out_blocks;
  for (int64_t k = first; k < last; k++) {
    int64_t out = k / a, in = k % a, pair = d->p.is_transposed ? in * b + out : k;
    vk_kernels()->winograd_filters(d->w + pair * 9 * SQUARE, d->p.is_transposed, u + (out * POINTS * a + in) * SQUARE, a * SQUARE);
  }
}

/// Brings the tiles of some rows, of every block of channels, into points; returns how many there are.
static int64_t tiles_into(const wino_data *d, const float *x, int64_t image, int64_t blocks, int64_t first, int64_t last, float *v) {
  const vk_table *kernels = vk_kernels();
  int64_t area = d->p.in[0] * d->p.in[1] * LANES;
  for (int64_t b = 0; b < blocks; b++)
    for (int64_t r = first; r < last; r++)
      for (int64_t c = 0; c < d->across; c++)
        kernels->winograd_into(
          x + (image * blocks + b) * area, d->p.in[0], d->p.in[1], r * 4 - d->p.before[0], c * 4 - d->p.before[1],
          v + b * POINTS * d->step + ((r - first) * d->across + c) * LANES, d->step);
  return (last - first) * d->across;
}

static int64_t group_count(const wino_data *d) { return d->p.images * ((d->down + d->rows - 1) / d->rows); }

/// The image and rows of tiles of a group.
static void locate(const wino_data *d, int64_t k, int64_t *image, int64_t *first, int64_t *last) {
  int64_t per_image = (d->down + d->rows - 1) / d->rows;
  *image = k / per_image;
  *first = k % per_image * d->rows;
  *last = *first + d->rows < d->down ? *first + d->rows : d->down;
}

/// Asks for a part of what the next group reads, so that it is near when its turn comes: `part` of the points' turns.
static void fetch_part(const wino_data *d, const float *x, int64_t blocks, const int64_t lengths[2], int64_t k, int64_t before, int64_t after, int part) {
  int64_t image, first, last, width = lengths[1] * LANES;
  locate(d, k, &image, &first, &last);
  int64_t top = first * 4 - before, bottom = last * 4 - before + after;
  top = top < 0 ? 0 : top;
  bottom = bottom > lengths[0] ? lengths[0] : bottom;
  int64_t lines = (bottom - top) * lengths[1];
  for (int64_t b = 0; b < blocks; b++) {
    const float *from = x + (image * blocks + b) * lengths[0] * width + top * width;
    for (int64_t line = lines * part / POINTS; line < lines * (part + 1) / POINTS; line++) __builtin_prefetch(from + line * LANES, 0, 2);
  }
}

static void convolution_part(void *data, int part, int parts) {
  wino_data *d = data;
  const vk_table *kernels = vk_kernels();
  int64_t a = d->p.in_blocks, b = d->p.out_blocks, first, last, image, top, bottom;
  float *u = d->scratch, *v = u + a * b * POINTS * SQUARE + part * thread_floats(d, 0), *m = v + a * POINTS * d->step;
  divide(a * b, 1, part, parts, &first, &last);
  transform_filters(d, u, first, last);
  GOMP_barrier();
  divide(group_count(d), 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    locate(d, k, &image, &top, &bottom);
    int64_t tiles = tiles_into(d, d->x, image, a, top, bottom, v);
    for (int64_t o = 0; o < b; o += 2) {
      int both = o + 1 < b ? 2 : 1;
      for (int point = 0; point < POINTS; point++) {
        if (o == 0 && k + 1 < last) fetch_part(d, d->x, a, d->p.in, k + 1, d->p.before[0], 2, point);
        if (o == 0) fetch_part(d, d->y, b, d->p.out, k, 0, 0, point);
        kernels->winograd_multiply(
          v + point * d->step, POINTS * d->step, u + (o * POINTS + point) * a * SQUARE, POINTS * a * SQUARE, a, m + point * d->step,
          POINTS * d->step, tiles, both);
      }
      for (int64_t t = 0; t < tiles * both; t++) {
        int64_t result = o + t / tiles, tile = t % tiles;
        kernels->winograd_back(
          m + t / tiles * POINTS * d->step + tile * LANES, d->step, d->bias ? d->bias + result * LANES : 0, d->p.is_relu, d->p.accumulates,
          d->y + (image * b + result) * d->p.out[0] * d->p.out[1] * LANES, d->p.out[0], d->p.out[1], (top + tile / d->across) * 4,
          tile % d->across * 4);
      }
    }
  }
}

void vk_winograd_convolution(const vk_winograd *p, const float *x, const float *w, const float *bias, float *y, float *scratch, int threads) {
  wino_data d = data_of(p);
  d.x = x, d.w = w, d.bias = bias, d.y = y, d.scratch = scratch;
  vk_parallel(convolution_part, &d, threads);
}

static void gradient_part(void *data, int part, int parts) {
  wino_data *d = data;
  const vk_table *kernels = vk_kernels();
  int64_t a = d->p.in_blocks, b = d->p.out_blocks, first, last, image, top, bottom, size = thread_floats(d, 1);
  float *v = d->scratch + part * size, *z = v + a * POINTS * d->step, *u = z + b * POINTS * d->step, *sums = u + a * b * POINTS * SQUARE;
  memset(u, 0, (size_t)(a * b * POINTS * SQUARE + b * LANES) * 4);
  divide(group_count(d), 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    locate(d, k, &image, &top, &bottom);
    int64_t tiles = tiles_into(d, d->x, image, a, top, bottom, v), area = d->p.out[0] * d->p.out[1] * LANES;
    for (int64_t o = 0; o < b; o++) {
      float *own = z + o * POINTS * d->step;
      for (int64_t t = 0; t < tiles; t++)
        kernels->winograd_spread(
          d->g + (image * b + o) * area, d->p.out[0], d->p.out[1], (top + t / d->across) * 4, t % d->across * 4,
          own + t * LANES, d->step);
      // The second point of both axes is the plain sum of a tile.
      for (int64_t t = 0; t < tiles; t++)
        for (int l = 0; l < LANES; l++) sums[o * LANES + l] += own[7 * d->step + t * LANES + l];
    }
    for (int64_t o = 0; o < b; o += 2)
      for (int64_t i = 0; i < a; i++)
        for (int point = 0; point < POINTS; point++) {
          if (o == 0 && i == 0 && k + 1 < last) {
            fetch_part(d, d->x, a, d->p.in, k + 1, d->p.before[0], 2, point);
            fetch_part(d, d->g, b, d->p.out, k + 1, 0, 0, point);
          }
          kernels->winograd_outer(
            v + (i * POINTS + point) * d->step, z + (o * POINTS + point) * d->step, POINTS * d->step, tiles,
            u + ((o * a + i) * POINTS + point) * SQUARE, a * POINTS * SQUARE, o + 1 < b ? 2 : 1);
        }
  }
  GOMP_barrier();
  divide(a * b * LANES, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t pair = k / LANES, row = k % LANES * LANES;
    kernels->winograd_filter_sums(
      d->scratch + (a + b) * POINTS * d->step + pair * POINTS * SQUARE + row, size, parts, d->y + pair * 9 * SQUARE + row);
  }
  divide(b * LANES, 1, part, parts, &first, &last);
  for (int64_t o = first; d->bias_gradient && o < last; o++) {
    float total = 0;
    for (int other = 0; other < parts; other++) total += (d->scratch + other * size + (a + b) * POINTS * d->step + a * b * POINTS * SQUARE)[o];
    d->bias_gradient[o] = total;
  }
}

void vk_winograd_weight_gradient(const vk_winograd *p, const float *x, const float *g, float *w, float *bias, float *scratch, int threads) {
  wino_data d = data_of(p);
  d.x = x, d.g = g, d.y = w, d.bias_gradient = bias, d.scratch = scratch;
  vk_parallel(gradient_part, &d, threads);
}
