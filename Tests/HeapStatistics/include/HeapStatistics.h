#ifndef HEAP_STATISTICS_H
#define HEAP_STATISTICS_H

#include <stddef.h>

/// How many bytes of the C library's heap are in use, large blocks included. Swift doesn't import `malloc.h`.
size_t heap_bytes_in_use(void);

#endif
