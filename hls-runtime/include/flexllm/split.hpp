// Parts the results of matrices that were multiplied as one.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Three runs of vectors, one after the other, each to its own output. Cycles: count0 + count1 + count2.
/// T: what the streams carry.
template <typename T>
void split_runs(hls::stream<T>& in, hls::stream<T>& out0, hls::stream<T>& out1, hls::stream<T>& out2, int count0,
                int count1, int count2) {
#pragma HLS inline
  const int second = count0 + count1;
  for (int c = 0; c < second + count2; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const T value = in.read();
    if (c < count0) out0.write(value);
    else if (c < second) out1.write(value);
    else out2.write(value);
  }
}

/// Vectors of two matrices in turn, `count` of each. Cycles: 2*count.
/// T: what the streams carry.
template <typename T>
void split_turns(hls::stream<T>& in, hls::stream<T>& out0, hls::stream<T>& out1, int count) {
#pragma HLS inline
  bool second = false;
  for (int c = 0; c < 2 * count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const T value = in.read();
    if (second) out1.write(value);
    else out0.write(value);
    second = !second;
  }
}

}  // namespace flexllm
