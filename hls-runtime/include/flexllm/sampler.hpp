// Chooses the next token from the logits.
#pragma once
#include "exponential.hpp"
#include "fixed_sum.hpp"

namespace flexllm {

/// A logit and its token id. `key` orders like the logit but compares as an integer in one cycle.
struct Candidate {
  int key, id;
  float logit;
};

constexpr int NO_TOKEN = 0x7fffffff;

/// An empty place: behind every candidate.
inline Candidate no_candidate() {
  Candidate c;
  c.key = static_cast<int>(0x80000000u);
  c.id = NO_TOKEN;
  c.logit = 0.0f;
  return c;
}

/// Logit descending, then id ascending.
inline bool ahead(const Candidate& a, const Candidate& b) { return a.key > b.key || (a.key == b.key && a.id < b.id); }

/// Inserts into an ordered list of K, all places at once; the last place falls off.
template <int K> inline void insert_candidate(Candidate (&list)[K], const Candidate& x) {
  bool wins[K];
#pragma HLS array_partition variable=wins dim=1 complete
  for (int j = 0; j < K; ++j) {
#pragma HLS unroll
    wins[j] = ahead(x, list[j]);
  }
  for (int j = K - 1; j >= 0; --j) {
#pragma HLS unroll
    if (wins[j]) list[j] = j > 0 && wins[j > 0 ? j - 1 : 0] ? list[j > 0 ? j - 1 : 0] : x;
  }
}

/// A number in [0, 1) from a counter: hash of seed + 0x9e3779b9*(position+1).
inline float random_unit(unsigned seed, int position) {
  unsigned z = seed + 0x9e3779b9u * (static_cast<unsigned>(position) + 1u);
  z ^= z >> 16;
  z *= 0x85ebca6bu;
  z ^= z >> 13;
  z *= 0xc2b2ae35u;
  z ^= z >> 16;
  return static_cast<float>(z >> 8) * 5.9604644775390625e-8f;
}

/// Takes the logits of `channels` tokens on P lanes and yields one token id. Every lane keeps its best KMAX, the lists
/// are merged one candidate per cycle, the best top_k (1..KMAX) remain. temperature <= 0 or top_k == 1: the first.
/// Otherwise weights exp((x_i - x_0) * (1 / temperature)) are summed in fixed point and the first candidate is taken
/// whose running sum, as fp32, exceeds u * total. With copy_on != 0 every vector is also written to `copy`.
/// P: lanes. ORDER: order of the channels. KMAX: candidates that every lane keeps, 1 to 64.
/// Cycles: S + P*KMAX + 2*KMAX, S = ceil(channels/P).
template <int P, Order ORDER, int KMAX>
void sampler(hls::stream<Vec<float, P>>& logits, hls::stream<Vec<int, 1>>& token, hls::stream<Vec<float, P>>& copy,
             int channels, int top_k, float temperature, unsigned seed, int position, int copy_on) {
#pragma HLS inline
  // Every lane keeps KMAX candidates in registers.
  static_assert(KMAX >= 1 && KMAX <= 64, "sampler: KMAX must be 1 to 64; choose such a number");
  FLEXLLM_REQUIRE(top_k >= 1 && top_k <= KMAX, "sampler: top_k must be 1 to KMAX; raise KMAX");
  Candidate lists[P][KMAX];
  Candidate best[KMAX];
  float weight[KMAX];
#pragma HLS array_partition variable=lists dim=0 complete
#pragma HLS array_partition variable=best dim=1 complete
  for (int j = 0; j < KMAX; ++j) {
#pragma HLS unroll
    best[j] = no_candidate();
    for (int i = 0; i < P; ++i) {
#pragma HLS unroll
      lists[i][j] = no_candidate();
    }
  }
  const int steps = ceil_div(channels, P);
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, P> x = logits.read();
    if (copy_on != 0) copy.write(x);
    for (int i = 0; i < P; ++i) {
#pragma HLS unroll
      Candidate c;
      c.id = channel_at<ORDER, P>(i, s, steps);
      c.logit = x[i];
      c.key = order_key(x[i]);
      if (c.id < channels) insert_candidate<KMAX>(lists[i], c);
    }
  }
  for (int i = 0; i < P; ++i) {
    for (int j = 0; j < KMAX; ++j) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      insert_candidate<KMAX>(best, lists[i][j]);
    }
  }
  const int kept = top_k < channels ? top_k : channels;
  const bool greedy = temperature <= 0.0f || top_k == 1;
  const float inverse = reciprocal(temperature);
  FixedSum sum = 0;
  for (int j = 0; j < KMAX; ++j) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const float w = greedy || j >= kept ? 0.0f : exponential((best[j].logit - best[0].logit) * inverse);
    weight[j] = w;
    sum += to_fixed(w);
  }
  const float goal = random_unit(seed, position) * from_fixed(sum);
  int chosen = 0;
  bool found = greedy;
  FixedSum running = 0;
  for (int j = 0; j < KMAX; ++j) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    running += to_fixed(weight[j]);
    if (!found && j < kept) {
      chosen = j;
      found = from_fixed(running) > goal;
    }
  }
  if (channels > 0) {
    Vec<int, 1> id;
    id[0] = best[chosen].id;
    token.write(id);
  }
}

}  // namespace flexllm
