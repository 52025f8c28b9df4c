// The kernels for any processor.
#include "Kernels/vectors.h"
#define KERNEL(name) name##_portable
#define TABLE vk_table_portable
#include "Kernels/all.inc"
