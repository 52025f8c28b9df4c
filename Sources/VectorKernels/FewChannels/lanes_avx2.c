// Few-channel kernels for x86 processors with AVX2: sixteen images in a vector.
#include "lanes.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define POSITIONS 1
#define KERNEL(name) name##_lanes_avx2
#define TABLE vk_lanes_avx2
#include "tiles_avx2.h"
#include "all.inc"
#pragma clang attribute pop
#endif
