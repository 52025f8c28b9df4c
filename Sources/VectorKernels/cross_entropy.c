// Cross-entropy of class numbers, fused with log-softmax.
#include "Kernels/parallel.h"

typedef struct {
  const float *x, *class_weights, *cotangent;
  const int32_t *targets;
  float *rows, *weights, *dx;
  int64_t samples, classes, pixels;
  float smoothing, factor;
  int has_ignored;
  int32_t ignored;
} loss_data;

static int counts(const loss_data *d, int32_t target) {
  return target >= 0 && target < d->classes && !(d->has_ignored && target == d->ignored);
}

static float class_weight(const loss_data *d, int64_t c) { return d->class_weights ? d->class_weights[c] : 1.0f; }

/// The largest logit of a pixel and the logarithm of the sum of eˣ.
static float log_sum(const loss_data *d, const float *x, float *largest) {
  if (d->pixels == 1) return vk_kernels()->log_sum_exp(x, d->classes, largest);
  float top = x[0], total = 0;
  for (int64_t c = 1; c < d->classes; c++) top = x[c * d->pixels] > top || x[c * d->pixels] != x[c * d->pixels] ? x[c * d->pixels] : top;
  for (int64_t c = 0; c < d->classes; c++) total += expf(x[c * d->pixels] - top);
  *largest = top;
  return logf(total) + top;
}

static void loss_part(void *data, int part, int parts) {
  const loss_data *d = data;
  int64_t first, last;
  divide(d->samples * d->pixels, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int32_t t = d->targets[k];
    d->rows[k] = d->weights[k] = 0;
    if (!counts(d, t)) continue;
    const float *x = d->x + k / d->pixels * d->classes * d->pixels + k % d->pixels;
    float largest, sum = log_sum(d, x, &largest), w = class_weight(d, t);
    float row = (sum - x[t * d->pixels]) * w * (1 - d->smoothing);
    if (d->smoothing > 0) {
      float spread = 0;
      for (int64_t c = 0; c < d->classes; c++) spread += (sum - x[c * d->pixels]) * class_weight(d, c);
      row += spread * d->smoothing / (float)d->classes;
    }
    d->rows[k] = row;
    d->weights[k] = w;
  }
}

static float total(const float *x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += x[i];
  return (float)sum;
}

int64_t vk_cross_entropy(const float *x, const int32_t *targets, const float *class_weights, float *loss, float *rows, float *weights, int64_t samples, int64_t classes, int64_t pixels, float smoothing, int has_ignored, int32_t ignored, int threads) {
  loss_data d = {x, class_weights, 0, targets, rows, weights, 0, samples, classes, pixels, smoothing, 0, has_ignored, ignored};
  int64_t bad = vk_class_outside(targets, samples * pixels, classes, has_ignored, ignored);
  if (bad) return bad;
  int64_t n = samples * pixels;
  vk_parallel(loss_part, &d, threads_for(n * classes * 8, threads));
  *loss = total(rows, n) / total(weights, n);
  return 0;
}

static void gradient_part(void *data, int part, int parts) {
  const loss_data *d = data;
  int64_t first, last;
  divide(d->samples * d->pixels, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t base = k / d->pixels * d->classes * d->pixels + k % d->pixels, step = d->pixels;
    const float *x = d->x + base;
    float *dx = d->dx + base;
    int32_t t = d->targets[k];
    if (!counts(d, t)) {
      for (int64_t c = 0; c < d->classes; c++) dx[c * step] = 0;
      continue;
    }
    float largest, sum = log_sum(d, x, &largest), w = class_weight(d, t), even = d->smoothing / (float)d->classes;
    // All that multiplies log-probabilities: the target's share and the evenly spread one.
    float share = w * (1 - d->smoothing);
    if (d->smoothing > 0)
      for (int64_t c = 0; c < d->classes; c++) share += class_weight(d, c) * even;
    if (step == 1) {
      vk_kernels()->softmax_row(x, dx, d->classes, 0);
      for (int64_t c = 0; c < d->classes; c++) dx[c] *= share * d->factor;
    } else {
      for (int64_t c = 0; c < d->classes; c++) dx[c * step] = expf(x[c * step] - sum) * share * d->factor;
    }
    if (d->smoothing > 0)
      for (int64_t c = 0; c < d->classes; c++) dx[c * step] -= class_weight(d, c) * even * d->factor;
    dx[t * step] -= w * (1 - d->smoothing) * d->factor;
  }
}

void vk_cross_entropy_gradient(const float *x, const int32_t *targets, const float *class_weights, const float *cotangent, float *dx, float *weights, int64_t samples, int64_t classes, int64_t pixels, float smoothing, int has_ignored, int32_t ignored, int threads) {
  loss_data d = {x, class_weights, cotangent, targets, 0, weights, dx, samples, classes, pixels, smoothing, 0, has_ignored, ignored};
  int64_t n = samples * pixels;
  for (int64_t k = 0; k < n; k++) weights[k] = counts(&d, targets[k]) ? class_weight(&d, targets[k]) : 0;
  d.factor = *cotangent / total(weights, n);
  vk_parallel(gradient_part, &d, threads_for(n * classes * 8, threads));
}
