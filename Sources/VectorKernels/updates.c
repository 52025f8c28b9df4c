// Sums of squares of gradients, and optimizer steps. Each thread takes its share of every parameter: the same that it computed
// of the gradient, which is still in its cache.
#include "Kernels/parallel.h"
#include <math.h>

void GOMP_barrier(void);

/// Numbers whose squares are summed by one thread.
enum { PIECE = 1024 };

typedef struct {
  const vk_numbers *all;
  int count;
  double *parts;
} square_data;

static int64_t pieces_of(int64_t count) { return (count + PIECE - 1) / PIECE; }

static void square_part(void *data, int part, int parts) {
  const square_data *s = data;
  int64_t before = 0;
  for (int k = 0; k < s->count; k++) {
    int64_t pieces = pieces_of(s->all[k].count);
    for (int64_t piece = 0; piece < pieces; piece++) {
      // Parameters of one piece take turns.
      int owner = pieces < parts ? (int)((before + piece) % parts) : (int)(piece * parts / pieces);
      if (owner != part) continue;
      int64_t at = piece * PIECE, rest = s->all[k].count - at;
      s->parts[before + piece] = vk_kernels()->sum_of_squares(s->all[k].x + at, rest < PIECE ? rest : PIECE);
    }
    before += pieces;
  }
}

int64_t vk_sums_of_squares_scratch(const vk_numbers *all, int count) {
  int64_t pieces = 0;
  for (int k = 0; k < count; k++) pieces += pieces_of(all[k].count);
  return pieces;
}

/// The sums of pieces from `at` on that belong to `count` numbers.
static double sum_of_pieces(int64_t count, const double *at) {
  double sum = 0;
  for (int64_t i = 0; i < pieces_of(count); i++) sum += at[i];
  return sum;
}

static int64_t count_all(const vk_numbers *all, int count) {
  int64_t total = 0;
  for (int k = 0; k < count; k++) total += all[k].count;
  return total;
}

void vk_sums_of_squares(const vk_numbers *all, int count, double *sums, double *scratch, int threads) {
  square_data s = {all, count, scratch};
  vk_parallel(square_part, &s, threads_for(count_all(all, count), threads));
  for (int k = 0; k < count; scratch += pieces_of(all[k].count), k++) sums[k] = sum_of_pieces(all[k].count, scratch);
}

typedef struct {
  square_data squares;
  const vk_update *updates;
  const vk_rule *rule;
} step_data;

/// What gradients are multiplied by, so that all of them together are not longer than the rule allows; not a number where
/// one of them is not finite.
static float scale_of(const step_data *s) {
  double sum = 0;
  const double *at = s->squares.parts;
  for (int k = 0; k < s->squares.count; at += pieces_of(s->squares.all[k].count), k++) sum += sum_of_pieces(s->squares.all[k].count, at);
  if (!isfinite(sum)) return NAN;
  float norm = (float)sqrt(sum), limit = s->rule->norm_limit;
  return limit > 0 && norm > limit ? limit / (norm + 1e-6f) : 1;
}

/// A thread's share of the numbers, by a rule.
static void update_part(const step_data *s, float scale, int part, int parts) {
  for (int k = 0; k < s->squares.count; k++) {
    const vk_update *u = &s->updates[k];
    int64_t a, b;
    // In whole vectors of each parameter, so that rounding does not depend on the division.
    divide(u->count, LANES, part, parts, &a, &b);
    if (a >= b) continue;
    vk_rule own = *s->rule;
    own.rate *= u->rate_factor;
    own.scale = scale;
    vk_kernels()->update(u, a, b, &own);
  }
}

static void step_part(void *data, int part, int parts) {
  const step_data *s = data;
  square_part(data, part, parts);
  if (parts > 1) GOMP_barrier();
  float scale = scale_of(s);
  if (scale == scale) update_part(s, scale, part, parts);
}

void vk_optimizer_step(const vk_update *updates, const vk_numbers *gradients, int count, const vk_rule *rule, double *sums, double *scratch, int threads) {
  step_data s = {{gradients, count, scratch}, updates, rule};
  vk_parallel(step_part, &s, threads_for(count_all(gradients, count) * 2, threads));
  for (int k = 0; k < count; scratch += pieces_of(gradients[k].count), k++) sums[k] = sum_of_pieces(gradients[k].count, scratch);
}
