// Which instruction set is used, and the team of threads.
#include "Kernels/vectors.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
void omp_set_num_threads(int);

static int limit = 2;

/// The level found, −1 before. Kernels ask for their table a hundred times a step.
static int known = -1;

void vk_limit_instruction_set(int level) {
  limit = level;
  __atomic_store_n(&known, -1, __ATOMIC_RELAXED);
}

static int find_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int is_512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  int is_2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (is_512 && limit >= 2) return 2;
  if (is_2 && limit >= 1) return 1;
#endif
  return 0;
}

static int level(void) {
  int found = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (found >= 0) return found;
  found = find_level();
  __atomic_store_n(&known, found, __ATOMIC_RELAXED);
  return found;
}

int vk_bfloat16_speed(void) {
#if defined(__x86_64__)
  if (level() < 2 || !__builtin_cpu_supports("avx512bf16")) return 0;
  // CPUID leaf 7: AMX-BF16 in bit 22 of EDX. Without it, convolutions in bfloat16 were measured to take twice the time
  // of the library's in float32 on Intel's processors, and 0.55 of it on AMD's, but 1.3 of Winograd's algorithm.
  unsigned a, b, c, d;
  int has_tiles = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1);
  return has_tiles ? 3 : !__builtin_cpu_is("intel") ? 2 : 1;
#else
  return 0;
#endif
}

const vk_table *vk_kernels(void) {
#if defined(__x86_64__)
  switch (level()) {
    case 2: return &vk_table_avx512;
    case 1: return &vk_table_avx2;
  }
#endif
  return &vk_table_portable;
}

const char *vk_instruction_set(void) {
  static const char *const names[] = {"portable", "AVX2", "AVX-512"};
  return names[level()];
}

typedef struct {
  void (*body)(void *, int, int);
  void *data;
} region;

static void run_region(void *data) {
  region *r = data;
  r->body(r->data, omp_get_thread_num(), omp_get_num_threads());
}

void vk_parallel(void (*body)(void *, int, int), void *data, int threads) {
  if (threads <= 1) {
    body(data, 0, 1);
    return;
  }
  region r = {body, data};
  GOMP_parallel(run_region, &r, (unsigned)threads, 0);
}

void vk_set_threads(int threads) { omp_set_num_threads(threads < 1 ? 1 : threads); }
