// Attention whose result is normalised: y = (p * v) * r, r = 1 / sum(p), p the weights as they multiply the values.
#pragma once
#include "exponential.hpp"
#include "fixed_sum.hpp"

namespace flexllm {

/// The sum of at most MAXL weights: exact for integers, in fixed point for fp32.
/// T: element of the weights, float or ap_uint<8>. MAXL: most weights.
template <typename T, int MAXL> struct WeightSum {
  static_assert(!Element<T>::is_signed, "WeightSum: weights are not negative; use ap_uint<8> or float");
  static constexpr int bits = Element<T>::bits + ceil_log2(MAXL) + 1;
  using Sum = Reg<bits>;
  using Result = ap_int<bits>;
  static Sum add(const Sum& sum, const T& x) { return Sum(sum + native(x)); }
  static Result result(const Sum& sum) { return Result(sum); }
};
template <int MAXL> struct WeightSum<float, MAXL> {
  using Sum = FixedSum;
  using Result = float;
  static FixedSum add(FixedSum sum, float x) { return sum + to_fixed(x); }
  static float result(FixedSum sum) { return from_fixed(sum); }
};

/// Hands on the weights of the values, N rows side by side, and with the last of each row their sums. Cycles:
/// rows*length.
/// T: element of the weights, float or ap_uint<8>. N: rows side by side, at least 1. MAXL: most weights in a row.
template <typename T, int N, int MAXL>
void sum_weights(hls::stream<Vec<T, N>>& in, hls::stream<Vec<T, N>>& out,
                 hls::stream<Vec<typename WeightSum<T, MAXL>::Result, N>>& sums, int rows, int length) {
#pragma HLS inline
  FLEXLLM_REQUIRE(length <= MAXL, "sum_weights: length exceeds MAXL; raise MAXL");
  using S = WeightSum<T, MAXL>;
  typename S::Sum sum[N];
#pragma HLS array_partition variable=sum dim=1 complete
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    sum[i] = 0;
  }
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<T, N> x = in.read();
      Vec<typename S::Result, N> total;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        sum[i] = S::add(c == 0 ? typename S::Sum(0) : sum[i], x[i]);
        total[i] = S::result(sum[i]);
      }
      out.write(x);
      if (c == length - 1) sums.write(total);
    }
  }
}

/// Per row the inverse of each sum, one per cycle, then `channels` results times it. Cycles: rows*(N + channels).
/// TACC, TS: elements of the results and of the sums, float or ap_int. N: rows side by side, at least 1.
template <typename TACC, typename TS, int N>
void normalise_results(hls::stream<Vec<TACC, N>>& in, hls::stream<Vec<TS, N>>& sums, hls::stream<Vec<float, N>>& out,
                       int rows, int channels) {
#pragma HLS inline
  Vec<TS, N> sum;
  float inverse[N];
#pragma HLS array_partition variable=inverse dim=1 complete
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    sum[i] = 1;
    inverse[i] = 1.0f;
  }
  for (int row = 0; row < rows; ++row) {
    for (int i = 0; i < N; ++i) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      if (i == 0) sum = sums.read();
      inverse[i] = reciprocal(static_cast<float>(native(TS(sum[i]))));
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TACC, N> x = in.read();
      Vec<float, N> y;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        y[i] = static_cast<float>(native(TACC(x[i]))) * inverse[i];
      }
      out.write(y);
    }
  }
}

}  // namespace flexllm
