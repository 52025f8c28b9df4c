// Element-wise programs and optimizer steps over all threads.
#include "Kernels/parallel.h"

typedef struct {
  const vk_program *program;
  int64_t first, last;
} element_range;

static void elementwise_part(void *data, int part, int parts) {
  const element_range *r = data;
  int64_t first, last;
  divide(r->last - r->first, VK_TILE, part, parts, &first, &last);
  if (first < last) vk_kernels()->elementwise(r->program, r->first + first, r->first + last);
}

void vk_elementwise(const vk_program *p, int64_t first, int64_t last, int threads) {
  element_range r = {p, first, last};
  vk_parallel(elementwise_part, &r, threads_for((last - first) * (p->micro_count + 1) / 2, threads));
}

typedef struct {
  vk_distribution kind;
  float *y;
  int64_t first, last;
  uint64_t seed, stream;
  float parameter;
} random_data;

static void random_part(void *data, int part, int parts) {
  const random_data *r = data;
  int64_t first, last;
  divide(r->last - r->first, 64, part, parts, &first, &last);
  if (first < last)
    vk_kernels()->random(r->kind, r->y, r->first + first, r->first + last, r->seed, r->stream, r->parameter);
}

void vk_random(vk_distribution kind, float *y, int64_t first, int64_t last, uint64_t seed, uint64_t stream, float parameter, int threads) {
  random_data r = {kind, y, first, last, seed, stream, parameter};
  vk_parallel(random_part, &r, threads_for((last - first) * 4, threads));
}
