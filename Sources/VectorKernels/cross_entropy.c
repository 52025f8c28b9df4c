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

/// Pixels that are looked at together are all of one sample; samples without pixels and of few classes are turned, so that
/// a vector has the same class of LANES samples.
enum { GROUP = 256, TURNED_CLASSES = 64 };
typedef float turned_rows[TURNED_CLASSES * LANES];

static int is_turned(const loss_data *d) { return d->pixels == 1 && d->classes <= TURNED_CLASSES; }

/// The logarithms of the sums of eˣ of the pixels from `k` on, at most GROUP and none of the next sample, or of samples that
/// are turned; returns how many.
static int64_t log_sums(const loss_data *d, int64_t k, int64_t last, float *sums, float *turned) {
  int64_t rest = d->pixels - k % d->pixels, count = last - k < rest ? last - k : rest;
  const float *x = d->x + k / d->pixels * d->classes * d->pixels + k % d->pixels;
  if (is_turned(d)) {
    count = last - k < LANES ? last - k : LANES;
    for (int64_t c = 0; c < d->classes; c++)
      for (int64_t i = 0; i < LANES; i++) turned[c * LANES + i] = i < count ? x[i * d->classes + c] : 0;
    vk_kernels()->log_sum_exp_columns(turned, d->classes, LANES, LANES, sums);
    return count;
  }
  if (count > GROUP) count = GROUP;
  if (d->pixels == 1) sums[0] = vk_kernels()->log_sum_exp(x, d->classes);
  else vk_kernels()->log_sum_exp_columns(x, d->classes, d->pixels, count, sums);
  return count;
}

static void loss_part(void *data, int part, int parts) {
  const loss_data *d = data;
  int64_t first, last;
  float sums[GROUP];
  turned_rows turned;
  divide(d->samples * d->pixels, 1, part, parts, &first, &last);
  for (int64_t at = first, count; at < last; at += count) {
    count = log_sums(d, at, last, sums, turned);
    for (int64_t k = at; k < at + count; k++) {
      int32_t t = d->targets[k];
      d->rows[k] = d->weights[k] = 0;
      if (!counts(d, t)) continue;
      const float *x = d->x + k / d->pixels * d->classes * d->pixels + k % d->pixels;
      float sum = sums[k - at], w = class_weight(d, t);
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
}

static float total(const float *x, int64_t n) {
  // Eight sums at once: they don't wait for each other.
  double sums[8] = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) sums[k] += x[i + k];
  for (; i < n; i++) sums[0] += x[i];
  return (float)(((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])));
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
  int64_t first, last, step = d->pixels, apart = step == 1 ? d->classes : 1;
  turned_rows turned;
  float sums[GROUP], factors[GROUP] = {0}, even = d->smoothing / (float)d->classes, all = 0;
  if (d->smoothing > 0)
    for (int64_t c = 0; c < d->classes; c++) all += class_weight(d, c) * even;
  divide(d->samples * d->pixels, 1, part, parts, &first, &last);
  for (int64_t at = first, count; at < last; at += count) {
    int64_t base = at / step * d->classes * step + at % step;
    count = log_sums(d, at, last, sums, turned);
    // All that multiplies log-probabilities: the target's share and the evenly spread one.
    for (int64_t k = 0; k < count; k++) {
      int32_t t = d->targets[at + k];
      factors[k] = counts(d, t) ? (class_weight(d, t) * (1 - d->smoothing) + all) * d->factor : 0;
    }
    if (is_turned(d)) {
      vk_kernels()->softmax_columns(turned, turned, d->classes, LANES, LANES, sums, factors);
      for (int64_t k = 0; k < count; k++)
        for (int64_t c = 0; c < d->classes; c++) d->dx[base + k * d->classes + c] = turned[c * LANES + k];
    } else if (step == 1) {
      vk_kernels()->softmax_row(d->x + base, d->dx + base, d->classes, sums[0], 0);
      for (int64_t c = 0; c < d->classes; c++) d->dx[base + c] *= factors[0];
    } else {
      vk_kernels()->softmax_columns(d->x + base, d->dx + base, d->classes, step, count, sums, factors);
    }
    for (int64_t k = 0; k < count; k++) {
      float *dx = d->dx + base + k * apart;
      int32_t t = d->targets[at + k];
      if (!counts(d, t)) {
        // Also where a logit is not finite.
        for (int64_t c = 0; c < d->classes; c++) dx[c * step] = 0;
        continue;
      }
      if (d->smoothing > 0)
        for (int64_t c = 0; c < d->classes; c++) dx[c * step] -= class_weight(d, c) * even * d->factor;
      dx[t * step] -= class_weight(d, t) * (1 - d->smoothing) * d->factor;
    }
  }
}

void vk_cross_entropy_gradient(const float *x, const int32_t *targets, const float *class_weights, const float *cotangent, float *dx, float *weights, int64_t samples, int64_t classes, int64_t pixels, float smoothing, int has_ignored, int32_t ignored, int threads) {
  loss_data d = {x, class_weights, cotangent, targets, 0, weights, dx, samples, classes, pixels, smoothing, 0, has_ignored, ignored};
  int64_t n = samples * pixels;
  for (int64_t k = 0; k < n; k++) weights[k] = counts(&d, targets[k]) ? class_weight(&d, targets[k]) : 0;
  d.factor = *cotangent / total(weights, n);
  vk_parallel(gradient_part, &d, threads_for(n * classes * 8, threads));
}
