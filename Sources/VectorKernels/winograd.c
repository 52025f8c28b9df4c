// Convolutions by Winograd's algorithm over all threads: some tiles at a time go through all 36 products, so that they stay
// in the cache.
#include "Kernels/parallel.h"

void GOMP_barrier(void);

/// At most so many tiles are taken through all products together: some rows of a large image, or some small images. So
/// many blocks of results are worked on while all tiles pass.
enum { POINTS = 36, GROUP = 32, FEW_TILES = 16, CHUNK = 8, SQUARE = LANES * LANES };

typedef struct {
  vk_winograd p;
  const float *x, *w, *bias, *g;
  float *y, *bias_gradient, *scratch;
  /// Tiles down and across an image, rows of tiles and images that are taken together, floats between two of the numbers.
  int64_t down, across, rows, images, step;
} wino_data;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces(int64_t count, int64_t size) { return (count + size - 1) / size; }

static wino_data data_of(const vk_winograd *p) {
  wino_data d = {.p = *p};
  d.down = pieces(p->out[0], 4);
  d.across = pieces(p->out[1], 4);
  int is_small = d.down * d.across < FEW_TILES;
  d.rows = is_small ? d.down : least(d.down, most(1, GROUP / d.across));
  d.images = is_small ? GROUP / (d.down * d.across) : 1;
  // The 36 numbers of a tile must not all fall into the same few places of the cache.
  d.step = (d.rows * d.across * d.images + 1) * LANES;
  return d;
}

/// Tiles that are taken together: rows from `top` on of some images, or all rows of the last ones.
typedef struct {
  int64_t image, images, top, rows;
} tile_group;

static int64_t groups_per_image(const wino_data *d) { return pieces(d->down, d->rows); }
static int64_t group_count(const wino_data *d) { return pieces(d->p.images, d->images) * groups_per_image(d); }

static tile_group group_at(const wino_data *d, int64_t k) {
  tile_group g = {.image = k / groups_per_image(d) * d->images, .top = k % groups_per_image(d) * d->rows};
  g.images = least(d->images, d->p.images - g.image);
  g.rows = least(d->rows, d->down - g.top);
  return g;
}

static int64_t tiles_of(const wino_data *d, const tile_group *g) { return g->images * g->rows * d->across; }

/// Floats of one thread: tiles of all its channels, and the products of two blocks or the sums of all.
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

/// Visits a group's tiles in order: `t` counts them, `image` and the pixel `i`, `j` are where they are.
#define EACH_TILE(d, g)                                                                                        \
  for (int64_t t = 0, image = (g)->image; image < (g)->image + (g)->images; image++)                           \
    for (int64_t i = (g)->top * 4; i < ((g)->top + (g)->rows) * 4; i += 4)                                     \
      for (int64_t j = 0; j < (d)->across * 4; j += 4, t++)

/// Brings the tiles of a group, of every block of channels, into points.
static void tiles_into(const wino_data *d, const tile_group *g, float *v) {
  const vk_table *kernels = vk_kernels();
  int64_t blocks = d->p.in_blocks, area = d->p.in[0] * d->p.in[1] * LANES;
  for (int64_t b = 0; b < blocks; b++, v += POINTS * d->step)
    EACH_TILE(d, g)
      kernels->winograd_into(
        d->x + (image * blocks + b) * area, d->p.in[0], d->p.in[1], i - d->p.before[0], j - d->p.before[1], v + t * LANES, d->step);
}

/// Writes a block of results of a group.
static void results_back(const wino_data *d, int64_t result, const tile_group *g, const float *m) {
  const vk_table *kernels = vk_kernels();
  int64_t area = d->p.out[0] * d->p.out[1] * LANES;
  const float *bias = d->bias ? d->bias + result * LANES : 0;
  EACH_TILE(d, g)
    kernels->winograd_back(
      m + t * LANES, d->step, bias, d->p.is_relu, d->p.accumulates, d->y + (image * d->p.out_blocks + result) * area, d->p.out[0], d->p.out[1],
      i, j);
}

/// Asks for a part of what group `k` reads or writes, so that it is near when its turn comes: `part` of the points' turns.
static void fetch_part(const wino_data *d, const float *x, int64_t blocks, const int64_t lengths[2], int64_t k, int64_t before, int64_t after, int part) {
  tile_group g = group_at(d, k);
  int64_t width = lengths[1] * LANES, top = most(0, g.top * 4 - before), bottom = least(lengths[0], (g.top + g.rows) * 4 - before + after);
  int64_t lines = (bottom - top) * lengths[1];
  for (int64_t b = g.image * blocks; b < (g.image + g.images) * blocks; b++) {
    const float *from = x + b * lengths[0] * width + top * width;
    for (int64_t line = lines * part / POINTS; line < lines * (part + 1) / POINTS; line++) __builtin_prefetch(from + line * LANES, 0, 2);
  }
}

static void convolution_part(void *data, int part, int parts) {
  wino_data *d = data;
  int64_t a = d->p.in_blocks, b = d->p.out_blocks, first, last;
  float *u = d->scratch, *v = u + a * b * POINTS * SQUARE + part * thread_floats(d, 0), *m = v + a * POINTS * d->step;
  divide(a * b, 1, part, parts, &first, &last);
  transform_filters(d, u, first, last);
  GOMP_barrier();
  const vk_table *kernels = vk_kernels();
  int64_t groups = group_count(d);
  divide(pieces(b, CHUNK) * groups, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    tile_group g = group_at(d, k % groups);
    int64_t from = k / groups * CHUNK, to = least(from + CHUNK, b), tiles = tiles_of(d, &g);
    tiles_into(d, &g, v);
    for (int64_t o = from; o < to; o += 2) {
      int both = o + 1 < to ? 2 : 1;
      for (int point = 0; point < POINTS; point++) {
        if (o == from && k + 1 < last) fetch_part(d, d->x, a, d->p.in, (k + 1) % groups, d->p.before[0], 2, point);
        if (o == from) fetch_part(d, d->y, b, d->p.out, k % groups, 0, 0, point);
        kernels->winograd_multiply(
          v + point * d->step, POINTS * d->step, u + (o * POINTS + point) * a * SQUARE, POINTS * a * SQUARE, a, m + point * d->step,
          POINTS * d->step, tiles, both);
      }
      for (int i = 0; i < both; i++) results_back(d, o + i, &g, m + i * POINTS * d->step);
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
  int64_t a = d->p.in_blocks, b = d->p.out_blocks, area = d->p.out[0] * d->p.out[1] * LANES, first, last, size = thread_floats(d, 1);
  float *v = d->scratch + part * size, *z = v + a * POINTS * d->step, *u = z + b * POINTS * d->step, *sums = u + a * b * POINTS * SQUARE;
  memset(u, 0, (size_t)(a * b * POINTS * SQUARE + b * LANES) * 4);
  divide(group_count(d), 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    tile_group g = group_at(d, k);
    tiles_into(d, &g, v);
    for (int64_t o = 0; o < b; o++)
      EACH_TILE(d, &g) {
        float *own = z + o * POINTS * d->step + t * LANES;
        kernels->winograd_spread(d->g + (image * b + o) * area, d->p.out[0], d->p.out[1], i, j, own, d->step);
        // The second point of both axes is the plain sum of a tile.
        for (int l = 0; l < LANES; l++) sums[o * LANES + l] += own[7 * d->step + l];
      }
    for (int64_t o = 0; o < b; o += 2)
      for (int64_t i = 0; i < a; i++)
        for (int point = 0; point < POINTS; point++) {
          if (o == 0 && i == 0 && k + 1 < last) {
            fetch_part(d, d->x, a, d->p.in, k + 1, d->p.before[0], 2, point);
            fetch_part(d, d->g, b, d->p.out, k + 1, 0, 0, point);
          }
          kernels->winograd_outer(
            v + (i * POINTS + point) * d->step, z + (o * POINTS + point) * d->step, POINTS * d->step, tiles_of(d, &g),
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
