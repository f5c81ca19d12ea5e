// Dequantization of accumulators: y = ((float)acc * s) * s_w, asymmetric + b * w_sum.
#pragma once
#include "types.hpp"

namespace flexllm {

/// One value; {scale, offset} of the token, {weight_scale, weight_sum} of the output channel.
/// TACC: the accumulator, an ap_int. ASYM: whether an offset times the sum of the weights is added.
template <typename TACC, bool ASYM>
inline float dequantize_one(const TACC& acc, float scale, float offset, float weight_scale, float weight_sum) {
  const float y = (static_cast<float>(native(acc)) * scale) * weight_scale;
  return ASYM ? y + offset * weight_sum : y;
}

/// Prefill: per block TP scales {s, b}, then one channel per cycle with its {s_w, w_sum}.
/// TACC: the accumulators, an ap_int. ASYM: whether activations were quantized asymmetrically. TP: tokens side by side,
/// at least 1.
/// Cycles: blocks*(TP + channels).
template <typename TACC, bool ASYM, int TP>
void dequantize_prefill(hls::stream<Vec<TACC, TP>>& in, hls::stream<Vec<float, 2>>& scales,
                        hls::stream<Vec<float, 2>>& channel_scales, hls::stream<Vec<float, TP>>& out, int blocks,
                        int channels) {
#pragma HLS inline
  float scale[TP], offset[TP];
#pragma HLS array_partition variable=scale dim=1 complete
#pragma HLS array_partition variable=offset dim=1 complete
  for (int b = 0; b < blocks; ++b) {
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, 2> token = scales.read();
      scale[t] = token[0];
      offset[t] = token[1];
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TACC, TP> acc = in.read();
      const Vec<float, 2> channel = channel_scales.read();
      Vec<float, TP> y;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        y[t] = dequantize_one<TACC, ASYM>(acc[t], scale[t], offset[t], channel[0], channel[1]);
      }
      out.write(y);
    }
  }
}

/// Decode: one token, P channels per step. A word of SW floats holds SL = SW/2 pairs {s_w, w_sum} in lane order,
/// ceil(P/SL) words per step; the token's {s, b} is read in the first cycle. Cycles: steps*ceil(P/SL).
/// TACC: the accumulators, an ap_int. ASYM: whether activations were quantized asymmetrically. P: lanes. SW: floats in
/// a word of scales: 2, 4, 8 or 16.
template <typename TACC, bool ASYM, int P, int SW>
void dequantize_decode(hls::stream<Vec<TACC, P>>& in, hls::stream<Vec<float, 2>>& scales,
                       hls::stream<Vec<float, SW>>& channel_scales, hls::stream<Vec<float, P>>& out, int steps) {
#pragma HLS inline
  static_assert(SW >= 2 && SW % 2 == 0,
                "dequantize_decode: SW counts floats of {scale, sum} pairs and must be even; choose an even SW");
  static_assert(is_power_of_two(SW) && SW <= 16,
                "dequantize_decode: a word has a power of two of floats, at most 16; choose SW from 2, 4, 8, 16");
  constexpr int SL = SW / 2;
  constexpr int words = ceil_div(P, SL);
  float scale = 0.0f, offset = 0.0f;
  Vec<TACC, P> acc;
  Vec<float, P> y;
  for (int s = 0; s < steps; ++s) {
    for (int g = 0; g < words; ++g) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      if (s == 0 && g == 0) {
        const Vec<float, 2> token = scales.read();
        scale = token[0];
        offset = token[1];
      }
      if (g == 0) acc = in.read();
      const Vec<float, SW> word = channel_scales.read();
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        if (i / SL == g) {
          y[i] = dequantize_one<TACC, ASYM>(acc[i], scale, offset, word[2 * (i % SL)], word[2 * (i % SL) + 1]);
        }
      }
      if (g == words - 1) out.write(y);
    }
  }
}

}  // namespace flexllm
