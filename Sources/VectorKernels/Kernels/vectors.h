// Sixteen lanes under every instruction set: the compiler splits them where registers are narrower.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "../include/VectorKernels.h"

// Vectors never cross a call: every function that takes or returns one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));
typedef uint32_t vu __attribute__((vector_size(64)));
typedef uint64_t vw __attribute__((vector_size(128)));
typedef float vf_any __attribute__((vector_size(64), aligned(4)));
typedef int32_t vi_any __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16 };

#define INLINE static inline __attribute__((always_inline, unused))

/// What one instruction set's compilation offers.
typedef struct {
  void (*elementwise)(const vk_program *, int64_t first, int64_t last);
  void (*reduce_rows)(vk_reduction, const void *x, void *y, int64_t rows, int64_t length, int64_t row_step);
  void (*reduce_columns)(vk_reduction, const void *x, void *y, int64_t reduced, int64_t inner, int64_t first, int64_t last);
  double (*sum_of_squares)(const float *, int64_t);
  void (*softmax_row)(const float *x, float *y, int64_t n, float log_sum, int is_logarithm);
  float (*log_sum_exp)(const float *x, int64_t n);
  void (*log_sum_exp_columns)(const float *x, int64_t classes, int64_t step, int64_t count, float *sums);
  void (*softmax_columns)(const float *x, float *y, int64_t classes, int64_t step, int64_t count, const float *sums, const float *factors);
  void (*random)(vk_distribution, float *y, int64_t first, int64_t last, uint64_t seed, uint64_t stream, float parameter);
  void (*block_max_pool)(const vk_block_pooling *, const float *x, float *y, uint8_t *places, int64_t first, int64_t last);
  void (*block_max_pool_gradient)(const vk_block_pooling *, const float *g, const uint8_t *places, float *dx, int64_t first, int64_t last);
  void (*winograd_into)(const float *x, int64_t height, int64_t width, int64_t top, int64_t left, float *v, int64_t step);
  void (*winograd_spread)(const float *g, int64_t height, int64_t width, int64_t top, int64_t left, float *z, int64_t step);
  void (*winograd_filters)(const float *w, int is_turned, float *u, int64_t step);
  void (*winograd_filter_sums)(const float *u, int64_t size, int parts, float *w);
  void (*winograd_back)(const float *m, int64_t step, const float *bias, int is_relu, int accumulates, float *y, int64_t height, int64_t width, int64_t top, int64_t left);
  void (*winograd_multiply)(const float *v, int64_t v_block, const float *u, int64_t u_result, int64_t blocks, float *m, int64_t m_result, int64_t tiles, int results, int accumulates);
  void (*winograd_outer)(const float *v, const float *z, int64_t z_result, int64_t tiles, float *u, int64_t u_result, int results, int accumulates);
  void (*halving_into)(const float *x, int64_t height, int64_t width, int64_t top, int64_t left, int64_t apart, float *v, int64_t step);
  void (*halving_spread)(const float *g, int64_t height, int64_t width, int64_t top, int64_t left, float *z, int64_t step);
  void (*halving_back)(const float *m, int64_t step, const float *bias, int is_relu, int accumulates, float *y, int64_t height, int64_t width, int64_t top, int64_t left, int64_t apart);
  void (*halving_filters)(const float *w, int is_turned, float *u, int64_t image_step, int64_t step);
  void (*halving_filter_sums)(const float *u, int image, float *w);
  void (*update)(const vk_update *, int64_t first, int64_t last, const vk_rule *);
} vk_table;
extern const vk_table vk_table_portable, vk_table_avx2, vk_table_avx512;
/// The table of the instruction set in use.
const vk_table *vk_kernels(void);
