// How loops are divided among threads: never so that a result depends on it.
#pragma once
#include "vectors.h"

/// The part of `count` things, in whole grains, that a thread does.
INLINE void divide(int64_t count, int64_t grain, int part, int parts, int64_t *first, int64_t *last) {
  int64_t grains = (count + grain - 1) / grain;
  int64_t a = grains * part / parts * grain, b = grains * (part + 1) / parts * grain;
  *first = a < count ? a : count;
  *last = b < count ? b : count;
}

/// One thread for little work: starting a region costs about as much as touching this many elements.
INLINE int threads_for(int64_t work, int threads) { return work < 16384 ? 1 : threads; }
