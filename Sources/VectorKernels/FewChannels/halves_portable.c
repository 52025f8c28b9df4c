// Few-channel kernels for any processor: two columns of eight images in a vector.
#include "lanes.h"
#define POSITIONS 2
#define KERNEL(name) name##_halves_portable
#define TABLE vk_halves_portable
#include "tiles_portable.h"
#include "all.inc"
