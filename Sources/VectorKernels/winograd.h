// What both ways through Winograd's algorithm have in common: tiles, and how they come from images and go back.
#pragma once
#include "Kernels/parallel.h"

enum { POINTS = 36, SQUARE = LANES * LANES };

/// Floats of one point's filters to a block of results: 36 of them side by side must not fall into the same few places
/// of the cache.
INLINE int64_t point_floats(int64_t in_blocks) { return in_blocks * SQUARE + LANES; }

typedef struct {
  vk_winograd p;
  const float *x, *w, *bias, *g;
  float *y, *bias_gradient, *scratch;
  /// Tiles down and across an image, rows of tiles and images that are taken together, floats between two of the numbers.
  int64_t down, across, rows, images, step;
  /// What the scratch memory was made for.
  int threads;
} wino_data;

/// Tiles that are taken together: rows from `top` on of some images, or all rows of the last ones.
typedef struct {
  int64_t image, images, top, rows;
} tile_group;

INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t pieces(int64_t count, int64_t size) { return (count + size - 1) / size; }
INLINE int64_t tiles_of(const wino_data *d, const tile_group *g) { return g->images * g->rows * d->across; }

/// Visits a group's tiles in order: `t` counts them, `image` and the pixel `i`, `j` are where they are.
#define EACH_TILE(d, g)                                                                                        \
  for (int64_t t = 0, image = (g)->image; image < (g)->image + (g)->images; image++)                           \
    for (int64_t i = (g)->top * 4; i < ((g)->top + (g)->rows) * 4; i += 4)                                     \
      for (int64_t j = 0; j < (d)->across * 4; j += 4, t++)

/// Brings the tiles of a group, of one block of channels, into points.
INLINE void tiles_into(const wino_data *d, const tile_group *g, int64_t block, float *v) {
  int64_t area = d->p.in[0] * d->p.in[1] * LANES;
  EACH_TILE(d, g)
    vk_kernels()->winograd_into(
      d->x + (image * d->p.in_blocks + block) * area, d->p.in[0], d->p.in[1], i - d->p.before[0], j - d->p.before[1], v + t * LANES, d->step);
}

/// Brings the cotangents of a block of results of a group into points, and adds them to the bias's.
INLINE void cotangents_into(const wino_data *d, const tile_group *g, int64_t result, float *z, float *sums) {
  int64_t area = d->p.out[0] * d->p.out[1] * LANES;
  EACH_TILE(d, g) {
    float *own = z + t * LANES;
    vk_kernels()->winograd_spread(d->g + (image * d->p.out_blocks + result) * area, d->p.out[0], d->p.out[1], i, j, own, d->step);
    // The second point of both axes is the plain sum of a tile.
    for (int l = 0; l < LANES; l++) sums[l] += own[7 * d->step + l];
  }
}

/// The filters from a block of channels to a block of results as 36 numbers each, `step` floats apart.
INLINE void filters_into(const wino_data *d, int64_t result, int64_t block, float *u, int64_t step) {
  int64_t pair = d->p.is_transposed ? block * d->p.out_blocks + result : result * d->p.in_blocks + block;
  vk_kernels()->winograd_filters(d->w + pair * 9 * SQUARE, d->p.is_transposed, u, step);
}

/// Writes a block of results of a group.
INLINE void results_back(const wino_data *d, int64_t result, const tile_group *g, const float *m) {
  const vk_table *kernels = vk_kernels();
  int64_t area = d->p.out[0] * d->p.out[1] * LANES;
  const float *bias = d->bias ? d->bias + result * LANES : 0;
  EACH_TILE(d, g)
    kernels->winograd_back(
      m + t * LANES, d->step, bias, d->p.is_relu, d->p.accumulates, d->y + (image * d->p.out_blocks + result) * area, d->p.out[0], d->p.out[1],
      i, j);
}

// Few tiles, where the filters are more than all tiles: each thread computes some blocks of results (winograd_few.c).

/// Whether the tiles are few, and threads have about as many blocks of results each.
int vk_winograd_is_few(const vk_winograd *p, int is_gradient, int threads);
/// Floats of scratch memory for as many images or fewer, however many these are in all.
int64_t vk_winograd_few_scratch(const vk_winograd *p, int is_gradient, int threads);
/// The same as vk_winograd_convolution and vk_winograd_weight_gradient.
void vk_winograd_few_convolution(wino_data *d);
void vk_winograd_few_weight_gradient(wino_data *d);
