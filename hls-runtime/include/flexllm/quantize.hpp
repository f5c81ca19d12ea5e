// Dynamic quantization per token: scale and offset from the token's own range.
#pragma once
#include <hls_math.h>

#include "float_bits.hpp"
#include "rounding.hpp"

namespace flexllm {

/// Scale s, offset b and 1/s of a token.
struct TokenScale {
  float scale, offset, inverse;
};

/// From the range of a token: asymmetric s = (max-min)/(2^bits-1), b = min (T unsigned); symmetric
/// s = max|x|/(2^(bits-1)-1), b = 0 (T signed); s = 1 if it would be 0.
/// T: element of the quantized values. ASYM: asymmetric quantization.
template <typename T, bool ASYM> inline TokenScale token_scale(float low, float high) {
  constexpr float levels = static_cast<float>(Element<T>::highest);
  float span;
  if (ASYM) span = high - low;
  else span = hls::fabs(low) > hls::fabs(high) ? hls::fabs(low) : hls::fabs(high);
  const float scale = span / levels;
  TokenScale r;
  r.scale = scale == 0.0f ? 1.0f : scale;
  r.offset = ASYM ? low : 0.0f;
  r.inverse = 1.0f / r.scale;
  return r;
}

/// Widens a range of order keys so that it holds x.
inline void widen(int& low, int& high, float x) {
#pragma HLS inline
  const int key = order_key(x);
  low = key < low ? key : low;
  high = key > high ? key : high;
}

/// Prefill: TP tokens per block, one channel per cycle; per block TP scales {s, b} leave, one per cycle, between
/// the search for the range and the quantized values. MAXC >= channels. Cycles: blocks*(2*channels + TP).
/// T: element of the quantized values, ap_int if symmetric, ap_uint if asymmetric, 4, 6 or 8 bits. ASYM: asymmetric
/// quantization. TP: tokens side by side, at least 1. MAXC: most channels.
/// KEPT: where the tokens are kept.
template <typename T, bool ASYM, int TP, int MAXC, Storage KEPT = Storage::automatic>
void quantize_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<T, TP>>& out, hls::stream<Vec<float, 2>>& scales,
                      int blocks, int channels) {
#pragma HLS inline
  static_assert(ASYM != Element<T>::is_signed,
                "quantize_prefill: asymmetric needs an unsigned T, symmetric a signed T; change ASYM or T");
  FLEXLLM_REQUIRE(channels <= MAXC, "quantize_prefill: channels exceed MAXC; raise MAXC");
  FLEXLLM_BUFFER float buffer[MAXC][TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  for (int b = 0; b < blocks; ++b) {
    int low[TP], high[TP];  // range of each token as order keys
    float offset[TP], inverse[TP];
#pragma HLS array_partition variable=low dim=1 complete
#pragma HLS array_partition variable=high dim=1 complete
#pragma HLS array_partition variable=offset dim=1 complete
#pragma HLS array_partition variable=inverse dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
      low[t] = KEY_ABOVE;
      high[t] = KEY_BELOW;
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = in.read();
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        buffer[c][t] = x[t];
        widen(low[t], high[t], x[t]);
      }
    }
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const TokenScale token = token_scale<T, ASYM>(key_value(low[t]), key_value(high[t]));
      offset[t] = token.offset;
      inverse[t] = token.inverse;
      Vec<float, 2> scale;
      scale[0] = token.scale;
      scale[1] = token.offset;
      scales.write(scale);
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<T, TP> q;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        q[t] = round_to<T>((buffer[c][t] - offset[t]) * inverse[t]);
      }
      out.write(q);
    }
  }
}

/// Prefill, first of two processes that overlap blocks: passes activations on to a FIFO that holds a block, finds the
/// range of each token, then sends its scale {s, b}, and {b, 1/s} to quantize_values. While that sends one block, this
/// receives the next into the room that becomes free. Cycles: blocks*(channels + TP).
/// T: element of the quantized values, ap_int if symmetric, ap_uint if asymmetric, 4, 6 or 8 bits. ASYM: asymmetric
/// quantization. TP: tokens side by side, at least 1.
/// waiting: holds `channels` vectors or more, ranges: TP or more.
template <typename T, bool ASYM, int TP>
void quantize_ranges(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& waiting,
                     hls::stream<Vec<float, 2>>& ranges, hls::stream<Vec<float, 2>>& scales, int blocks, int channels) {
#pragma HLS inline
  static_assert(ASYM != Element<T>::is_signed,
                "quantize_ranges: asymmetric needs an unsigned T, symmetric a signed T; change ASYM or T");
  for (int b = 0; b < blocks; ++b) {
    int low[TP], high[TP];  // range of each token as order keys
#pragma HLS array_partition variable=low dim=1 complete
#pragma HLS array_partition variable=high dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
      low[t] = KEY_ABOVE;
      high[t] = KEY_BELOW;
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = in.read();
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        widen(low[t], high[t], x[t]);
      }
      waiting.write(x);
    }
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const TokenScale token = token_scale<T, ASYM>(key_value(low[t]), key_value(high[t]));
      Vec<float, 2> scale, range;
      scale[0] = token.scale;
      scale[1] = token.offset;
      range[0] = token.offset;
      range[1] = token.inverse;
      scales.write(scale);
      ranges.write(range);
    }
  }
}

/// Prefill, second of the two: rounds the block that waits. Cycles: blocks*(TP + channels).
/// T: element of the quantized values. TP: tokens side by side, at least 1.
template <typename T, int TP>
void quantize_values(hls::stream<Vec<float, TP>>& waiting, hls::stream<Vec<float, 2>>& ranges,
                     hls::stream<Vec<T, TP>>& out, int blocks, int channels) {
#pragma HLS inline
  for (int b = 0; b < blocks; ++b) {
    float offset[TP], inverse[TP];
#pragma HLS array_partition variable=offset dim=1 complete
#pragma HLS array_partition variable=inverse dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, 2> range = ranges.read();
      offset[t] = range[0];
      inverse[t] = range[1];
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = waiting.read();
      Vec<T, TP> q;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        q[t] = round_to<T>((x[t] - offset[t]) * inverse[t]);
      }
      out.write(q);
    }
  }
}

/// Decode: one token, P channels per step, S = ceil(channels/P) steps; its scale {s, b} leaves first. Padding
/// lanes do not enter the range and leave as 0. MAXS >= S. Cycles: 2*S.
/// T: element of the quantized values, ap_int if symmetric, ap_uint if asymmetric, 4, 6 or 8 bits. ASYM: asymmetric
/// quantization. P: lanes. ORDER: order of the channels. MAXS: most steps.
/// KEPT: where the token is kept.
template <typename T, bool ASYM, int P, Order ORDER, int MAXS, Storage KEPT = Storage::automatic>
void quantize_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<T, P>>& out, hls::stream<Vec<float, 2>>& scales,
                     int channels) {
#pragma HLS inline
  static_assert(ASYM != Element<T>::is_signed,
                "quantize_decode: asymmetric needs an unsigned T, symmetric a signed T; change ASYM or T");
  const int steps = ceil_div(channels, P);
  FLEXLLM_REQUIRE(steps <= MAXS, "quantize_decode: steps exceed MAXS; raise MAXS");
  FLEXLLM_BUFFER float buffer[MAXS][P];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  int low[P], high[P];  // range of each lane as order keys
#pragma HLS array_partition variable=low dim=1 complete
#pragma HLS array_partition variable=high dim=1 complete
  for (int i = 0; i < P; ++i) {
#pragma HLS unroll
    low[i] = KEY_ABOVE;
    high[i] = KEY_BELOW;
  }
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, P> x = in.read();
    for (int i = 0; i < P; ++i) {
#pragma HLS unroll
      buffer[s][i] = x[i];
      if (channel_at<ORDER, P>(i, s, steps) < channels) {
        widen(low[i], high[i], x[i]);
      }
    }
  }
  int lowest = low[0], highest = high[0];
  for (int i = 1; i < P; ++i) {
#pragma HLS unroll
    lowest = low[i] < lowest ? low[i] : lowest;
    highest = high[i] > highest ? high[i] : highest;
  }
  const TokenScale token = token_scale<T, ASYM>(key_value(lowest), key_value(highest));
  Vec<float, 2> scale;
  scale[0] = token.scale;
  scale[1] = token.offset;
  scales.write(scale);
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<T, P> q;
    for (int i = 0; i < P; ++i) {
#pragma HLS unroll
      const T value = round_to<T>((buffer[s][i] - token.offset) * token.inverse);
      q[i] = channel_at<ORDER, P>(i, s, steps) < channels ? value : T(0);
    }
    out.write(q);
  }
}

}  // namespace flexllm
