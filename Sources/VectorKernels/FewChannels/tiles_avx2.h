// How much of a tile sixteen registers of eight floats hold.
#define MAX_OUTPUTS 6
#define SINGLE_OUTPUTS 6
#define TILE_COLUMNS(outputs) ((outputs) >= 3 ? 1 : (outputs) == 2 ? 2 : 4)
#define LEAST_SUMS 8
#define MAX_TAPS 3
#define MAX_TILE_TAPS 3
#define FILTER_OUTPUTS(taps) ((taps) == 3 ? 2 : (taps) == 2 ? 3 : 6)
#define SUM_OUTPUTS 2
#define SUM_CHANNELS 2
#define WEIGHT_ROWS 6
#define WEIGHT_COLUMNS(rows) 1
