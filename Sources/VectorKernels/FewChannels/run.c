// Takes blocks of images through a region's operations, chunk by chunk, on all threads.
#include "lanes.h"
#include <time.h>

void GOMP_barrier(void);

/// The kernels of the instruction set in use, or of a smaller one.
static const vk_lane_table *kernels(int32_t most, int is_half) {
#if defined(__x86_64__)
  const vk_table *used = vk_kernels();
  if (used == &vk_table_avx512 && most >= 2) return is_half ? &vk_halves_avx512 : &vk_lanes_avx512;
  if (used != &vk_table_portable && most >= 1) return is_half ? &vk_halves_avx2 : &vk_lanes_avx2;
#endif
  return is_half ? &vk_halves_portable : &vk_lanes_portable;
}

enum { MOST_CHUNKS = 8 };

static int64_t blocks_of(const vk_lane_region *r) { return (r->images + r->block_images - 1) / r->block_images; }

int64_t vk_lane_winograd_scratch(int64_t channels) { return POINTS * (point_step(channels) + point_step(TILE_OUTPUTS)); }

int64_t vk_lane_winograd_filters_scratch(int64_t outputs, int64_t channels, int64_t rows, int64_t columns, int64_t block_images) {
  int64_t positions = VK_LANES / block_images, tiles = (((rows + 3) / 4) * ((columns + 3) / 4) + positions - 1) / positions;
  int64_t groups = vk_lane_filter_groups(tiles), most = (tiles + groups - 1) / groups;
  int64_t numbers = ((channels + MOST_SUM_OUTPUTS) * most + 2) * LANES;
  return POINTS * (numbers + vk_lane_filter_sums(outputs, channels));
}

int64_t vk_lane_chunks(int64_t blocks) { return blocks < MOST_CHUNKS ? blocks : MOST_CHUNKS; }

typedef struct {
  const vk_lane_region *region;
  const vk_lane_table *table;
  int32_t is_cancelled;
} run_data;

static float *address(const vk_lane_region *r, vk_lane_place place, int64_t block, int64_t part, int64_t chunk) {
  if (place.slot < 0) return 0;
  const vk_lane_slot *s = &r->slots[place.slot];
  return s->base + place.offset + block * s->block_step + part * s->thread_step + chunk * s->chunk_step;
}

static vk_lane_block operands(const vk_lane_region *r, const vk_lane_op *op, int64_t block, int64_t part, int64_t chunk, int is_first) {
  int64_t images = r->images - block * r->block_images;
  return (vk_lane_block){
    .scratch = address(r, op->scratch, block, part, chunk),
    .x = address(r, op->x, block, part, chunk),
    .w = address(r, op->w, block, part, chunk),
    .z = address(r, op->z, block, part, chunk),
    .bias = address(r, op->bias, block, part, chunk),
    .y = address(r, op->y, block, part, chunk),
    .images = images < r->block_images ? images : r->block_images,
    .is_first = is_first,
  };
}

/// Bytes of the weights of a fully connected operation, of all images or of all cotangents that a product reads, and where
/// they begin: operand `k` of those that are fetched ahead.
static int64_t operand_ahead(const vk_lane_region *r, int32_t k, const char **at) {
  int64_t count;
  if (k < r->op_count) {
    const vk_lane_op *op = &r->ops[k];
    // Gradients read what layers have read before them.
    if (op->kind != VK_LANE_SINGLE || op->is_again) return 0;
    count = (op->outputs - 1) * op->w_output + 1;
    for (int i = 0; i < 3; i++) count += (op->taps[i] - 1) * op->w_taps[i];
    *at = (const char *)address(r, op->w, 0, 0, 0);
  } else {
    int32_t which = k - r->op_count;
    const vk_lane_product *p = &r->products[which / 2];
    count = which % 2 ? p->outputs * r->block_images * blocks_of(r) : p->row_length * r->images;
    *at = (const char *)address(r, which % 2 ? p->z : p->x, 0, 0, 0);
  }
  return count * (int64_t)sizeof(float);
}

void vk_lane_fetch_next(vk_lane_ahead *a) {
  while (a->next < a->count && a->at >= a->end) {
    int64_t bytes = operand_ahead(a->region, a->next++, &a->at);
    if (bytes > 0) a->end = a->at + bytes;
  }
}

/// More than this does not stay in a processor's own cache until it is read.
enum { MOST_AHEAD = 1 << 19 };

/// What is fetched while a thread takes its first block through the operations. Nothing where that is not worth it, as for
/// one thread.
typedef struct {
  /// While convolutions run that fully connected layers follow: these layers' weights.
  vk_lane_ahead weights;
  /// While the other ones run, where each thread has but one block: the operands of products.
  vk_lane_ahead products;
  /// How many operations the last fully connected layer behind a convolution ends.
  int32_t layers;
} ahead_data;

/// Operands first ..< count, a few lines of them for each of so many rows.
static vk_lane_ahead fetched(const vk_lane_region *r, int32_t first, int32_t count, int64_t rows) {
  int64_t bytes = 0;
  for (int32_t k = first; k < count; k++) {
    const char *at;
    bytes += operand_ahead(r, k, &at);
  }
  if (rows == 0 || bytes > MOST_AHEAD) return (vk_lane_ahead){.lines = 0};
  return (vk_lane_ahead){.region = r, .next = first, .count = count, .lines = bytes / LINE_BYTES / rows + 1};
}

static ahead_data ahead_of(const vk_lane_region *r, int parts) {
  ahead_data ahead = {.layers = 0};
  if (parts == 1) return ahead;
  int64_t rows = 0, before = 0;
  for (int32_t k = 0; k < r->op_count; k++) {
    if (r->ops[k].kind == VK_LANE_CONVOLUTION) rows += r->ops[k].rows * r->ops[k].outputs;
    if (r->ops[k].kind == VK_LANE_SINGLE && rows > 0) before = rows, ahead.layers = k + 1;
  }
  ahead.weights = fetched(r, 0, ahead.layers, before);
  if (blocks_of(r) <= parts) ahead.products = fetched(r, r->op_count, r->op_count + 2 * r->product_count, rows - before);
  return ahead;
}

/// Nanoseconds of some clock, where somebody wants to know how long things take.
static int64_t now(const vk_lane_region *r) {
  if (!r->times) return 0;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/// Adds what thing `k` took since `start` on a thread.
static void took(const vk_lane_region *r, int64_t part, int32_t k, int64_t start) {
  if (r->times) r->times[part * (r->op_count + VK_LANE_TIMED) + k] += now(r) - start;
}

static void run_block(const run_data *run, int64_t block, int64_t part, int64_t chunk, int is_first, ahead_data *ahead) {
  const vk_lane_region *r = run->region;
  for (int32_t k = 0; k < r->op_count; k++) {
    vk_lane_block d = operands(r, &r->ops[k], block, part, chunk, is_first);
    if (ahead) {
      vk_lane_ahead *fetched = k < ahead->layers ? &ahead->weights : &ahead->products;
      if (fetched->lines > 0) d.ahead = fetched;
    }
    int64_t start = now(r);
    run->table->run(&r->ops[k], &d);
    took(r, part, k, start);
  }
}

/// Asks whether somebody wants to stop.
static void ask(run_data *run) {
  const vk_lane_region *r = run->region;
  if (r->is_cancelled && r->is_cancelled(r->cancellation)) __atomic_store_n(&run->is_cancelled, 1, __ATOMIC_RELAXED);
}

static int is_cancelled(run_data *run) { return __atomic_load_n(&run->is_cancelled, __ATOMIC_RELAXED); }

/// Has an operation do a part of its outputs, as if there were no others.
static vk_lane_op narrowed(const vk_lane_op *op, vk_lane_block *d) {
  vk_lane_op own = *op;
  int64_t first = op->outputs * d->part / d->parts, pixels = op->rows * op->columns;
  own.outputs = op->outputs * (d->part + 1) / d->parts - first;
  switch ((vk_lane_kind)op->kind) {
    case VK_LANE_CONVOLUTION:
    case VK_LANE_WINOGRAD: return *op;
    case VK_LANE_LOAD:
      d->x += first * pixels;
      d->y += first * op->y_steps.channel;
      return own;
    case VK_LANE_STORE:
      d->x += first * op->x_steps.channel;
      d->y += first * pixels;
      return own;
    case VK_LANE_FILTERS:
    case VK_LANE_WINOGRAD_FILTERS:
      d->z += first * op->z_steps.channel;
      d->y += first * op->row_length;
      return own;
    case VK_LANE_SINGLE:
      d->w += first * op->w_output;
      if (d->bias) d->bias += first;
      break;
    case VK_LANE_CROSS_ENTROPY:
      own.outputs = d->part == 0 ? op->outputs : 0;
      return own;
    case VK_LANE_BIAS:
      d->x += first * op->x_steps.channel;
      d->y += first;
      return own;
    case VK_LANE_BORDER:
    case VK_LANE_MAX_POOL:
    case VK_LANE_MAX_POOL_GRADIENT:
    case VK_LANE_MEAN_POOL:
    case VK_LANE_MEAN_POOL_GRADIENT:
    case VK_LANE_MAP: break;
  }
  if (d->x && op->kind != VK_LANE_SINGLE) d->x += first * op->x_steps.channel;
  if (d->z) d->z += first * op->z_steps.channel;
  d->y += first * op->y_steps.channel;
  return own;
}

/// Takes chunks through all operations, all threads working on each of these at the same time.
static void run_together(run_data *run, int64_t first_chunk, int64_t chunks, int part, int parts) {
  const vk_lane_region *r = run->region;
  int64_t blocks = blocks_of(r);
  for (int64_t chunk = first_chunk; chunk < chunks; chunk++) {
    int64_t first = blocks * chunk / chunks, last = blocks * (chunk + 1) / chunks;
    for (int64_t block = first; block < last; block++) {
      if (part == 0) ask(run);
      // Everyone is to see the same answer: the next question comes after another barrier.
      GOMP_barrier();
      if (is_cancelled(run)) return;
      for (int32_t k = 0; k < r->op_count; k++) {
        vk_lane_block d = operands(r, &r->ops[k], block, 0, chunk, block == first);
        d.part = part;
        d.parts = parts;
        d.scratch = address(r, r->ops[k].scratch, block, part, chunk);
        vk_lane_op own = narrowed(&r->ops[k], &d);
        int64_t start = now(r);
        if (own.outputs > 0) run->table->run(&own, &d);
        took(r, part, k, start);
        GOMP_barrier();
      }
    }
  }
}

/// A part of a product's outputs, of all blocks.
static void multiply(const vk_lane_product *p, const vk_lane_table *table, const vk_lane_region *r, int part, int parts) {
  int64_t first = p->outputs * part / parts, last = p->outputs * (part + 1) / parts;
  const float *x = address(r, p->x, 0, 0, 0), *z = address(r, p->z, 0, 0, 0) + first * r->block_images;
  float *y = address(r, p->y, 0, 0, 0) + first * p->columns;
  table->weights(p, x, r->slots[p->x.slot].block_step, z, r->slots[p->z.slot].block_step, y, last - first, r->images);
}

/// The sums of a part of a row, chunk after chunk.
static void add_chunks(const vk_lane_sum *s, const vk_lane_table *table, const vk_lane_region *r, int64_t chunks, int part, int parts) {
  int64_t first, last, step = r->slots[s->x.slot].chunk_step;
  divide(s->rows * s->columns, LANES, part, parts, &first, &last);
  const float *x = address(r, s->x, 0, 0, 0);
  float *y = address(r, s->y, 0, 0, 0);
  for (int64_t at = first; at < last;) {
    int64_t row = at / s->columns, column = at % s->columns;
    int64_t end = (row + 1) * s->columns < last ? (row + 1) * s->columns : last;
    const float *from = x + row * s->row_length + column;
    table->sum(from, step, chunks, y + at, end - at);
    at = end;
  }
}

/// A thread's share of weights put in order: those of the same filters whose gradients it sums up and that it changes, as
/// they are in its cache.
static void pack_share(const vk_lane_pack *p, const vk_lane_table *table, const vk_lane_region *r, int part, int parts) {
  const float *x = address(r, p->x, 0, 0, 0);
  float *y = address(r, p->y, 0, 0, 0);
  // Input gradients have the filters in the outer loop over taps.
  int is_shared = p->counts[0] >= parts && !p->is_winograd;
  int64_t tiles = 0, tile = 0;
  for (int64_t first = 0; first < p->outputs; tiles++) first += table->tile(p, first);
  for (int64_t first = 0; first < p->outputs; tile++) {
    if (is_shared) first += table->pack(p, x, y, first, part, parts);
    else first += tile * parts / tiles == part ? table->pack(p, x, y, first, 0, 1) : table->tile(p, first);
  }
}

static void run_part(void *data, int part, int parts) {
  run_data *run = data;
  const vk_lane_region *r = run->region;
  int64_t start = now(r);
  for (int32_t k = 0; k < r->pack_count; k++) pack_share(&r->packs[k], run->table, r, part, parts);
  took(r, part, r->op_count + VK_LANE_TIMED_PACKS, start);
  if (r->pack_count > 0) GOMP_barrier();
  int64_t blocks = blocks_of(r), chunks = vk_lane_chunks(blocks);
  // Chunks that are left when all threads have equally many would have most of them wait: they are shared.
  int64_t left = chunks % parts, shared = parts > 1 && 2 * left <= parts ? left : 0, own = chunks - shared;
  int64_t first_chunk = own * part / parts, last_chunk = own * (part + 1) / parts;
  ahead_data ahead = ahead_of(r, parts);
  int is_ahead = 1;
  for (int64_t chunk = first_chunk; chunk < last_chunk; chunk++) {
    int64_t first = blocks * chunk / chunks, last = blocks * (chunk + 1) / chunks;
    for (int64_t block = first; block < last; block++) {
      if (part == 0) ask(run);
      if (is_cancelled(run)) break;
      run_block(run, block, part, chunk, block == first, is_ahead ? &ahead : 0);
      is_ahead = 0;
    }
  }
  GOMP_barrier();
  if (shared > 0) run_together(run, own, chunks, part, parts);
  start = now(r);
  for (int32_t k = 0; k < r->product_count; k++) multiply(&r->products[k], run->table, r, part, parts);
  took(r, part, r->op_count + VK_LANE_TIMED_PRODUCTS, start);
  start = now(r);
  for (int32_t k = 0; k < r->sum_count; k++) add_chunks(&r->sums[k], run->table, r, chunks, part, parts);
  took(r, part, r->op_count + VK_LANE_TIMED_SUMS, start);
}

int32_t vk_lane_run(const vk_lane_region *region, int32_t threads) {
  run_data run = {region, kernels(region->instruction_set, region->block_images < VK_LANES), 0};
  vk_parallel(run_part, &run, threads);
  return run.is_cancelled;
}
