// Causal mask of the prefill stage.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Scores of keys behind the query become -1e30: lane t of block b is query start + b*TP + t; per block and head
/// `length` keys. Cycles: blocks*heads*length.
/// TP: queries (tokens) side by side, at least 1.
template <int TP>
void causal_mask_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& out, int blocks, int heads,
                         int length, int start = 0) {
#pragma HLS inline
  for (int b = 0; b < blocks; ++b) {
    for (int h = 0; h < heads; ++h) {
      for (int key = 0; key < length; ++key) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, TP> x = in.read();
        Vec<float, TP> y;
        for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
          y[t] = key > start + b * TP + t ? -1e30f : x[t];
        }
        out.write(y);
      }
    }
  }
}

}  // namespace flexllm
