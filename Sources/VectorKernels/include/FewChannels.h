// Networks with few channels: sixteen images stand in the lanes of one vector (or two neighbouring columns of eight, where
// there are few images), and a thread takes such a block through many layers while it is in its cache. Results do not
// depend on the number of threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { VK_LANES = 16 };

/// What an operation of a region does.
typedef enum {
  /// y(lanes) = x(images, row-major); lanes without an image are 0.
  VK_LANE_LOAD,
  /// y(images, row-major) = x(lanes).
  VK_LANE_STORE,
  /// y = 0 in the border around (rows, columns): `before` and `after` elements.
  VK_LANE_BORDER,
  /// y = f(bias + Σ taps w·x), or f a gradient with z: convolutions and their input gradients.
  VK_LANE_CONVOLUTION,
  /// The same for one pixel per image: fully connected layers; weights are not packed.
  VK_LANE_SINGLE,
  /// The same for 3 × 3 filters in steps of one, by Winograd's algorithm.
  VK_LANE_WINOGRAD,
  /// y += Σ pixels and images z·x: cotangents of filters (per output: taps).
  VK_LANE_FILTERS,
  /// The same for 3 × 3 filters in steps of one, by Winograd's algorithm.
  VK_LANE_WINOGRAD_FILTERS,
  /// y += Σ pixels and images x, per output.
  VK_LANE_BIAS,
  /// y = the largest of each window of x.
  VK_LANE_MAX_POOL,
  /// y = z where x has its window's first largest element, times the gradient `function` at x.
  VK_LANE_MAX_POOL_GRADIENT,
  /// y = the mean of each window of x.
  VK_LANE_MEAN_POOL,
  /// y = z spread over its window, times the gradient `function` at x.
  VK_LANE_MEAN_POOL_GRADIENT,
  /// y = f(x) or f(x, z), element by element.
  VK_LANE_MAP,
  /// Cross-entropy of logits x and class numbers w (int32, one for each image): its gradient y where that is wanted, and the
  /// sum over the images in `scratch` where that is.
  VK_LANE_CROSS_ENTROPY
} vk_lane_kind;

/// An operand: one of the run's slots and a distance in floats; slot −1 is none.
typedef struct {
  int64_t slot, offset;
} vk_lane_place;

/// Memory of a run: where it starts, and how far apart (in floats) blocks of images, threads and chunks of blocks are.
typedef struct {
  float *base;
  int64_t block_step, thread_step, chunk_step;
} vk_lane_slot;

/// How to step through an operand, in floats.
typedef struct {
  int64_t channel, row, column;
} vk_lane_steps;

/// One operation on a block of images. Which fields count depends on the kind.
typedef struct {
  int32_t kind;
  /// A `vk_op`: an activation, or an activation's gradient from cotangent and result; VK_COPY for none.
  int32_t function;
  float alpha;
  /// For losses, what the sum over images and what gradients are multiplied by; `alpha` is the smoothing.
  float loss_factor, gradient_factor;
  /// Whether padding counts in means.
  int32_t counts_padding;
  vk_lane_place x, w, y, z, bias;
  /// Memory of the thread's own that the operation needs while it runs: ``vk_lane_winograd_scratch`` floats. For losses,
  /// where a chunk's are summed.
  vk_lane_place scratch;
  vk_lane_steps x_steps, y_steps, z_steps;
  /// What is computed, or, for pooling gradients, the windows.
  int64_t outputs, rows, columns;
  /// How often each of three nested loops over taps runs, and its steps in x and in the weights: in taps where they are
  /// packed.
  int64_t taps[3], x_taps[3], w_taps[3], w_start;
  /// Floats between the weights of an output and the next one's, where they are not packed; whether an operation before
  /// reads the same weights.
  int64_t w_output;
  int32_t is_again;
  /// For convolutions, the floats after x where rows begin that are not zero everywhere, and where those behind them
  /// begin; the same for columns, within a row; 0, 0 where that is not known.
  int64_t seen[2], seen_columns[2];
  /// All taps of one output: what a packed tile has per output.
  int64_t packed_taps;
  /// The pooled lengths, windows, strides and paddings.
  int64_t in[2], size[2], stride[2], before[2], after[2];
  /// Floats between rows of filter gradients, and between images of row-major x and y.
  int64_t row_length, image_step;
} vk_lane_op;

/// Weights put into the order convolutions read them in: tile of outputs, tap, output. Filters for Winograd's algorithm
/// become 36 numbers each: tile of outputs, number, channel, output.
typedef struct {
  vk_lane_place x, y;
  int64_t outputs, output_step, counts[2], steps[2];
  /// Whether they are for Winograd's algorithm: of `counts[0]` channels, with nine elements, `steps[1]` apart.
  int32_t is_winograd;
} vk_lane_pack;

/// Cotangents of fully connected weights: y(output, column) = Σ images z(output)·x(column), with z in lanes and x as images
/// × columns, `row_length` floats apart.
typedef struct {
  vk_lane_place x, z, y;
  int64_t outputs, columns, row_length;
} vk_lane_product;

/// The sum over all chunks: y(row, column) = Σ x(chunk, row, column).
typedef struct {
  vk_lane_place x, y;
  int64_t rows, columns, row_length;
} vk_lane_sum;

/// What runs: first weights are packed, then every block goes through all operations, then come the products of all
/// blocks, and chunks are summed.
typedef struct {
  const vk_lane_pack *packs;
  const vk_lane_op *ops;
  const vk_lane_product *products;
  const vk_lane_sum *sums;
  const vk_lane_slot *slots;
  int32_t pack_count, op_count, product_count, sum_count;
  /// The most that is used of what the processor has: 0 portable, 1 AVX2, 2 AVX-512.
  int32_t instruction_set;
  /// The images of a block: `VK_LANES`, or half of them.
  int64_t block_images;
  int64_t images;
  /// For each thread the nanoseconds that its operations, and then packing, products and sums, took are added here: null for
  /// none.
  int64_t *times;
  /// Asked now and then by one of the threads; null where nobody may interrupt.
  int32_t (*is_cancelled)(void *);
  void *cancellation;
} vk_lane_region;

/// How many floats of scratch memory a thread needs for Winograd's algorithm with so many input channels.
int64_t vk_lane_winograd_scratch(int64_t channels);
/// The same for the cotangents of so many filters, in blocks of so many images.
int64_t vk_lane_winograd_filters_scratch(int64_t outputs, int64_t channels, int64_t rows, int64_t columns, int64_t block_images);
/// How many chunks so many blocks fall into: each has weight gradients of its own, summed in order.
int64_t vk_lane_chunks(int64_t blocks);
/// What is timed beside operations.
enum { VK_LANE_TIMED_PACKS, VK_LANE_TIMED_PRODUCTS, VK_LANE_TIMED_SUMS, VK_LANE_TIMED };
/// Runs a region; returns 1 where it was cancelled.
int32_t vk_lane_run(const vk_lane_region *region, int32_t threads);

#ifdef __cplusplus
}
#endif
