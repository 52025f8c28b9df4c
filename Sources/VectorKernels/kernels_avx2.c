// The kernels for x86 processors with AVX2 and fused multiply-add.
#include "Kernels/vectors.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define KERNEL(name) name##_avx2
#define TABLE vk_table_avx2
#include "Kernels/all.inc"
#pragma clang attribute pop
#endif
