// Few-channel kernels for x86 processors with AVX2: two columns of eight images in a vector.
#include "lanes.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define POSITIONS 2
#define KERNEL(name) name##_halves_avx2
#define TABLE vk_halves_avx2
#include "tiles_avx2.h"
#include "all.inc"
#pragma clang attribute pop
#endif
