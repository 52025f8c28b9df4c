// What one instruction set's compilation offers for networks with few channels.
#pragma once
#include "../Kernels/parallel.h"
#include "../include/FewChannels.h"

/// What will be read and may stand in the caches of other processors, fetched a few lines at a time while convolutions
/// compute, as a block of few images would wait for it: weights an optimizer's step left there, and what other threads
/// computed for the products of all blocks.
typedef struct {
  const vk_lane_region *region;
  /// Which operand comes next, and the one behind the last.
  int32_t next, count;
  const char *at, *end;
  /// Lines for each row of an output.
  int64_t lines;
} vk_lane_ahead;

/// An operation's operands for the block at hand.
typedef struct {
  const float *x, *w, *z, *bias;
  float *y, *scratch;
  /// Images in the block, and whether it is the first of its chunk.
  int64_t images;
  int is_first;
  /// Which part of the operation's work is to be done, of how many; 0, 0 for all of it.
  int part, parts;
  /// Null where nothing is to be fetched.
  vk_lane_ahead *ahead;
} vk_lane_block;

enum { LINE_BYTES = 64 };

/// Goes on to the next operand.
void vk_lane_fetch_next(vk_lane_ahead *);

/// Fetches as many lines as belong to so many rows.
INLINE void fetch_ahead(vk_lane_ahead *ahead, int64_t rows) {
  if (!ahead) return;
  for (int64_t k = ahead->lines * rows; k > 0; k--, ahead->at += LINE_BYTES) {
    if (ahead->at >= ahead->end) vk_lane_fetch_next(ahead);
    if (ahead->at >= ahead->end) return;
    __builtin_prefetch(ahead->at, 0, 2);
  }
}

/// Winograd's algorithm: the numbers a tile becomes, how many tiles are worked on together, and at most so many outputs.
enum { POINTS = 36, TILES = 3, TILE_OUTPUTS = 8 };
/// Floats between two numbers of the tiles' inputs, and of their results: never a power of two, so that they don't all
/// fall into the same few places of the cache.
INLINE int64_t point_step(int64_t channels) { return (channels * TILES + 1) * LANES; }

/// For the cotangents of filters, in how many groups so many vectors of tiles are worked on: their numbers are to stay in a
/// cache, and each group's sums are brought out of the registers once.
enum { FILTER_TILES = 10, MOST_SUM_OUTPUTS = 6 };
INLINE int64_t vk_lane_filter_groups(int64_t tiles) { return (tiles + FILTER_TILES - 1) / FILTER_TILES; }
/// Floats between two of the 36 sums of all pairs of outputs and channels; whole vectors are read.
INLINE int64_t vk_lane_filter_sums(int64_t outputs, int64_t channels) { return (outputs * channels + 2 * LANES - 1) / LANES * LANES; }

typedef struct {
  void (*run)(const vk_lane_op *, const vk_lane_block *);
  /// How many outputs the tile that begins with output `first` has.
  int64_t (*tile)(const vk_lane_pack *, int64_t first);
  /// Packs a part of that tile's outer loop, or all of it for Winograd's algorithm; returns the same.
  int64_t (*pack)(const vk_lane_pack *, const float *x, float *y, int64_t first, int part, int parts);
  /// y = Σ images zᵀ·x for `outputs` rows: images of x are `row_length` floats apart, blocks `x_step` and `z_step`.
  void (*weights)(const vk_lane_product *, const float *x, int64_t x_step, const float *z, int64_t z_step, float *y, int64_t outputs, int64_t images);
  /// y[i] = Σ over chunks, in their order, of x[i + chunk · step].
  void (*sum)(const float *x, int64_t step, int64_t chunks, float *y, int64_t count);
} vk_lane_table;
/// Blocks of sixteen images, and of eight.
extern const vk_lane_table vk_lanes_portable, vk_lanes_avx2, vk_lanes_avx512;
extern const vk_lane_table vk_halves_portable, vk_halves_avx2, vk_halves_avx512;
