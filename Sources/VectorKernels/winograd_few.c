// Winograd's algorithm for so few tiles that filters, or their cotangents, are most of what is moved: each thread computes
// some blocks of results of all images, from tiles it brings into points itself, and takes the filters between a block of
// channels and two of these just when they are needed. Nothing is exchanged between processors, and what filters become
// stays in the nearest cache.
#include "winograd.h"

/// More tiles than this are sooner divided among threads: of a thread with one block of results, with some, and for
/// cotangents of many filters.
enum { MOST_TILES_OF_ONE = 64, MOST_TILES = 128, MOST_TILES_OF_MANY = 256 };

static int64_t all_tiles(const vk_winograd *p) { return p->images * pieces(p->out[0], 4) * pieces(p->out[1], 4); }

static int64_t most_tiles(const vk_winograd *p, int is_gradient, int threads) {
  if (p->out_blocks <= threads) return MOST_TILES_OF_ONE;
  return is_gradient && p->out_blocks >= 8 ? MOST_TILES_OF_MANY : MOST_TILES;
}

static int is_balanced(const vk_winograd *p, int threads) { return pieces(p->out_blocks, threads) * threads * 3 <= p->out_blocks * 4; }

int vk_winograd_is_few(const vk_winograd *p, int is_gradient, int threads) {
  return all_tiles(p) <= most_tiles(p, is_gradient, threads) && is_balanced(p, threads);
}

/// All tiles as one group.
static tile_group everything(wino_data *d) {
  d->down = pieces(d->p.out[0], 4);
  d->across = pieces(d->p.out[1], 4);
  d->step = (all_tiles(&d->p) + 1) * LANES;
  return (tile_group){.images = d->p.images, .rows = d->down};
}

/// Floats of one thread: tiles of a block of channels, filters to two blocks of results, and what is summed of its own.
static int64_t thread_floats(const vk_winograd *p, int64_t tiles, int threads) {
  return POINTS * (tiles + 1) * LANES * (1 + pieces(p->out_blocks, threads)) + 2 * POINTS * point_floats(1);
}

int64_t vk_winograd_few_scratch(const vk_winograd *p, int is_gradient, int threads) {
  return is_balanced(p, threads) ? threads * thread_floats(p, least(all_tiles(p), most_tiles(p, is_gradient, threads)), threads) : 0;
}

static void convolution_share(wino_data d, int share) {
  tile_group all = everything(&d);
  int64_t from, to, tile_floats = POINTS * d.step, filter_floats = POINTS * point_floats(1);
  divide(d.p.out_blocks, 1, share, d.threads, &from, &to);
  float *v = d.scratch + share * thread_floats(&d.p, all_tiles(&d.p), d.threads), *u = v + tile_floats, *m = u + 2 * filter_floats;
  for (int64_t i = 0; i < d.p.in_blocks; i++) {
    tiles_into(&d, &all, i, v);
    for (int64_t o = from; o < to; o += 2) {
      int both = o + 1 < to ? 2 : 1;
      for (int k = 0; k < both; k++) filters_into(&d, o + k, i, u + k * filter_floats, point_floats(1));
      for (int point = 0; point < POINTS; point++)
        vk_kernels()->winograd_multiply(
          v + point * d.step, 0, u + point * point_floats(1), filter_floats, 1, m + (o - from) * tile_floats + point * d.step, tile_floats,
          tiles_of(&d, &all), both, i > 0);
    }
  }
  for (int64_t o = from; o < to; o++) results_back(&d, o, &all, m + (o - from) * tile_floats);
}

static void convolution_part(void *data, int part, int parts) {
  // The team may be smaller than the memory was made for.
  for (int share = part; share < ((wino_data *)data)->threads; share += parts) convolution_share(*(wino_data *)data, share);
}

void vk_winograd_few_convolution(wino_data *d) { vk_parallel(convolution_part, d, d->threads); }

static void gradient_share(wino_data d, int share) {
  tile_group all = everything(&d);
  int64_t from, to, tile_floats = POINTS * d.step, filter_floats = POINTS * point_floats(1);
  divide(d.p.out_blocks, 1, share, d.threads, &from, &to);
  float *v = d.scratch + share * thread_floats(&d.p, all_tiles(&d.p), d.threads), *u = v + tile_floats, *z = u + 2 * filter_floats;
  for (int64_t o = from; o < to; o++) {
    float sums[LANES] = {0};
    cotangents_into(&d, &all, o, z + (o - from) * tile_floats, sums);
    if (d.bias_gradient) memcpy(d.bias_gradient + o * LANES, sums, sizeof sums);
  }
  for (int64_t i = 0; i < d.p.in_blocks; i++) {
    tiles_into(&d, &all, i, v);
    for (int64_t o = from; o < to; o += 2) {
      int both = o + 1 < to ? 2 : 1;
      for (int point = 0; point < POINTS; point++)
        vk_kernels()->winograd_outer(
          v + point * d.step, z + (o - from) * tile_floats + point * d.step, tile_floats, tiles_of(&d, &all), u + point * point_floats(1),
          filter_floats, both, 0);
      for (int k = 0; k < both; k++)
        for (int row = 0; row < LANES; row++)
          vk_kernels()->winograd_filter_sums(
            u + k * filter_floats + row * LANES, 0, 1, d.y + (((o + k) * d.p.in_blocks + i) * 9 * LANES + row) * LANES);
    }
  }
}

static void gradient_part(void *data, int part, int parts) {
  for (int share = part; share < ((wino_data *)data)->threads; share += parts) gradient_share(*(wino_data *)data, share);
}

void vk_winograd_few_weight_gradient(wino_data *d) { vk_parallel(gradient_part, d, d->threads); }
