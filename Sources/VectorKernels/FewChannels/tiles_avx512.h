// How much of a tile 32 registers of sixteen floats hold.
#define MAX_OUTPUTS 8
#define SINGLE_OUTPUTS 16
#define TILE_COLUMNS(outputs) ((outputs) == 8 || (outputs) == 7 ? 3 : (outputs) == 6 ? 4 : (outputs) == 5 ? 5 : (outputs) == 4 ? 6 : (outputs) == 3 ? 7 : 8)
#define LEAST_SUMS 8
#define MAX_TAPS 5
#define FILTER_OUTPUTS(taps) ((taps) == 9 ? 3 : (taps) == 5 ? 5 : (taps) == 4 ? 6 : 8)
#define MAX_TILE_TAPS 9
#define SUM_OUTPUTS 6
#define SUM_CHANNELS 4
#define WEIGHT_ROWS 12
#define WEIGHT_COLUMNS(rows) ((rows) > 4 ? 2 : (rows) > 1 ? 5 : 8)
