// Static quantization of attention operands: q = round(x * m), m a table value per head.
#pragma once
#include "head_table.hpp"
#include "rounding.hpp"

namespace flexllm {

/// A value of type T from an fp32 value and its factor.
template <typename T> struct RoundScaled {
  static T of(float x, float m) { return round_to<T>(x * m); }
};

/// Prefill, see map_heads_prefill. Cycles: heads + blocks*heads*channels.
/// T: element of the quantized values, ap_int<8> or ap_uint<8>. TP: tokens side by side, at least 1. MAXH: most heads.
/// KEPT: where the factors are kept.
template <typename T, int TP, int MAXH, Storage KEPT = Storage::automatic>
void quantize_static_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, 1>>& table,
                             hls::stream<Vec<T, TP>>& out, int blocks, int heads, int channels) {
#pragma HLS inline
  map_heads_prefill<RoundScaled<T>, float, T, TP, MAXH, KEPT>(in, table, out, blocks, heads, channels);
}

/// Decode, see map_heads_decode. Cycles: P*hpl + hpl*channels.
/// T: element of the quantized values, ap_int<8> or ap_uint<8>. P: lanes. MAXH: most heads.
/// KEPT: where the factors are kept.
template <typename T, int P, int MAXH, Storage KEPT = Storage::automatic>
void quantize_static_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, 1>>& table,
                            hls::stream<Vec<T, P>>& out, int hpl, int channels) {
#pragma HLS inline
  map_heads_decode<RoundScaled<T>, float, T, P, MAXH, KEPT>(in, table, out, hpl, channels);
}

}  // namespace flexllm
