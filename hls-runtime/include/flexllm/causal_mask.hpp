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

/// The same where a query attends to the first SINKS keys and to the last RECENT ones up to its own. Of the keys up to
/// start + blocks*TP - 1 `length` come: the first SINKS, and the last of the others in their order.
/// TP: queries (tokens) side by side, at least 1. SINKS, RECENT: keys, at least 1 each. Cycles: blocks*heads*length.
template <int TP, int SINKS, int RECENT>
void window_mask_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& out, int blocks, int heads,
                         int length, int start) {
#pragma HLS inline
  static_assert(SINKS >= 1 && RECENT >= 1,
                "window_mask_prefill: a query attends to itself; raise SINKS and RECENT to 1");
  const int left_out = start + blocks * TP - length;
  for (int b = 0; b < blocks; ++b) {
    for (int h = 0; h < heads; ++h) {
      for (int key = 0; key < length; ++key) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, TP> x = in.read();
        const bool sink = key < SINKS;
        const int position = sink ? key : key + left_out;
        Vec<float, TP> y;
        for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
          const int query = start + b * TP + t;
          y[t] = position > query || (!sink && position <= query - RECENT) ? -1e30f : x[t];
        }
        out.write(y);
      }
    }
  }
}

}  // namespace flexllm
