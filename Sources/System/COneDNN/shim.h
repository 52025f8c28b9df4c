#pragma once
#include <dnnl.h>

// Values the importer leaves out because they are not plain literals.
static void *const cdnnl_memory_none = DNNL_MEMORY_NONE;
static const int cdnnl_arg_multiple_src = DNNL_ARG_MULTIPLE_SRC;
