// 4 × 4 convolutions in steps of two over all threads, by Winograd's algorithm on the four images of every other pixel: some
// tiles at a time go through all 25 products, for so many filters at a time that these stay in the cache.
#include "Kernels/parallel.h"

void GOMP_barrier(void);

enum { POINTS = 25, IMAGES = 4, GROUP = 24, SQUARE = LANES * LANES };
/// At most so many blocks of inputs and outputs have their filters' gradients computed together, and so many squares of
/// filters are in use while all tiles pass: what the second cache holds.
enum { MOST_INPUTS = 4, MOST_OUTPUTS = 8, MOST_SQUARES = 64 };

typedef struct {
  vk_halving p;
  const float *x, *w, *bias, *g;
  float *y, *bias_gradient, *scratch;
  int is_gradient;
  /// Tiles down and across, and of all samples; floats between two of a tile's numbers.
  int64_t down, across, tiles, step;
  /// Blocks of channels that products add up, and that they make: each of the four images counts.
  int64_t sources, results;
  /// For gradients, whether each of the four images has tiles that begin where it does: these may be fewer.
  int is_shifted;
  /// Blocks of results whose products are of the same tiles, and of which so many are worked on while all tiles pass.
  int64_t run, chunk;
} halving_data;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t pieces(int64_t count, int64_t size) { return (count + size - 1) / size; }

/// Tiles along an axis of the four images that a gradient makes: all alike, counted from where filters begin, or each from
/// where the image does.
static int64_t tiles_of_all(const vk_halving *p, int axis) { return pieces((p->in[axis] - 1 + p->before[axis]) / 2 + 1, 4); }
static int64_t tiles_of_each(const vk_halving *p, int axis) { return pieces((p->in[axis] + 1) / 2, 4); }

/// Where the rows (or columns) `odd` or even of a gradient begin, counted in steps of two.
static int64_t start(const vk_halving *p, int axis, int odd) { return (p->before[axis] - odd + 1) / 2; }

int64_t vk_halving_tiles(const vk_halving *p, int is_gradient) {
  if (!is_gradient) return p->samples * pieces(p->out[0], 4) * pieces(p->out[1], 4);
  return p->samples * least(tiles_of_all(p, 0) * tiles_of_all(p, 1), tiles_of_each(p, 0) * tiles_of_each(p, 1));
}

static halving_data data_of(const vk_halving *p, int is_gradient) {
  halving_data d = {.p = *p, .is_gradient = is_gradient};
  d.is_shifted = is_gradient && tiles_of_each(p, 0) * tiles_of_each(p, 1) < tiles_of_all(p, 0) * tiles_of_all(p, 1);
  d.down = !is_gradient ? pieces(p->out[0], 4) : d.is_shifted ? tiles_of_each(p, 0) : tiles_of_all(p, 0);
  d.across = !is_gradient ? pieces(p->out[1], 4) : d.is_shifted ? tiles_of_each(p, 1) : tiles_of_all(p, 1);
  d.tiles = vk_halving_tiles(p, is_gradient);
  // The numbers of a tile must not all fall into the same few places of the cache.
  d.step = (least(GROUP, d.tiles) + 1) * LANES;
  d.sources = is_gradient ? p->out_blocks : IMAGES * p->in_blocks;
  d.results = is_gradient ? IMAGES * p->in_blocks : p->out_blocks;
  d.run = d.is_shifted ? p->in_blocks : d.results;
  d.chunk = most(2, least(MOST_OUTPUTS, MOST_SQUARES / d.sources));
  return d;
}

/// Where a tile is.
typedef struct {
  int64_t sample, top, left;
} tile_place;

static tile_place place_of(const halving_data *d, int64_t tile) {
  int64_t in_sample = tile % (d->down * d->across);
  return (tile_place){tile / (d->down * d->across), in_sample / d->across * 4, in_sample % d->across * 4};
}

/// The numbers of some tiles of x, of blocks first ..< last of one of the four images.
static void images_into(const halving_data *d, const float *x, int image, int64_t first, int64_t last, int64_t tile, int64_t count, float *v) {
  const vk_halving *p = &d->p;
  for (int64_t b = first; b < last; b++, v += POINTS * d->step)
    for (int64_t t = 0; t < count; t++) {
      tile_place at = place_of(d, tile + t);
      vk_kernels()->halving_into(
        x + (at.sample * p->in_blocks + b) * p->in[0] * p->in[1] * LANES, p->in[0], p->in[1], 2 * at.top + image / 2 - p->before[0],
        2 * at.left + image % 2 - p->before[1], 2, v + t * LANES, d->step);
    }
}

/// The row and column of one of the four images where the gradient's first tile begins.
static tile_place origin(const halving_data *d, int image) {
  if (!d->is_shifted) return (tile_place){0};
  return (tile_place){.top = start(&d->p, 0, image / 2), .left = start(&d->p, 1, image % 2)};
}

/// The numbers of some tiles of what the products add up, for gradients of one of the four images.
static void sources_into(const halving_data *d, int image, int64_t tile, int64_t count, float *v) {
  const vk_halving *p = &d->p;
  if (!d->is_gradient) {
    for (int half = 0; half < IMAGES; half++)
      images_into(d, d->x, half, 0, p->in_blocks, tile, count, v + half * p->in_blocks * POINTS * d->step);
    return;
  }
  tile_place from = origin(d, image);
  for (int64_t b = 0; b < p->out_blocks; b++, v += POINTS * d->step)
    for (int64_t t = 0; t < count; t++) {
      tile_place at = place_of(d, tile + t);
      vk_kernels()->halving_into(
        d->x + (at.sample * p->out_blocks + b) * p->out[0] * p->out[1] * LANES, p->out[0], p->out[1], at.top + from.top - 1,
        at.left + from.left - 1, 1, v + t * LANES, d->step);
    }
}

/// Writes one block of results of some tiles.
static void results_back(const halving_data *d, int64_t result, int64_t tile, int64_t count, const float *m) {
  const vk_halving *p = &d->p;
  for (int64_t t = 0; t < count; t++, m += LANES) {
    tile_place at = place_of(d, tile + t);
    if (!d->is_gradient) {
      float *y = d->y + (at.sample * p->out_blocks + result) * p->out[0] * p->out[1] * LANES;
      vk_kernels()->halving_back(
        m, d->step, d->bias ? d->bias + result * LANES : 0, p->is_relu, p->accumulates, y, p->out[0], p->out[1], at.top, at.left, 1);
      continue;
    }
    int image = (int)(result / p->in_blocks);
    int64_t block = result % p->in_blocks;
    tile_place from = origin(d, image);
    float *y = d->y + (at.sample * p->in_blocks + block) * p->in[0] * p->in[1] * LANES;
    vk_kernels()->halving_back(
      m, d->step, d->bias ? d->bias + block * LANES : 0, 0, 0, y, p->in[0], p->in[1],
      2 * (at.top + from.top) + image / 2 - p->before[0], 2 * (at.left + from.left) + image % 2 - p->before[1], 2);
  }
}

/// Floats of one point's filters to a block of results: 25 of them side by side must not fall into the same few places
/// of the cache.
static int64_t point_floats(const halving_data *d) { return d->sources * SQUARE + LANES; }

/// The filters as points, u(result, point, source, in, out): what thread `part` has to do of them.
static void filters_into(const halving_data *d, float *u, int part, int parts) {
  int64_t a = d->p.in_blocks, first, last;
  divide(a * d->p.out_blocks, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    // The blocks of a result stand together, so that a thread makes what it will read.
    int64_t out = d->is_gradient ? k % d->p.out_blocks : k / a, in = d->is_gradient ? k / d->p.out_blocks : k % a;
    const float *w = d->w + (out * a + in) * 16 * SQUARE;
    int64_t source = d->is_gradient ? out : in, result = d->is_gradient ? in : out;
    vk_kernels()->halving_filters(
      w, d->is_gradient, u + result * POINTS * point_floats(d) + source * SQUARE, d->is_gradient ? a * POINTS * point_floats(d) : a * SQUARE,
      point_floats(d));
  }
}

static void product_part(void *data, int part, int parts) {
  halving_data *d = data;
  float *u = d->scratch, *v = u + d->results * POINTS * point_floats(d) + part * (d->sources + 2) * POINTS * d->step;
  float *m = v + d->sources * POINTS * d->step;
  filters_into(d, u, part, parts);
  GOMP_barrier();
  int64_t groups = pieces(d->tiles, GROUP), chunks = pieces(d->run, d->chunk), runs = d->results / d->run, first, last;
  divide(runs * chunks * groups, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++) {
    int64_t tile = k % groups * GROUP, count = least(GROUP, d->tiles - tile);
    int64_t run = k / groups / chunks, from = run * d->run + k / groups % chunks * d->chunk, to = least(from + d->chunk, (run + 1) * d->run);
    sources_into(d, (int)run, tile, count, v);
    for (int64_t result = from; result < to; result += 2) {
      int both = result + 1 < to ? 2 : 1;
      for (int point = 0; point < POINTS; point++)
        vk_kernels()->winograd_multiply(
          v + point * d->step, POINTS * d->step, u + (result * POINTS + point) * point_floats(d), POINTS * point_floats(d), d->sources,
          m + point * d->step, POINTS * d->step, count, both, 0);
      for (int k = 0; k < both; k++) results_back(d, result + k, tile, count, m + k * POINTS * d->step);
    }
  }
}

int64_t vk_halving_scratch(const vk_halving *p, int is_gradient, int threads) {
  halving_data d = data_of(p, is_gradient);
  return d.results * POINTS * point_floats(&d) + threads * (d.sources + 2) * POINTS * d.step;
}

void vk_halving_convolution(const vk_halving *p, const float *x, const float *w, const float *bias, float *y, float *scratch, int threads) {
  halving_data d = data_of(p, 0);
  d.x = x, d.w = w, d.bias = bias, d.y = y, d.scratch = scratch;
  vk_parallel(product_part, &d, threads);
}

void vk_halving_input_gradient(const vk_halving *p, const float *g, const float *w, const float *bias, float *x, float *scratch, int threads) {
  halving_data d = data_of(p, 1);
  d.x = g, d.w = w, d.bias = bias, d.y = x, d.scratch = scratch;
  vk_parallel(product_part, &d, threads);
}

static int64_t weight_floats(const halving_data *d) { return (MOST_INPUTS + MOST_OUTPUTS) * POINTS * d->step + MOST_INPUTS * MOST_OUTPUTS * POINTS * SQUARE; }

/// The cotangents of some filters on one of the four images: of blocks of inputs and outputs from `in` and `out` on.
static void weights_of(const halving_data *d, int image, int64_t in, int64_t out, float *v) {
  const vk_halving *p = &d->p;
  int64_t ins = least(MOST_INPUTS, p->in_blocks - in), outs = least(MOST_OUTPUTS, p->out_blocks - out);
  float *z = v + MOST_INPUTS * POINTS * d->step, *u = z + MOST_OUTPUTS * POINTS * d->step, sums[MOST_OUTPUTS * LANES] = {0};
  memset(u, 0, (size_t)(ins * outs * POINTS * SQUARE) * 4);
  for (int64_t tile = 0; tile < d->tiles; tile += GROUP) {
    int64_t count = least(GROUP, d->tiles - tile);
    images_into(d, d->x, image, in, in + ins, tile, count, v);
    for (int64_t o = 0; o < outs; o++) {
      float *own = z + o * POINTS * d->step;
      for (int64_t t = 0; t < count; t++) {
        tile_place at = place_of(d, tile + t);
        vk_kernels()->halving_spread(
          d->g + (at.sample * p->out_blocks + out + o) * p->out[0] * p->out[1] * LANES, p->out[0], p->out[1], at.top, at.left, own + t * LANES,
          d->step);
        // The second point of both axes is the plain sum of a tile.
        for (int l = 0; l < LANES; l++) sums[o * LANES + l] += own[6 * d->step + t * LANES + l];
      }
    }
    for (int64_t o = 0; o < outs; o += 2)
      for (int64_t i = 0; i < ins; i++)
        for (int point = 0; point < POINTS; point++)
          vk_kernels()->winograd_outer(
            v + (i * POINTS + point) * d->step, z + (o * POINTS + point) * d->step, POINTS * d->step, count,
            u + ((o * ins + i) * POINTS + point) * SQUARE, ins * POINTS * SQUARE, o + 1 < outs ? 2 : 1, 1);
  }
  for (int64_t o = 0; o < outs; o++)
    for (int64_t i = 0; i < ins; i++)
      vk_kernels()->halving_filter_sums(u + (o * ins + i) * POINTS * SQUARE, image, d->y + ((out + o) * p->in_blocks + in + i) * 16 * SQUARE);
  if (d->bias_gradient && image == 0 && in == 0) memcpy(d->bias_gradient + out * LANES, sums, (size_t)(outs * LANES) * 4);
}

static void weight_part(void *data, int part, int parts) {
  halving_data *d = data;
  int64_t ins = pieces(d->p.in_blocks, MOST_INPUTS), outs = pieces(d->p.out_blocks, MOST_OUTPUTS), first, last;
  divide(ins * outs * IMAGES, 1, part, parts, &first, &last);
  for (int64_t k = first; k < last; k++)
    weights_of(d, (int)(k % IMAGES), k / IMAGES % ins * MOST_INPUTS, k / IMAGES / ins * MOST_OUTPUTS, d->scratch + part * weight_floats(d));
}

int64_t vk_halving_weight_scratch(const vk_halving *p, int threads) {
  halving_data d = data_of(p, 0);
  return threads * weight_floats(&d);
}

void vk_halving_weight_gradient(const vk_halving *p, const float *x, const float *g, float *w, float *bias, float *scratch, int threads) {
  halving_data d = data_of(p, 0);
  d.x = x, d.g = g, d.y = w, d.bias_gradient = bias, d.scratch = scratch;
  vk_parallel(weight_part, &d, threads);
}
