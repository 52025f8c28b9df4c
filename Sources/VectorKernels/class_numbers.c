// Class numbers of pixels: whether they are in range, and how often one was taken for another.
#include "Kernels/parallel.h"
#include <string.h>

int64_t vk_class_outside(const int32_t *x, int64_t count, int64_t classes, int has_ignored, int32_t ignored) {
  for (int64_t k = 0; k < count; k++) {
    int32_t t = x[k];
    if ((t < 0 || t >= classes) && !(has_ignored && t == ignored)) return t < 0 ? t : (int64_t)t + 1;
  }
  return 0;
}

int64_t vk_confusion(const int32_t *truth, const int32_t *predicted, int32_t *counts, int64_t count, int64_t classes, int has_ignored, int32_t ignored) {
  int64_t bad = vk_class_outside(truth, count, classes, has_ignored, ignored);
  if (bad) return bad;
  if ((bad = vk_class_outside(predicted, count, classes, 0, 0))) return bad;
  memset(counts, 0, (size_t)(classes * classes) * sizeof *counts);
  for (int64_t k = 0; k < count; k++) {
    if (has_ignored && truth[k] == ignored) continue;
    counts[truth[k] * classes + predicted[k]]++;
  }
  return 0;
}
