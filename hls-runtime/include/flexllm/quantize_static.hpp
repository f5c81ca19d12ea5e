// Static quantization of attention operands: q = round(x * m), m a table value per head.
#pragma once
#include "head_table.hpp"
#include "rounding.hpp"

namespace flexllm {

/// Prefill: `heads` table values are preloaded, then for block, head and channel q = round(x*m).
/// MAXH >= heads. Cycles: heads + blocks*heads*channels.
template <typename T, int TP, int MAXH>
void quantize_static_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, 1>>& table,
                             hls::stream<Vec<T, TP>>& out, int blocks, int heads, int channels) {
  FLEXLLM_BUFFER float factor[MAXH];
  load_heads<MAXH>(table, factor, heads);
  for (int b = 0; b < blocks; ++b) {
    for (int h = 0; h < heads; ++h) {
      const float m = factor[h];
      for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, TP> x = in.read();
        Vec<T, TP> y;
        for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
          y[t] = round_to<T>(x[t] * m);
        }
        out.write(y);
      }
    }
  }
}

/// Decode: P lanes, hpl heads per lane (lane i carries heads i*hpl ...); P*hpl table values are preloaded in the order
/// of the heads. MAXH >= P*hpl. Cycles: P*hpl + hpl*channels.
template <typename T, int P, int MAXH>
void quantize_static_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, 1>>& table,
                            hls::stream<Vec<T, P>>& out, int hpl, int channels) {
  constexpr int MAXHPL = ceil_div(MAXH, P);
  FLEXLLM_BUFFER float factor[P][MAXHPL];
#pragma HLS array_partition variable=factor dim=1 complete
  load_lane_heads<P, MAXHPL>(table, factor, hpl);
  for (int h = 0; h < hpl; ++h) {
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, P> x = in.read();
      Vec<T, P> y;
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        y[i] = round_to<T>(x[i] * factor[i][h]);
      }
      out.write(y);
    }
  }
}

}  // namespace flexllm
