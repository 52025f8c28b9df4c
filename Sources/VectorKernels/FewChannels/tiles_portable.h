// Small tiles, which sixteen registers of four floats can hold.
#define MAX_OUTPUTS 3
#define SINGLE_OUTPUTS 3
#define TILE_COLUMNS(outputs) ((outputs) == 1 ? 2 : 1)
#define LEAST_SUMS 4
#define MAX_TAPS 3
#define MAX_TILE_TAPS 3
#define FILTER_OUTPUTS(taps) ((taps) == 1 ? 3 : 1)
#define SUM_OUTPUTS 2
#define SUM_CHANNELS 1
#define WEIGHT_ROWS 2
#define WEIGHT_COLUMNS(rows) 1
