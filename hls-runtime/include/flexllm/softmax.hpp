// Softmax: m = max, e = exp(x - m), r = 1 / sum(e), y = e * r.
#pragma once
#include "exponential.hpp"
#include "fixed_sum.hpp"

namespace flexllm {

/// N independent lanes, `rows` rows of `length` values each. Cycles: rows*(3*length + N).
/// MAXL: most values in a row.
/// KEPT: where scores and powers are kept.
template <int N, int MAXL, Storage KEPT = Storage::automatic>
inline void softmax_lanes(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int rows, int length) {
  FLEXLLM_REQUIRE(length <= MAXL, "softmax: length exceeds MAXL; raise MAXL");
  FLEXLLM_BUFFER float scores[MAXL][N];
  FLEXLLM_BUFFER float powers[MAXL][N];
#pragma HLS array_reshape variable=scores dim=2 complete
#pragma HLS array_reshape variable=powers dim=2 complete
  keep_in<KEPT>(scores);
  keep_in<KEPT>(powers);
  for (int row = 0; row < rows; ++row) {
    int highest[N];  // as order keys
    float inverse[N];
    FixedSum sum[N];
#pragma HLS array_partition variable=highest dim=1 complete
#pragma HLS array_partition variable=inverse dim=1 complete
#pragma HLS array_partition variable=sum dim=1 complete
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      highest[i] = KEY_BELOW;
      sum[i] = 0;
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, N> x = in.read();
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        scores[c][i] = x[i];
        const int key = order_key(x[i]);
        highest[i] = key > highest[i] ? key : highest[i];
      }
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        const float power = exponential(scores[c][i] - key_value(highest[i]));
        powers[c][i] = power;
        sum[i] += to_fixed(power);
      }
    }
    for (int i = 0; i < N; ++i) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      inverse[i] = reciprocal(from_fixed(sum[i]));
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, N> y;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        y[i] = powers[c][i] * inverse[i];
      }
      out.write(y);
    }
  }
}

/// Prefill: rows = blocks*heads, TP queries each. MAXL >= length. Cycles: rows*(3*length + TP).
/// TP: tokens side by side, at least 1. MAXL: most keys.
/// KEPT: where scores and powers are kept.
template <int TP, int MAXL, Storage KEPT = Storage::automatic>
void softmax_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& out, int rows, int length) {
#pragma HLS inline
  softmax_lanes<TP, MAXL, KEPT>(in, out, rows, length);
}

/// Decode: rows = heads per lane, P heads each. MAXL >= length. Cycles: rows*(3*length + P).
/// P: lanes. MAXL: most keys.
/// KEPT: where scores and powers are kept.
template <int P, int MAXL, Storage KEPT = Storage::automatic>
void softmax_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, P>>& out, int rows, int length) {
#pragma HLS inline
  softmax_lanes<P, MAXL, KEPT>(in, out, rows, length);
}

}  // namespace flexllm
