// Attention whose result is normalised: y = (w * v) * r, r = 1 / sum(e), w the powers e as they multiply the values.
#pragma once
#include "exponential.hpp"
#include "fixed_sum.hpp"
#include "rounding.hpp"

namespace flexllm {

/// The sum of at most MAXL powers, none above 1, in fixed point with 32 fraction bits.
/// MAXL: most powers.
template <int MAXL> struct PowerSum {
  static constexpr int bits = 34 + ceil_log2(MAXL);
  using Sum = Reg<bits>;
  using Result = ap_int<bits>;
};

/// A power as it multiplies the values: an integer of which 255 stands for 1, or as it is.
/// T: ap_uint<8> or float.
template <typename T> inline T weight_of(float power) {
  if constexpr (Element<T>::is_float) {
    return power;
  } else {
    static_assert(Element<T>::highest == 255, "weight_of: weights are fp32 or have 8 bits; use float or ap_uint<8>");
    return round_to<T>(power * 255.0f);
  }
}

/// Makes weights of the values from powers, N rows side by side, and sends with the last of each row the sums of the
/// powers. Cycles: rows*length.
/// T: element of the weights, float or ap_uint<8>. N: rows side by side, at least 1. MAXL: most powers in a row.
template <typename T, int N, int MAXL>
void weigh_values(hls::stream<Vec<float, N>>& in, hls::stream<Vec<T, N>>& out,
                  hls::stream<Vec<typename PowerSum<MAXL>::Result, N>>& sums, int rows, int length) {
#pragma HLS inline
  FLEXLLM_REQUIRE(length <= MAXL, "weigh_values: length exceeds MAXL; raise MAXL");
  using S = PowerSum<MAXL>;
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
      const Vec<float, N> x = in.read();
      Vec<T, N> weights;
      Vec<typename S::Result, N> total;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        weights[i] = weight_of<T>(x[i]);
        const typename S::Sum addend = static_cast<typename S::Sum>(to_fixed(x[i]));
        sum[i] = typename S::Sum((c == 0 ? typename S::Sum(0) : sum[i]) + addend);
        total[i] = typename S::Result(sum[i]);
      }
      out.write(weights);
      if (c == length - 1) sums.write(total);
    }
  }
}

/// Per row the inverse of each sum, one per cycle, then `channels` results times it. Cycles: rows*(N + channels).
/// TACC: element of the results, float or ap_int. N: rows side by side, at least 1. MAXL: most powers in a sum.
template <typename TACC, int N, int MAXL>
void normalise_results(hls::stream<Vec<TACC, N>>& in, hls::stream<Vec<typename PowerSum<MAXL>::Result, N>>& sums,
                       hls::stream<Vec<float, N>>& out, int rows, int channels) {
#pragma HLS inline
  using Sum = typename PowerSum<MAXL>::Result;
  Vec<Sum, N> sum;
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
      inverse[i] = reciprocal(from_fixed(static_cast<FixedSum>(native(Sum(sum[i])))));
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
