// The kernels for x86 processors with AVX-512.
#include "Kernels/vectors.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2,prfchw"))), apply_to = function)
#define KERNEL(name) name##_avx512
#define TABLE vk_table_avx512
#include "Kernels/all.inc"
#pragma clang attribute pop
#endif
