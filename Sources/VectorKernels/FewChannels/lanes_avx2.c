// Few-channel kernels for x86 processors with AVX2: sixteen registers of eight floats.
#include "lanes.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define KERNEL(name) name##_lanes_avx2
#define TABLE vk_lanes_avx2
#define MAX_OUTPUTS 6
#define SINGLE_OUTPUTS 6
#define TILE_COLUMNS(outputs) ((outputs) >= 3 ? 1 : (outputs) == 2 ? 2 : 4)
#define MAX_TAPS 3
#define MAX_TILE_TAPS 3
#define FILTER_OUTPUTS(taps) ((taps) == 3 ? 2 : (taps) == 2 ? 3 : 6)
#define WEIGHT_ROWS 6
#include "all.inc"
#pragma clang attribute pop
#endif
