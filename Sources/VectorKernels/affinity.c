// How many processors this process may run on.
#define _GNU_SOURCE
#include "include/VectorKernels.h"
#if defined(__linux__)
#include <sched.h>
#endif

int vk_affinity_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return 0;
}
