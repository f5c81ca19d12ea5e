// Tables of one factor per head, and the streams that static quantization and scaling multiply by them. What becomes
// of a value and its factor is MAP::of(x, m).
#pragma once
#include "types.hpp"

namespace flexllm {

/// Prefill: `heads` values. Cycles: heads.
/// MAXH: most heads.
template <int MAXH> inline void load_heads(hls::stream<Vec<float, 1>>& table, float (&value)[MAXH], int heads) {
  FLEXLLM_REQUIRE(heads <= MAXH, "static table: heads exceed MAXH; raise MAXH");
  for (int h = 0; h < heads; ++h) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    value[h] = table.read()[0];
  }
}

/// Decode: P*hpl values, lane i holds heads i*hpl ... Cycles: P*hpl.
/// P: lanes. MAXHPL: most heads per lane.
template <int P, int MAXHPL>
inline void load_lane_heads(hls::stream<Vec<float, 1>>& table, float (&value)[P][MAXHPL], int hpl) {
  FLEXLLM_REQUIRE(hpl <= MAXHPL, "static table: heads exceed MAXH; raise MAXH");
  for (int i = 0; i < P; ++i) {
    for (int h = 0; h < hpl; ++h) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      value[i][h] = table.read()[0];
    }
  }
}

/// Prefill: `heads` table values are preloaded, then for block, head and channel y = MAP::of(x, m).
/// MAXH >= heads. Cycles: heads + blocks*heads*channels.
/// MAP: what becomes of a value. TIN, TOUT: elements before and behind it. TP: tokens side by side, at least 1. MAXH:
/// most heads.
/// KEPT: where the factors are kept.
template <typename MAP, typename TIN, typename TOUT, int TP, int MAXH, Storage KEPT = Storage::automatic>
void map_heads_prefill(hls::stream<Vec<TIN, TP>>& in, hls::stream<Vec<float, 1>>& table,
                       hls::stream<Vec<TOUT, TP>>& out, int blocks, int heads, int channels) {
#pragma HLS inline
  FLEXLLM_BUFFER float factor[MAXH];
  keep_in<KEPT>(factor);
  load_heads<MAXH>(table, factor, heads);
  for (int b = 0; b < blocks; ++b) {
    for (int h = 0; h < heads; ++h) {
      const float m = factor[h];
      for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<TIN, TP> x = in.read();
        Vec<TOUT, TP> y;
        for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
          y[t] = MAP::of(x[t], m);
        }
        out.write(y);
      }
    }
  }
}

/// Decode: P lanes, hpl heads per lane (lane i carries heads i*hpl ...); P*hpl table values are preloaded in the order
/// of the heads. MAXH >= P*hpl. Cycles: P*hpl + hpl*channels.
/// MAP: what becomes of a value. TIN, TOUT: elements before and behind it. P: lanes. MAXH: most heads.
/// KEPT: where the factors are kept.
template <typename MAP, typename TIN, typename TOUT, int P, int MAXH, Storage KEPT = Storage::automatic>
void map_heads_decode(hls::stream<Vec<TIN, P>>& in, hls::stream<Vec<float, 1>>& table, hls::stream<Vec<TOUT, P>>& out,
                      int hpl, int channels) {
#pragma HLS inline
  constexpr int MAXHPL = ceil_div(MAXH, P);
  FLEXLLM_BUFFER float factor[P][MAXHPL];
#pragma HLS array_partition variable=factor dim=1 complete
  keep_in<KEPT>(factor);
  load_lane_heads<P, MAXHPL>(table, factor, hpl);
  for (int h = 0; h < hpl; ++h) {
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TIN, P> x = in.read();
      Vec<TOUT, P> y;
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        y[i] = MAP::of(x[i], factor[i][h]);
      }
      out.write(y);
    }
  }
}

}  // namespace flexllm
