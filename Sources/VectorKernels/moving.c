// Moving elements: strided copies, gather and scatter, one-hot, pooling by index.
#include "Kernels/parallel.h"

typedef struct {
  const char *x;
  char *y;
  int64_t xs[16], ys[16], dims[16], rows;
  int rank, bytes;
} copy_data;

static void copy_run(char *y, int64_t ys, const char *x, int64_t xs, int64_t n, int bytes) {
  if (bytes == 4) {
    const uint32_t *a = (const uint32_t *)x;
    uint32_t *b = (uint32_t *)y;
    if (xs == 1 && ys == 1) memcpy(b, a, (size_t)n * 4);
    else if (xs == 0 && ys == 1) for (int64_t i = 0; i < n; i++) b[i] = a[0];
    else for (int64_t i = 0; i < n; i++) b[i * ys] = a[i * xs];
  } else {
    for (int64_t i = 0; i < n; i++) y[i * ys] = x[i * xs];
  }
}

static void copy_part(void *data, int part, int parts) {
  const copy_data *c = data;
  int64_t first, last, index[16], xo = 0, yo = 0;
  divide(c->rows, 1, part, parts, &first, &last);
  int64_t rest = first, inner = c->rank - 1;
  for (int k = (int)inner - 1; k >= 0; k--) {
    index[k] = rest % c->dims[k];
    rest /= c->dims[k];
    xo += index[k] * c->xs[k];
    yo += index[k] * c->ys[k];
  }
  for (int64_t r = first; r < last; r++) {
    copy_run(c->y + yo * c->bytes, c->ys[inner], c->x + xo * c->bytes, c->xs[inner], c->dims[inner], c->bytes);
    for (int k = (int)inner - 1; k >= 0; k--) {
      xo += c->xs[k];
      yo += c->ys[k];
      if (++index[k] < c->dims[k]) break;
      index[k] = 0;
      xo -= c->dims[k] * c->xs[k];
      yo -= c->dims[k] * c->ys[k];
    }
  }
}

void vk_copy(const void *x, const int64_t *xs, void *y, const int64_t *ys, const int64_t *dims, int rank, int bytes, int threads) {
  copy_data c = {x, y, {0}, {0}, {0}, 1, 0, bytes};
  int64_t total = 1;
  // Neighbouring axes that are one run in both are joined.
  for (int k = 0; k < rank; k++) {
    total *= dims[k];
    if (dims[k] == 1) continue;
    int l = c.rank - 1;
    if (l >= 0 && c.xs[l] == xs[k] * dims[k] && c.ys[l] == ys[k] * dims[k]) {
      c.dims[l] *= dims[k];
      c.xs[l] = xs[k];
      c.ys[l] = ys[k];
    } else {
      c.dims[c.rank] = dims[k];
      c.xs[c.rank] = xs[k];
      c.ys[c.rank] = ys[k];
      c.rank++;
    }
  }
  if (total == 0) return;
  if (c.rank == 0) {
    c.dims[0] = c.xs[0] = c.ys[0] = 1;
    c.rank = 1;
  }
  if (c.rank == 1 && c.dims[0] >= 65536) {
    // One long run: cut it so that all threads have a part.
    int64_t pieces = 64, piece = c.dims[0] / pieces;
    if (piece * pieces == c.dims[0]) {
      c.dims[1] = piece, c.xs[1] = c.xs[0], c.ys[1] = c.ys[0];
      c.dims[0] = pieces, c.xs[0] *= piece, c.ys[0] *= piece;
      c.rank = 2;
    }
  }
  for (int k = 0; k + 1 < c.rank; k++) c.rows *= c.dims[k];
  vk_parallel(copy_part, &c, threads_for(total, threads));
}

typedef struct {
  void *y;
  uint32_t bits;
  int64_t count;
  int bytes;
} fill_data;

static void fill_part(void *data, int part, int parts) {
  const fill_data *f = data;
  int64_t first, last;
  divide(f->count, 64, part, parts, &first, &last);
  if (f->bytes == 1) memset((char *)f->y + first, (int)f->bits, (size_t)(last - first));
  else for (int64_t i = first; i < last; i++) ((uint32_t *)f->y)[i] = f->bits;
}

void vk_fill(void *y, uint32_t bits, int64_t count, int bytes, int threads) {
  fill_data f = {y, bits, count, bytes};
  vk_parallel(fill_part, &f, threads_for(count, threads));
}

typedef struct {
  const char *x;
  char *y;
  const int32_t *index;
  int64_t outer, length, indices, inner;
  int bytes;
} gather_data;

static void gather_part(void *data, int part, int parts) {
  const gather_data *g = data;
  int64_t first, last, row = g->inner * g->bytes;
  divide(g->outer * g->indices, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++)
    memcpy(g->y + k * row, g->x + (k / g->indices * g->length + g->index[k % g->indices]) * row, (size_t)row);
}

static int64_t bad_index(const int32_t *index, int64_t indices, int64_t length) {
  for (int64_t i = 0; i < indices; i++)
    if (index[i] < 0 || index[i] >= length) return i + 1;
  return 0;
}

int64_t vk_gather(const void *x, const int32_t *index, void *y, int64_t outer, int64_t length, int64_t indices, int64_t inner, int bytes, int threads) {
  int64_t bad = bad_index(index, indices, length);
  if (bad) return bad;
  gather_data g = {x, y, index, outer, length, indices, inner, bytes};
  vk_parallel(gather_part, &g, threads_for(outer * indices * inner, threads));
  return 0;
}

static void scatter_part(void *data, int part, int parts) {
  const gather_data *g = data;
  int64_t first, last;
  // Threads own columns or outer parts, so that every sum has one order.
  int by_outer = g->outer >= parts;
  divide(by_outer ? g->outer : g->inner, 1, part, parts, &first, &last);
  int64_t o0 = by_outer ? first : 0, o1 = by_outer ? last : g->outer;
  int64_t j0 = by_outer ? 0 : first, j1 = by_outer ? g->inner : last;
  for (int64_t o = o0; o < o1; o++) {
    float *y = (float *)g->y + o * g->length * g->inner;
    const float *x = (const float *)g->x + o * g->indices * g->inner;
    for (int64_t r = 0; r < g->length; r++)
      for (int64_t j = j0; j < j1; j++) y[r * g->inner + j] = 0;
    for (int64_t i = 0; i < g->indices; i++)
      for (int64_t j = j0; j < j1; j++) y[g->index[i] * g->inner + j] += x[i * g->inner + j];
  }
}

int64_t vk_scatter_add(const float *x, const int32_t *index, float *y, int64_t outer, int64_t length, int64_t indices, int64_t inner, int threads) {
  int64_t bad = bad_index(index, indices, length);
  if (bad) return bad;
  gather_data g = {(const char *)x, (char *)y, index, outer, length, indices, inner, 4};
  vk_parallel(scatter_part, &g, threads_for(outer * (indices + length) * inner, threads));
  return 0;
}

typedef struct {
  const int32_t *x;
  float *y;
  int64_t outer, depth, inner;
} hot_data;

static void hot_part(void *data, int part, int parts) {
  const hot_data *h = data;
  int64_t first, last;
  divide(h->outer, 1, part, parts, &first, &last);
  for (int64_t o = first; o < last; o++)
    for (int64_t j = 0; j < h->inner; j++) {
      int64_t k = h->x[o * h->inner + j];
      if (k >= 0 && k < h->depth) h->y[(o * h->depth + k) * h->inner + j] = 1;
    }
}

void vk_one_hot(const int32_t *x, float *y, int64_t outer, int64_t depth, int64_t inner, int threads) {
  hot_data h = {x, y, outer, depth, inner};
  vk_parallel(hot_part, &h, threads_for(outer * inner, threads));
}

typedef struct {
  const float *x, *v;
  float *y;
  const vk_window *w;
  int is_gradient;
} pool_data;

/// The offset of the first largest element of the window at an output position; a nan wins.
static int64_t window_maximum(const float *x, const vk_window *w, const int64_t o[3]) {
  int64_t best = -1, lo[3], hi[3];
  for (int a = 0; a < 3; a++) {
    lo[a] = o[a] * w->stride[a] - w->before[a];
    hi[a] = lo[a] + w->size[a];
    if (lo[a] < 0) lo[a] = 0;
    if (hi[a] > w->in[a]) hi[a] = w->in[a];
  }
  for (int64_t d = lo[0]; d < hi[0]; d++)
    for (int64_t h = lo[1]; h < hi[1]; h++)
      for (int64_t c = lo[2]; c < hi[2]; c++) {
        int64_t at = (d * w->in[1] + h) * w->in[2] + c;
        if (best < 0 || (x[best] == x[best] && (x[at] > x[best] || x[at] != x[at]))) best = at;
      }
  return best;
}

static void pool_part(void *data, int part, int parts) {
  const pool_data *p = data;
  const vk_window *w = p->w;
  int64_t first, last, in = w->in[0] * w->in[1] * w->in[2], out = w->out[0] * w->out[1] * w->out[2];
  divide(w->planes, 1, part, parts, &first, &last);
  for (int64_t plane = first; plane < last; plane++) {
    const float *x = p->x + plane * in;
    if (p->is_gradient) memset(p->y + plane * in, 0, (size_t)in * 4);
    for (int64_t k = 0; k < out; k++) {
      int64_t o[3] = {k / (w->out[1] * w->out[2]), k / w->out[2] % w->out[1], k % w->out[2]};
      int64_t at = window_maximum(x, w, o);
      if (p->is_gradient) p->y[plane * in + at] += p->v[plane * out + k];
      else p->y[plane * out + k] = p->v[plane * in + at];
    }
  }
}

void vk_max_pool_pick(const float *x, const float *v, float *y, const vk_window *w, int threads) {
  pool_data p = {x, v, y, w, 0};
  vk_parallel(pool_part, &p, threads_for(w->planes * w->in[0] * w->in[1] * w->in[2], threads));
}

void vk_max_pool_gradient(const float *x, const float *g, float *y, const vk_window *w, int threads) {
  pool_data p = {x, g, y, w, 1};
  vk_parallel(pool_part, &p, threads_for(w->planes * w->in[0] * w->in[1] * w->in[2], threads));
}
