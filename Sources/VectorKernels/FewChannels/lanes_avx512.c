// Few-channel kernels for x86 processors with AVX-512: 32 registers of sixteen floats.
#include "lanes.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2"))), apply_to = function)
#define KERNEL(name) name##_lanes_avx512
#define TABLE vk_lanes_avx512
#define MAX_OUTPUTS 8
#define SINGLE_OUTPUTS 16
#define TILE_COLUMNS(outputs) ((outputs) == 8 || (outputs) == 7 ? 3 : (outputs) == 6 ? 4 : (outputs) == 5 ? 5 : (outputs) == 4 ? 6 : (outputs) == 3 ? 7 : 8)
#define MAX_TAPS 5
#define FILTER_OUTPUTS(taps) ((taps) == 9 ? 3 : (taps) == 5 ? 5 : (taps) == 4 ? 6 : 8)
#define MAX_TILE_TAPS 9
#define WEIGHT_ROWS 12
#include "all.inc"
#pragma clang attribute pop
#endif
