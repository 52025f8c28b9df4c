#include "VectorKernels.h"
