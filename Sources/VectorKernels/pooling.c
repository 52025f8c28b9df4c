// Max pooling in blocks of channels over all threads.
#include "Kernels/parallel.h"

typedef struct {
  const vk_block_pooling *p;
  const float *x;
  float *y;
  uint8_t *places;
} pool_data;

static void pool_part(void *data, int part, int parts) {
  const pool_data *d = data;
  int64_t first, last;
  divide(d->p->planes, 1, part, parts, &first, &last);
  vk_kernels()->block_max_pool(d->p, d->x, d->y, d->places, first, last);
}

void vk_block_max_pool(const vk_block_pooling *p, const float *x, float *y, uint8_t *places, int threads) {
  pool_data d = {p, x, y, places};
  vk_parallel(pool_part, &d, threads_for(p->planes * p->in[0] * p->in[1] * LANES, threads));
}

static void gradient_part(void *data, int part, int parts) {
  const pool_data *d = data;
  int64_t first, last;
  divide(d->p->planes, 1, part, parts, &first, &last);
  vk_kernels()->block_max_pool_gradient(d->p, d->x, d->places, d->y, first, last);
}

void vk_block_max_pool_gradient(const vk_block_pooling *p, const float *g, const uint8_t *places, float *dx, int threads) {
  pool_data d = {p, g, dx, (uint8_t *)places};
  vk_parallel(gradient_part, &d, threads_for(p->planes * p->in[0] * p->in[1] * LANES, threads));
}
