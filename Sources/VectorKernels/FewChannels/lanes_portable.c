// Few-channel kernels for any processor: sixteen images in a vector.
#include "lanes.h"
#define POSITIONS 1
#define KERNEL(name) name##_lanes_portable
#define TABLE vk_lanes_portable
#include "tiles_portable.h"
#include "all.inc"
