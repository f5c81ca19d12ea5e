// Static scaling of attention results: y = (float)x * m, m a table value per head.
#pragma once
#include "head_table.hpp"

namespace flexllm {

/// An fp32 value from a value of type T and its factor.
template <typename T> struct FloatScaled {
  static float of(const T& x, float m) { return static_cast<float>(native(x)) * m; }
};

/// Prefill, see map_heads_prefill. Cycles: heads + blocks*heads*channels.
/// TIN: element before scaling, float or ap_int. TP: tokens side by side, at least 1. MAXH: most heads.
/// KEPT: where the factors are kept.
template <typename TIN, int TP, int MAXH, Storage KEPT = Storage::automatic>
void scale_static_prefill(hls::stream<Vec<TIN, TP>>& in, hls::stream<Vec<float, 1>>& table,
                          hls::stream<Vec<float, TP>>& out, int blocks, int heads, int channels) {
#pragma HLS inline
  map_heads_prefill<FloatScaled<TIN>, TIN, float, TP, MAXH, KEPT>(in, table, out, blocks, heads, channels);
}

/// Decode, see map_heads_decode. Cycles: P*hpl + hpl*channels.
/// TIN: element before scaling, float or ap_int. P: lanes. MAXH: most heads.
/// KEPT: where the factors are kept.
template <typename TIN, int P, int MAXH, Storage KEPT = Storage::automatic>
void scale_static_decode(hls::stream<Vec<TIN, P>>& in, hls::stream<Vec<float, 1>>& table,
                         hls::stream<Vec<float, P>>& out, int hpl, int channels) {
#pragma HLS inline
  map_heads_decode<FloatScaled<TIN>, TIN, float, P, MAXH, KEPT>(in, table, out, hpl, channels);
}

}  // namespace flexllm
