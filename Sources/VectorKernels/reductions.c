// Reductions, softmax and cross-entropy over all threads.
#include "Kernels/parallel.h"

enum { CHUNK = 8192 };

typedef struct {
  vk_reduction kind;
  const void *x;
  void *y;
  int64_t outer, reduced, inner;
} reduce_data;

static int element_bytes(vk_reduction kind) { return kind == VK_ANY || kind == VK_ALL ? 1 : 4; }

static void reduce_part(void *data, int part, int parts) {
  const reduce_data *r = data;
  int64_t first, last;
  int bytes = element_bytes(r->kind);
  if (r->inner == 1) {
    divide(r->outer, 1, part, parts, &first, &last);
    vk_kernels()->reduce_rows(r->kind, (const char *)r->x + first * r->reduced * bytes, (char *)r->y + first * bytes, last - first, r->reduced, r->reduced);
  } else if (r->outer >= parts) {
    divide(r->outer, 1, part, parts, &first, &last);
    for (int64_t o = first; o < last; o++)
      vk_kernels()->reduce_columns(r->kind, (const char *)r->x + o * r->reduced * r->inner * bytes, (char *)r->y + o * r->inner * bytes, r->reduced, r->inner, 0, r->inner);
  } else {
    divide(r->inner, LANES, part, parts, &first, &last);
    for (int64_t o = 0; o < r->outer; o++)
      vk_kernels()->reduce_columns(r->kind, (const char *)r->x + o * r->reduced * r->inner * bytes, (char *)r->y + o * r->inner * bytes, r->reduced, r->inner, first, last);
  }
}

static int is_float(vk_reduction kind) { return kind <= VK_PRODUCT; }

/// Few long rows are cut into chunks, each reduced by itself and then together.
static int64_t chunks(int64_t outer, int64_t reduced, int64_t inner) {
  return inner == 1 && outer < 64 && reduced >= 2 * CHUNK ? (reduced + CHUNK - 1) / CHUNK : 0;
}

int64_t vk_reduce_scratch(int64_t outer, int64_t reduced, int64_t inner) { return outer * chunks(outer, reduced, inner); }

typedef struct {
  reduce_data r;
  float *scratch;
  int64_t chunks;
} chunk_data;

static void chunk_part(void *data, int part, int parts) {
  const chunk_data *c = data;
  int64_t first, last;
  divide(c->r.outer * c->chunks, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t row = k / c->chunks, start = k % c->chunks * CHUNK;
    int64_t length = c->r.reduced - start < CHUNK ? c->r.reduced - start : CHUNK;
    vk_kernels()->reduce_rows(c->r.kind, (const float *)c->r.x + row * c->r.reduced + start, c->scratch + k, 1, length, 0);
  }
}

void vk_reduce(vk_reduction kind, const void *x, void *y, int64_t outer, int64_t reduced, int64_t inner, float *scratch, int threads) {
  int64_t parts = is_float(kind) ? chunks(outer, reduced, inner) : 0;
  int team = threads_for(outer * reduced * inner, threads);
  if (parts > 0 && scratch) {
    vk_reduction first = kind == VK_MEAN ? VK_SUM : kind;
    chunk_data c = {{first, x, y, outer, reduced, inner}, scratch, parts};
    vk_parallel(chunk_part, &c, team);
    vk_kernels()->reduce_rows(first, scratch, y, outer, parts, parts);
    if (kind == VK_MEAN)
      for (int64_t o = 0; o < outer; o++) ((float *)y)[o] /= (float)reduced;
    return;
  }
  reduce_data r = {kind, x, y, outer, reduced, inner};
  vk_parallel(reduce_part, &r, team);
}

typedef struct {
  int is_maximum;
  const float *x;
  int32_t *y;
  int64_t outer, reduced, inner;
} arg_data;

static void arg_part(void *data, int part, int parts) {
  const arg_data *a = data;
  int64_t first, last;
  divide(a->outer * a->inner, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    const float *x = a->x + k / a->inner * a->reduced * a->inner + k % a->inner;
    int64_t best = 0;
    for (int64_t i = 1; i < a->reduced; i++) {
      float v = x[i * a->inner], b = x[best * a->inner];
      if (b == b && (v != v || (a->is_maximum ? v > b : v < b))) best = i;
    }
    a->y[k] = (int32_t)best;
  }
}

void vk_arg_reduce(int is_maximum, const float *x, int32_t *y, int64_t outer, int64_t reduced, int64_t inner, int threads) {
  arg_data a = {is_maximum, x, y, outer, reduced, inner};
  vk_parallel(arg_part, &a, threads_for(outer * reduced * inner, threads));
}

typedef struct {
  const float *x;
  float *y;
  int64_t outer, classes, inner;
  int is_logarithm;
} softmax_data;

static void softmax_part(void *data, int part, int parts) {
  const softmax_data *s = data;
  int64_t first, last;
  divide(s->outer * s->inner, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t base = k / s->inner * s->classes * s->inner + k % s->inner;
    if (s->inner == 1) {
      const float *x = s->x + base;
      vk_kernels()->softmax_row(x, s->y + base, s->classes, vk_kernels()->log_sum_exp(x, s->classes), s->is_logarithm);
      continue;
    }
    const float *x = s->x + base;
    float *y = s->y + base, largest = x[0], total = 0;
    for (int64_t c = 1; c < s->classes; c++) largest = x[c * s->inner] > largest ? x[c * s->inner] : largest;
    for (int64_t c = 0; c < s->classes; c++) total += expf(x[c * s->inner] - largest);
    float log_sum = logf(total) + largest;
    for (int64_t c = 0; c < s->classes; c++) {
      float v = x[c * s->inner] - log_sum;
      y[c * s->inner] = s->is_logarithm ? v : expf(v);
    }
  }
}

void vk_softmax(const float *x, float *y, int64_t outer, int64_t classes, int64_t inner, int is_logarithm, int threads) {
  softmax_data s = {x, y, outer, classes, inner, is_logarithm};
  vk_parallel(softmax_part, &s, threads_for(outer * classes * inner * 8, threads));
}
