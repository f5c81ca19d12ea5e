// Operations on vectors, one vector per cycle.
#pragma once
#include "exponential.hpp"

namespace flexllm {

/// y = x / (1 + exp(-x)). Cycles: count.
/// N: lanes.
template <int N> void silu(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int count) {
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, N> x = in.read();
    Vec<float, N> y;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      y[i] = quotient(x[i], 1.0f + exponential(-x[i]));
    }
    out.write(y);
  }
}

/// y = a * b. Cycles: count.
/// N: lanes.
template <int N>
void multiply(hls::stream<Vec<float, N>>& a, hls::stream<Vec<float, N>>& b, hls::stream<Vec<float, N>>& out,
              int count) {
#pragma HLS inline
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, N> x0 = a.read();
    const Vec<float, N> x1 = b.read();
    Vec<float, N> y;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      y[i] = x0[i] * x1[i];
    }
    out.write(y);
  }
}

/// y = a + b. Cycles: count.
/// N: lanes.
template <int N>
void add(hls::stream<Vec<float, N>>& a, hls::stream<Vec<float, N>>& b, hls::stream<Vec<float, N>>& out, int count) {
#pragma HLS inline
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, N> x0 = a.read();
    const Vec<float, N> x1 = b.read();
    Vec<float, N> y;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      y[i] = x0[i] + x1[i];
    }
    out.write(y);
  }
}

}  // namespace flexllm
