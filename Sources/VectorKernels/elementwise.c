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
  const vk_update *updates;
  int count;
  const vk_rule *rule;
  int64_t total;
} step_data;

static void step_part(void *data, int part, int parts) {
  const step_data *s = data;
  int64_t first, last, start = 0;
  divide(s->total, 1024, part, parts, &first, &last);
  for (int k = 0; k < s->count; k++) {
    const vk_update *u = &s->updates[k];
    int64_t a = first - start, b = last - start;
    // Parts begin on whole vectors of each parameter, so that rounding does not depend on the division.
    a = a < 0 ? 0 : (a + LANES - 1) / LANES * LANES;
    b = b < 0 ? 0 : (b + LANES - 1) / LANES * LANES;
    if (a > u->count) a = u->count;
    if (b > u->count) b = u->count;
    if (a < b) vk_kernels()->update(u, a, b, s->rule);
    start += u->count;
  }
}

void vk_optimizer_step(const vk_update *updates, int count, const vk_rule *rule, int threads) {
  step_data s = {updates, count, rule, 0};
  for (int k = 0; k < count; k++) s.total += updates[k].count;
  vk_parallel(step_part, &s, threads_for(s.total * 2, threads));
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
