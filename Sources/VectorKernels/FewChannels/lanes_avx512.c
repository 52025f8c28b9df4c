// Few-channel kernels for x86 processors with AVX-512: sixteen images in a vector.
#include "lanes.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2"))), apply_to = function)
#define POSITIONS 1
#define KERNEL(name) name##_lanes_avx512
#define TABLE vk_lanes_avx512
#include "tiles_avx512.h"
#include "all.inc"
#pragma clang attribute pop
#endif
