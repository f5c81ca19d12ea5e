// Hierarchical memory of a text that is read in segments: the state of the last token, its projection to a query or a
// key, and the search of a queue of such states.
#pragma once
#include "exponential.hpp"
#include "rms_norm.hpp"

namespace flexllm {

/// Floats that this part of prefill moves side by side: a memory word.
constexpr int MEMORY_LANES = 16;

/// The state of one of the TP tokens of a block, normalised to a root mean square of 1: y = x / sqrt(mean(x*x) + eps).
/// `in`: per channel ceil(TP/W) words, of which lane `lane` is taken. Channels behind the last are 0.
/// TP: tokens side by side, at least 1. W: floats in a word, a power of two. C: channels.
/// Cycles: C*ceil(TP/W) + ceil(C/16).
/// STATE: where the state is kept.
template <int TP, int W, int C, Storage STATE = Storage::automatic>
void segment_state(hls::stream<Vec<float, W>>& in, hls::stream<Vec<float, MEMORY_LANES>>& out, int lane,
                   float inv_channels, float eps) {
#pragma HLS inline
  static_assert(TP >= 1 && C >= 1, "segment_state: TP and C must be positive; raise them");
  FLEXLLM_REQUIRE(lane < TP, "segment_state: a block has no such token; lower lane below TP");
  constexpr int words = ceil_div(TP, W), steps = ceil_div(C, MEMORY_LANES);
  FLEXLLM_BUFFER float state[steps][MEMORY_LANES];
#pragma HLS array_partition variable=state dim=2 complete
  keep_in<STATE>(state);
  FixedSum squares = 0;
  for (int c = 0; c < C; ++c) {
    for (int w = 0; w < words; ++w) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, W> word = in.read();
      if (lane / W == w) {
        const float x = word[lane % W];
        state[c / MEMORY_LANES][c % MEMORY_LANES] = x;
        squares += to_fixed(x * x);
      }
    }
  }
  const float inverse = inverse_rms(squares, inv_channels, eps);
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<float, MEMORY_LANES> y;
    for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
      const bool padding = s * MEMORY_LANES + i >= C;
      y[i] = padding ? 0.0f : state[s][i] * inverse;
    }
    out.write(y);
  }
}

/// The sum of the products of a word of `kept` with one from memory.
/// STEPS: words that are kept.
template <int STEPS>
inline FixedSum memory_products(const float (&kept)[STEPS][MEMORY_LANES], int s, const Vec<float, MEMORY_LANES>& row) {
#pragma HLS inline
  FixedSum sum = 0;
  for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
    sum += to_fixed(kept[s][i] * row[i]);
  }
  return sum;
}

/// A state times a matrix of C x C: y_n = sum_c x_c W[n][c], in fixed point and so exact in any order. One engine of 16
/// products per cycle. `rows` brings the matrix by its rows, each padded with zeros to whole words. Channels of `out`
/// behind the last are 0.
/// C: channels. STATE: where the state is kept.
/// Cycles: ceil(C/16)*(C + 1).
template <int C, Storage STATE = Storage::automatic>
void memory_projection(hls::stream<Vec<float, MEMORY_LANES>>& in, hls::stream<Vec<float, MEMORY_LANES>>& rows,
                       hls::stream<Vec<float, MEMORY_LANES>>& out) {
#pragma HLS inline
  static_assert(C >= 1, "memory_projection: C must be positive; raise it");
  constexpr int steps = ceil_div(C, MEMORY_LANES);
  FLEXLLM_BUFFER float state[steps][MEMORY_LANES];
#pragma HLS array_partition variable=state dim=2 complete
  keep_in<STATE>(state);
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, MEMORY_LANES> x = in.read();
    for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
      state[s][i] = x[i];
    }
  }
  FixedSum sum = 0;
  Vec<float, MEMORY_LANES> y{};
  for (int n = 0; n < C; ++n) {
    for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, MEMORY_LANES> row = rows.read();
      const FixedSum part = memory_products(state, s, row);
      sum = s == 0 ? part : sum + part;
      if (s == steps - 1) {
        const int lane = n % MEMORY_LANES;
        for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
          if (i == lane)
            y[i] = from_fixed(sum);
          else if (lane == 0)
            y[i] = 0.0f;
        }
        if (lane == MEMORY_LANES - 1 || n == C - 1) out.write(y);
      }
    }
  }
}

/// What the memory has for a query: sum_j softmax_j(query . key_j * scale) row_j * gain, over the first `held` of ROWS
/// rows. `rows` brings all keys, then all rows; without projections a row is its own key. One engine of 16 products per
/// cycle does both: scores, then the weighted sum, in fixed point and so exact in any order.
/// STEPS: words of a row; a sum is added to again after so many cycles. ROWS: rows of the queue.
/// Cycles: STEPS*(2*ROWS + 2) + 2*ROWS.
/// QUERY, SUMS, WEIGHTS: where the query, the weighted sums and the weights of the rows are kept.
template <int STEPS, int ROWS, Storage QUERY = Storage::automatic, Storage SUMS = Storage::automatic,
          Storage WEIGHTS = Storage::automatic>
void memory_search(hls::stream<Vec<float, MEMORY_LANES>>& in, hls::stream<Vec<float, MEMORY_LANES>>& rows,
                   hls::stream<Vec<float, 1>>& gain, hls::stream<Vec<float, MEMORY_LANES>>& out, int held,
                   float scale) {
#pragma HLS inline
  static_assert(STEPS >= 1 && ROWS >= 1, "memory_search: STEPS and ROWS must be positive; raise them");
  FLEXLLM_REQUIRE(held <= ROWS, "memory_search: more rows than the queue has; raise ROWS");
  FLEXLLM_BUFFER float query[STEPS][MEMORY_LANES];
  FLEXLLM_BUFFER FixedSum sums[STEPS][MEMORY_LANES];
  FLEXLLM_BUFFER float weights[ROWS];
#pragma HLS array_partition variable=query dim=2 complete
#pragma HLS array_partition variable=sums dim=2 complete
  keep_in<QUERY>(query);
  keep_in<SUMS>(sums);
  keep_in<WEIGHTS>(weights);
  float factor = 0.0f;
  for (int s = 0; s < STEPS; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    if (s == 0) factor = gain.read()[0];
    const Vec<float, MEMORY_LANES> x = in.read();
    for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
      query[s][i] = x[i];
    }
  }
  int highest = KEY_BELOW;  // as an order key
  FixedSum score = 0;
  for (int j = 0; j < ROWS; ++j) {
    for (int s = 0; s < STEPS; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, MEMORY_LANES> row = rows.read();
      const FixedSum part = memory_products(query, s, row);
      score = s == 0 ? part : score + part;
      if (s == STEPS - 1) {
        const float scaled = j < held ? from_fixed(score) * scale : -1e30f;
        const int key = order_key(scaled);
        weights[j] = scaled;
        highest = key > highest ? key : highest;
      }
    }
  }
  FixedSum sum = 0;
  for (int j = 0; j < ROWS; ++j) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const float power = exponential(weights[j] - key_value(highest));
    weights[j] = power;
    sum += to_fixed(power);
  }
  const float inverse = reciprocal(from_fixed(sum));
  for (int j = 0; j < ROWS; ++j) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    weights[j] = weights[j] * inverse;
  }
  for (int j = 0; j < ROWS; ++j) {
    for (int s = 0; s < STEPS; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, MEMORY_LANES> row = rows.read();
      for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
        const FixedSum before = j == 0 ? FixedSum(0) : sums[s][i];
        sums[s][i] = before + to_fixed(weights[j] * row[i]);
      }
    }
  }
  for (int s = 0; s < STEPS; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<float, MEMORY_LANES> y;
    for (int i = 0; i < MEMORY_LANES; ++i) {
#pragma HLS unroll
      y[i] = from_fixed(sums[s][i]) * factor;
    }
    out.write(y);
  }
}

}  // namespace flexllm
