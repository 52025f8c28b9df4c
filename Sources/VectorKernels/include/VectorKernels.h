// The project's own loops over numbers: one set of sources, compiled once per instruction set, chosen at run time.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "FewChannels.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---- threads: one team, shared with oneDNN -------------------------------------------------------------------------

/// Runs `body(data, part, parts)` on so many threads of the OpenMP team and waits for all.
void vk_parallel(void (*body)(void *data, int part, int parts), void *data, int threads);
/// Tells OpenMP how many threads the calling thread's regions have.
void vk_set_threads(int threads);
/// How many processors this process may run on; 0 where that is not known.
int vk_affinity_count(void);
/// The instruction set in use: "AVX-512", "AVX2" or "portable".
const char *vk_instruction_set(void);
/// How the processor multiplies bfloat16: 0 not at all, 1 slower than float32, 2 faster, 3 faster than Winograd's
/// algorithm in float32 as well.
int vk_bfloat16_speed(void);
/// Uses a smaller instruction set than the processor has, for tests: 0 portable, 1 AVX2, 2 AVX-512.
void vk_limit_instruction_set(int level);

// ---- element-wise programs ------------------------------------------------------------------------------------------

/// How elements are stored. In registers float32 stays, everything else is a 32-bit whole number.
typedef enum { VK_FLOAT32, VK_INT32, VK_UINT8, VK_BOOL } vk_type;

typedef enum {
  VK_COPY, VK_NEG, VK_ABS, VK_EXP, VK_LOG, VK_SQRT, VK_RSQRT, VK_SQUARE, VK_SIGN, VK_TANH, VK_SIGMOID, VK_RELU,
  VK_LEAKY_RELU, VK_ELU, VK_SOFTPLUS, VK_ERF, VK_SIN, VK_COS, VK_FLOOR, VK_CEIL, VK_ROUND,
  VK_ADD, VK_SUB, VK_MUL, VK_DIV, VK_POW, VK_MIN, VK_MAX, VK_MOD,
  VK_TANH_GRADIENT, VK_SIGMOID_GRADIENT, VK_RELU_GRADIENT, VK_LEAKY_RELU_GRADIENT, VK_ELU_GRADIENT,
  VK_EQ, VK_NE, VK_LT, VK_LE, VK_GT, VK_GE,
  VK_I_NEG, VK_I_ABS, VK_I_SQUARE, VK_I_SIGN, VK_I_RELU, VK_I_ADD, VK_I_SUB, VK_I_MUL, VK_I_MIN, VK_I_MAX,
  VK_I_EQ, VK_I_NE, VK_I_LT, VK_I_LE, VK_I_GT, VK_I_GE,
  VK_NOT, VK_AND, VK_OR, VK_XOR, VK_SELECT,
  VK_FLOAT_TO_INT, VK_INT_TO_FLOAT, VK_FLOAT_TO_BOOL, VK_INT_TO_BOOL, VK_INT_TO_UINT8
} vk_op;

enum { VK_MAX_RANK = 8, VK_TILE = 512 };

/// One operation on whole registers of a tile: d = op(a, b, c).
typedef struct {
  int32_t op, d, a, b, c;
  float alpha;
} vk_micro;

/// What is loaded into a register: all elements in the result's order (`rank` −1), one number everywhere (`rank` 0),
/// or strides (in elements) along the result's dimensions, slowest first.
typedef struct {
  const void *pointer;
  int32_t type, reg, rank;
  int64_t strides[VK_MAX_RANK];
} vk_source;

/// A register that is written to memory in the result's order.
typedef struct {
  void *pointer;
  int32_t type, reg;
} vk_sink;

/// A chain of operations computed tile by tile, so that only sources and sinks touch memory.
typedef struct {
  const vk_micro *micros;
  vk_source *sources;
  vk_sink *sinks;
  int32_t micro_count, source_count, sink_count, register_count;
  int64_t count;
  int32_t rank;
  int64_t dims[VK_MAX_RANK];
} vk_program;

/// Runs a chain over all its elements.
void vk_elementwise(const vk_program *program, int64_t first, int64_t last, int threads);

// ---- reductions, row-major (outer, reduced, inner) ------------------------------------------------------------------

typedef enum { VK_SUM, VK_MEAN, VK_REDUCE_MAX, VK_REDUCE_MIN, VK_PRODUCT, VK_ANY, VK_ALL, VK_SUM_I, VK_MAX_I, VK_MIN_I, VK_PRODUCT_I } vk_reduction;
/// How many floats of scratch a reduction needs.
int64_t vk_reduce_scratch(int64_t outer, int64_t reduced, int64_t inner);
/// Reduces the middle of three axes in an order that does not depend on the number of threads.
void vk_reduce(vk_reduction kind, const void *x, void *y, int64_t outer, int64_t reduced, int64_t inner, float *scratch, int threads);
/// The index of the first largest (or smallest) along the middle of three axes.
void vk_arg_reduce(int is_maximum, const float *x, int32_t *y, int64_t outer, int64_t reduced, int64_t inner, int threads);
/// Some numbers of several that are worked on together.
typedef struct {
  const float *x;
  int64_t count;
} vk_numbers;
/// How many doubles of scratch ``vk_sums_of_squares`` needs.
int64_t vk_sums_of_squares_scratch(const vk_numbers *all, int count);
/// Each one's sum of squares in double precision, in an order that does not depend on the number of threads.
void vk_sums_of_squares(const vk_numbers *all, int count, double *sums, double *scratch, int threads);
/// Softmax (or its logarithm) along the middle of three axes.
void vk_softmax(const float *x, float *y, int64_t outer, int64_t classes, int64_t inner, int is_logarithm, int threads);

// ---- losses ---------------------------------------------------------------------------------------------------------

/// Cross-entropy of class numbers: logits (samples, classes, pixels), targets (samples, pixels). `rows` and `weights`
/// receive each pixel's loss and weight (samples × pixels each); the result is their quotient of sums.
/// Returns the first class number out of range plus 1 (negative ones as they are), or 0.
int64_t vk_cross_entropy(const float *x, const int32_t *targets, const float *class_weights, float *loss, float *rows, float *weights, int64_t samples, int64_t classes, int64_t pixels, float smoothing, int has_ignored, int32_t ignored, int threads);
/// The cotangent of the logits, times `*cotangent`; `weights` is scratch for samples × pixels floats.
void vk_cross_entropy_gradient(const float *x, const int32_t *targets, const float *class_weights, const float *cotangent, float *dx, float *weights, int64_t samples, int64_t classes, int64_t pixels, float smoothing, int has_ignored, int32_t ignored, int threads);

/// The first class number outside 0 ..< classes that isn't the ignored one, plus 1 (negative ones as they are), or 0.
int64_t vk_class_outside(const int32_t *x, int64_t count, int64_t classes, int has_ignored, int32_t ignored);
/// counts(t, p) = how many k have truth[k] = t and predicted[k] = p, without ignored ones. Returns as vk_class_outside.
int64_t vk_confusion(const int32_t *truth, const int32_t *predicted, int32_t *counts, int64_t count, int64_t classes, int has_ignored, int32_t ignored);

// ---- moving elements ------------------------------------------------------------------------------------------------

/// Copies elements of 1 or 4 bytes between strided arrangements of the same dimensions (slowest first).
void vk_copy(const void *x, const int64_t *x_strides, void *y, const int64_t *y_strides, const int64_t *dims, int rank, int element_bytes, int threads);
/// Sets `count` elements of 1 or 4 bytes.
void vk_fill(void *y, uint32_t bits, int64_t count, int element_bytes, int threads);
/// y(outer, i, inner) = x(outer, index[i], inner). Returns 0, or 1 + the position of the first index out of range.
int64_t vk_gather(const void *x, const int32_t *index, void *y, int64_t outer, int64_t length, int64_t indices, int64_t inner, int element_bytes, int threads);
/// y(outer, index[i], inner) += x(outer, i, inner), i ascending; y is cleared first. Returns as vk_gather.
int64_t vk_scatter_add(const float *x, const int32_t *index, float *y, int64_t outer, int64_t length, int64_t indices, int64_t inner, int threads);
/// y(outer, x(outer, inner), inner) = 1 where there is such a place; y is 0 before.
void vk_one_hot(const int32_t *x, float *y, int64_t outer, int64_t depth, int64_t inner, int threads);

// ---- pooling, row-major (planes, depth, height, width) --------------------------------------------------------------

/// A window along three axes; unused leading axes have size 1.
typedef struct {
  int64_t planes, in[3], out[3], size[3], stride[3], before[3];
} vk_window;
/// Takes from `v` where x has each window's first largest element.
void vk_max_pool_pick(const float *x, const float *v, float *y, const vk_window *window, int threads);
/// Adds g where x has each window's first largest element; y is cleared first.
void vk_max_pool_gradient(const float *x, const float *g, float *y, const vk_window *window, int threads);

// ---- 3 × 3 convolutions by Winograd's algorithm, channels in blocks of 16 -------------------------------------------

/// Images (N, blocks, height, width, 16), filters (out blocks, in blocks, 3, 3, 16 in, 16 out), in steps of one.
typedef struct {
  int64_t images, in_blocks, out_blocks, in[2], out[2], before[2];
  /// Whether filters are to be turned, and have in and out exchanged: as the input's gradient needs them. Then `in` is
  /// the cotangent, whose channels are the filters' outputs.
  int32_t is_transposed;
  /// Whether a ReLU follows, and whether the result is added to what y holds before that.
  int32_t is_relu, accumulates;
} vk_winograd;
/// How many floats of scratch a convolution or a weight gradient on so many threads needs.
int64_t vk_winograd_scratch(const vk_winograd *p, int is_gradient, int threads);
/// y = x ⋆ w + bias; `bias` (16 per block) may be null.
void vk_winograd_convolution(const vk_winograd *p, const float *x, const float *w, const float *bias, float *y, float *scratch, int threads);
/// The cotangent of w, and of the bias where it is not null; the order of additions depends on the number of threads.
void vk_winograd_weight_gradient(const vk_winograd *p, const float *x, const float *g, float *w, float *bias, float *scratch, int threads);

// ---- 4 × 4 convolutions in steps of two by Winograd's algorithm, channels in blocks of 16 ----------------------------

/// Images (N, blocks, height, width, 16), filters (out blocks, in blocks, 4, 4, 16 in, 16 out).
typedef struct {
  int64_t samples, in_blocks, out_blocks, in[2], out[2], before[2];
  /// For convolutions: whether a ReLU follows, and whether the result is added to what y holds before that.
  int32_t is_relu, accumulates;
} vk_halving;
/// How many tiles a convolution or the gradient of its input takes.
int64_t vk_halving_tiles(const vk_halving *p, int is_gradient);
/// How many floats of scratch a convolution or the gradient of its input needs on so many threads.
int64_t vk_halving_scratch(const vk_halving *p, int is_gradient, int threads);
/// y = x ⋆ w + bias; `bias` (16 per block) may be null.
void vk_halving_convolution(const vk_halving *p, const float *x, const float *w, const float *bias, float *y, float *scratch, int threads);
/// The cotangent of x, which is also the transposed convolution of g; `bias` (16 per block) is added where not null.
void vk_halving_input_gradient(const vk_halving *p, const float *g, const float *w, const float *bias, float *x, float *scratch, int threads);
/// How many floats of scratch the gradient of the filters needs on so many threads.
int64_t vk_halving_weight_scratch(const vk_halving *p, int threads);
/// The cotangent of w, and of the bias where it is not null.
void vk_halving_weight_gradient(const vk_halving *p, const float *x, const float *g, float *w, float *bias, float *scratch, int threads);

// ---- max pooling, channels in blocks of 16: (planes, height, width, 16) ----------------------------------------------

/// A window along two axes, of at most 255 elements, each of which lies inside somewhere.
typedef struct {
  int64_t planes, in[2], out[2], size[2], stride[2], before[2];
} vk_block_pooling;
/// The largest of each window; `places` receives where in the window it was first.
void vk_block_max_pool(const vk_block_pooling *window, const float *x, float *y, uint8_t *places, int threads);
/// Puts each g where its window's largest element was; dx is cleared first.
void vk_block_max_pool_gradient(const vk_block_pooling *window, const float *g, const uint8_t *places, float *dx, int threads);

// ---- random numbers: Philox4x32-10, element i is draw i -------------------------------------------------------------

typedef enum { VK_UNIFORM, VK_NORMAL, VK_DROPOUT_MASK } vk_distribution;
/// Fills y[first ..< last] with draws; `first` is a multiple of 64, `parameter` the dropout rate.
void vk_random(vk_distribution kind, float *y, int64_t first, int64_t last, uint64_t seed, uint64_t stream, float parameter, int threads);

// ---- optimizer steps ------------------------------------------------------------------------------------------------

typedef enum { VK_SGD, VK_SGD_NESTEROV, VK_ADAM, VK_ADAM_DECOUPLED, VK_RMSPROP, VK_ADAGRAD } vk_optimizer;
/// One parameter's part of a step; `m` and `v` may be null where the rule has no use for them.
typedef struct {
  float *w;
  const float *g;
  float *m, *v;
  int64_t count;
  /// What the rule's rate is multiplied by.
  float rate_factor;
} vk_update;
/// The numbers of a rule; `bias1` and `bias2` are 1 − betaᵗ. Where limits aren't 0, gradients together are not longer than
/// `norm_limit` and their elements stay between −limit and limit; `scale` is what the former multiplies them by.
typedef struct {
  int32_t kind;
  float rate, decay, norm_limit, scale, limit, momentum, beta2, epsilon, bias1, bias2;
} vk_rule;
/// Sums each gradient's squares as ``vk_sums_of_squares`` does and, where all of these are finite, updates all parameters:
/// all in one parallel pass.
void vk_optimizer_step(const vk_update *updates, const vk_numbers *gradients, int count, const vk_rule *rule, double *sums, double *scratch, int threads);

#ifdef __cplusplus
}
#endif
