// Convolutions by Winograd's algorithm over all threads: some tiles at a time go through all 36 products, so that they stay
// in the cache.
#include "winograd.h"

void GOMP_barrier(void);

/// At most so many tiles are taken through all products together: some rows of a large image, or some small images. So
/// many blocks of results are worked on while all tiles pass.
enum { GROUP = 32, SMALL_IMAGE = 16, CHUNK = 8 };

static wino_data data_of(const vk_winograd *p, int threads) {
  wino_data d = {.p = *p, .threads = threads};
  d.down = pieces(p->out[0], 4);
  d.across = pieces(p->out[1], 4);
  int is_small = d.down * d.across < SMALL_IMAGE;
  d.rows = is_small ? d.down : least(d.down, most(1, GROUP / d.across));
  d.images = is_small ? GROUP / (d.down * d.across) : 1;
  // The 36 numbers of a tile must not all fall into the same few places of the cache.
  d.step = (d.rows * d.across * d.images + 1) * LANES;
  return d;
}

static int64_t groups_per_image(const wino_data *d) { return pieces(d->down, d->rows); }
static int64_t group_count(const wino_data *d) { return pieces(d->p.images, d->images) * groups_per_image(d); }

static tile_group group_at(const wino_data *d, int64_t k) {
  tile_group g = {.image = k / groups_per_image(d) * d->images, .top = k % groups_per_image(d) * d->rows};
  g.images = least(d->images, d->p.images - g.image);
  g.rows = least(d->rows, d->down - g.top);
  return g;
}

/// Floats of one thread: tiles of all its channels, and the products of two blocks or the sums of all.
static int64_t thread_floats(const wino_data *d, int is_gradient) {
  int64_t a = d->p.in_blocks, b = d->p.out_blocks;
  return POINTS * d->step * (a + (is_gradient ? b : 2)) + (is_gradient ? a * b * POINTS * point_floats(1) + b * LANES : 0);
}

int64_t vk_winograd_scratch(const vk_winograd *p, int is_gradient, int threads) {
  wino_data d = data_of(p, threads);
  int64_t few = vk_winograd_few_scratch(p, is_gradient, threads), filters = is_gradient ? 0 : p->out_blocks * POINTS * point_floats(p->in_blocks);
  if (vk_winograd_is_few(p, is_gradient, threads)) return few;
  // A part of the images may be few.
  return most(few, threads * thread_floats(&d, is_gradient) + filters);
}

/// The filters of blocks first ..< last as 36 numbers each: u(out block, point, in block, in, out).
static void transform_filters(const wino_data *d, float *u, int64_t first, int64_t last) {
  int64_t a = d->p.in_blocks;
  for (int64_t k = first; k < last; k++)
    filters_into(d, k / a, k % a, u + k / a * POINTS * point_floats(a) + k % a * SQUARE, point_floats(a));
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
  float *u = d->scratch, *v = u + b * POINTS * point_floats(a) + part * thread_floats(d, 0), *m = v + a * POINTS * d->step;
  divide(a * b, 1, part, parts, &first, &last);
  transform_filters(d, u, first, last);
  GOMP_barrier();
  const vk_table *kernels = vk_kernels();
  int64_t groups = group_count(d);
  divide(pieces(b, CHUNK) * groups, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    tile_group g = group_at(d, k % groups);
    int64_t from = k / groups * CHUNK, to = least(from + CHUNK, b), tiles = tiles_of(d, &g);
    for (int64_t i = 0; i < a; i++) tiles_into(d, &g, i, v + i * POINTS * d->step);
    for (int64_t o = from; o < to; o += 2) {
      int both = o + 1 < to ? 2 : 1;
      for (int point = 0; point < POINTS; point++) {
        if (o == from && k + 1 < last) fetch_part(d, d->x, a, d->p.in, (k + 1) % groups, d->p.before[0], 2, point);
        if (o == from) fetch_part(d, d->y, b, d->p.out, k % groups, 0, 0, point);
        kernels->winograd_multiply(
          v + point * d->step, POINTS * d->step, u + (o * POINTS + point) * point_floats(a), POINTS * point_floats(a), a, m + point * d->step,
          POINTS * d->step, tiles, both, 0);
      }
      for (int i = 0; i < both; i++) results_back(d, o + i, &g, m + i * POINTS * d->step);
    }
  }
}

void vk_winograd_convolution(const vk_winograd *p, const float *x, const float *w, const float *bias, float *y, float *scratch, int threads) {
  wino_data d = data_of(p, threads);
  d.x = x, d.w = w, d.bias = bias, d.y = y, d.scratch = scratch;
  if (vk_winograd_is_few(p, 0, threads)) vk_winograd_few_convolution(&d);
  else vk_parallel(convolution_part, &d, threads);
}

static void gradient_part(void *data, int part, int parts) {
  wino_data *d = data;
  const vk_table *kernels = vk_kernels();
  int64_t a = d->p.in_blocks, b = d->p.out_blocks, first, last, size = thread_floats(d, 1);
  float *v = d->scratch + part * size, *z = v + a * POINTS * d->step, *u = z + b * POINTS * d->step, *sums = u + a * b * POINTS * point_floats(1);
  memset(u, 0, (size_t)(a * b * POINTS * point_floats(1) + b * LANES) * 4);
  divide(group_count(d), 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    tile_group g = group_at(d, k);
    for (int64_t i = 0; i < a; i++) tiles_into(d, &g, i, v + i * POINTS * d->step);
    for (int64_t o = 0; o < b; o++) cotangents_into(d, &g, o, z + o * POINTS * d->step, sums + o * LANES);
    for (int64_t o = 0; o < b; o += 2)
      for (int64_t i = 0; i < a; i++)
        for (int point = 0; point < POINTS; point++) {
          if (o == 0 && i == 0 && k + 1 < last) {
            fetch_part(d, d->x, a, d->p.in, k + 1, d->p.before[0], 2, point);
            fetch_part(d, d->g, b, d->p.out, k + 1, 0, 0, point);
          }
          kernels->winograd_outer(
            v + (i * POINTS + point) * d->step, z + (o * POINTS + point) * d->step, POINTS * d->step, tiles_of(d, &g),
            u + ((o * a + i) * POINTS + point) * point_floats(1), a * POINTS * point_floats(1), o + 1 < b ? 2 : 1, 1);
        }
  }
  GOMP_barrier();
  divide(a * b * LANES, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t pair = k / LANES, row = k % LANES * LANES;
    kernels->winograd_filter_sums(
      d->scratch + (a + b) * POINTS * d->step + pair * POINTS * point_floats(1) + row, size, parts, d->y + pair * 9 * SQUARE + row);
  }
  divide(b * LANES, 1, part, parts, &first, &last);
  for (int64_t o = first; d->bias_gradient && o < last; o++) {
    float total = 0;
    for (int other = 0; other < parts; other++) total += (d->scratch + other * size + (a + b) * POINTS * d->step + a * b * POINTS * point_floats(1))[o];
    d->bias_gradient[o] = total;
  }
}

void vk_winograd_weight_gradient(const vk_winograd *p, const float *x, const float *g, float *w, float *bias, float *scratch, int threads) {
  wino_data d = data_of(p, threads);
  d.x = x, d.g = g, d.y = w, d.bias_gradient = bias, d.scratch = scratch;
  if (vk_winograd_is_few(p, 1, threads)) vk_winograd_few_weight_gradient(&d);
  else vk_parallel(gradient_part, &d, threads);
}
