// RMSNorm: y = (x * inv) * gamma, inv = 1 / sqrt(sum(x*x) * (1/C) + eps).
#pragma once
#include <hls_math.h>

#include "fixed_sum.hpp"

namespace flexllm {

inline float inverse_rms(FixedSum squares, float inv_channels, float eps) {
  const float mean = from_fixed(squares) * inv_channels;
  return 1.0f / hls::sqrt(mean + eps);
}

/// Prefill: TP tokens per block, one channel per cycle. `gamma` (one value per channel) is read once, before the
/// first block; `inv_channels` is fp32 1/channels. MAXC >= channels.
/// TP: tokens side by side, at least 1. MAXC: most channels.
/// Cycles: channels + blocks*(2*channels + TP).
/// TOKEN, WEIGHTS: where the token and the weights are kept.
template <int TP, int MAXC, Storage TOKEN = Storage::automatic, Storage WEIGHTS = Storage::automatic>
void rms_norm_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, 1>>& gamma,
                      hls::stream<Vec<float, TP>>& out, int blocks, int channels, float inv_channels, float eps) {
#pragma HLS inline
  static_assert(TP >= 1, "rms_norm_prefill: TP must be positive; raise it");
  FLEXLLM_REQUIRE(channels <= MAXC, "rms_norm_prefill: channels exceed MAXC; raise MAXC");
  FLEXLLM_BUFFER float weight[MAXC];
  FLEXLLM_BUFFER float buffer[MAXC][TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<WEIGHTS>(weight);
  keep_in<TOKEN>(buffer);
  for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    weight[c] = gamma.read()[0];
  }
  for (int b = 0; b < blocks; ++b) {
    FixedSum sum[TP];
    float inv[TP];
#pragma HLS array_partition variable=sum dim=1 complete
#pragma HLS array_partition variable=inv dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
      sum[t] = 0;
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = in.read();
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        buffer[c][t] = x[t];
        sum[t] += to_fixed(x[t] * x[t]);
      }
    }
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      inv[t] = inverse_rms(sum[t], inv_channels, eps);
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, TP> y;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        y[t] = (buffer[c][t] * inv[t]) * weight[c];
      }
      out.write(y);
    }
  }
}

/// Prefill, first of two processes that overlap blocks: passes the tokens on to a FIFO that holds a block, sums their
/// squares, then sends the inverse of each to rms_norm_products. While that sends a block, this receives the next into
/// the room that becomes free. Cycles: blocks*(channels + TP).
/// TP: tokens side by side, at least 1.
/// waiting: holds `channels` vectors or more, inverses: TP or more.
template <int TP>
void rms_norm_squares(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& waiting,
                      hls::stream<Vec<float, 1>>& inverses, int blocks, int channels, float inv_channels, float eps) {
#pragma HLS inline
  for (int b = 0; b < blocks; ++b) {
    FixedSum sum[TP];
#pragma HLS array_partition variable=sum dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
      sum[t] = 0;
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = in.read();
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        sum[t] += to_fixed(x[t] * x[t]);
      }
      waiting.write(x);
    }
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, 1> inverse;
      inverse[0] = inverse_rms(sum[t], inv_channels, eps);
      inverses.write(inverse);
    }
  }
}

/// Prefill, second of the two: multiplies the block that waits. `gamma` (one value per channel) is read once, while the
/// first block arrives. MAXC >= channels. Cycles: channels + blocks*(TP + channels).
/// TP: tokens side by side, at least 1. MAXC: most channels.
/// WEIGHTS: where the weights are kept.
template <int TP, int MAXC, Storage WEIGHTS = Storage::automatic>
void rms_norm_products(hls::stream<Vec<float, TP>>& waiting, hls::stream<Vec<float, 1>>& inverses,
                       hls::stream<Vec<float, 1>>& gamma, hls::stream<Vec<float, TP>>& out, int blocks, int channels) {
#pragma HLS inline
  FLEXLLM_REQUIRE(channels <= MAXC, "rms_norm_products: channels exceed MAXC; raise MAXC");
  FLEXLLM_BUFFER float weight[MAXC];
  keep_in<WEIGHTS>(weight);
  for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    weight[c] = gamma.read()[0];
  }
  for (int b = 0; b < blocks; ++b) {
    float inv[TP];
#pragma HLS array_partition variable=inv dim=1 complete
    for (int t = 0; t < TP; ++t) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      inv[t] = inverses.read()[0];
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, TP> x = waiting.read();
      Vec<float, TP> y;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        y[t] = (x[t] * inv[t]) * weight[c];
      }
      out.write(y);
    }
  }
}

/// Takes in a vector of the token: it goes to its place, its squares to the sums.
/// P: lanes. MAXS: most steps.
template <int P, int MAXS>
inline void rms_norm_take(const Vec<float, P>& x, float (&buffer)[MAXS][P], FixedSum (&sum)[P], int at) {
#pragma HLS inline
  for (int i = 0; i < P; ++i) {
#pragma HLS unroll
    buffer[at][i] = x[i];
    sum[i] += to_fixed(x[i] * x[i]);
  }
}

/// Decode: one token, P channels per step. `gamma` comes first, in the order of the stream, ceil(P/GW) words per
/// step; lane g*GW + j stands in element j of word g. Padding lanes must carry 0. MAXS >= steps.
/// P: lanes. MAXS: most steps. GW: floats in a word of gamma, a power of two up to 16.
/// Cycles: steps*ceil(P/GW) + 2*steps.
/// TOKEN, WEIGHTS: where the token and the weights are kept. OVERLAP: the weights come with the token, a vector of it
/// with the first of its words; then cycles: steps*ceil(P/GW) + steps.
template <int P, int MAXS, int GW, Storage TOKEN = Storage::automatic, Storage WEIGHTS = Storage::automatic,
          bool OVERLAP = false>
void rms_norm_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, GW>>& gamma,
                     hls::stream<Vec<float, P>>& out, int steps, float inv_channels, float eps) {
#pragma HLS inline
  static_assert(P >= 1 && GW >= 1, "rms_norm_decode: P and GW must be positive; raise them");
  FLEXLLM_REQUIRE(steps <= MAXS, "rms_norm_decode: steps exceed MAXS; raise MAXS");
  constexpr int words = ceil_div(P, GW);
  FLEXLLM_BUFFER float weight[MAXS][P];
  FLEXLLM_BUFFER float buffer[MAXS][P];
#pragma HLS array_partition variable=weight dim=2 complete
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<WEIGHTS>(weight);
  keep_in<TOKEN>(buffer);
  FixedSum sum[P];
#pragma HLS array_partition variable=sum dim=1 complete
  for (int i = 0; i < P; ++i) {
#pragma HLS unroll
    sum[i] = 0;
  }
  for (int s = 0; s < steps; ++s) {
    for (int g = 0; g < words; ++g) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, GW> word = gamma.read();
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        if (i / GW == g) weight[s][i] = word[i % GW];
      }
      if (OVERLAP && g == 0) rms_norm_take<P, MAXS>(in.read(), buffer, sum, s);
    }
  }
  if constexpr (!OVERLAP) {
    for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      rms_norm_take<P, MAXS>(in.read(), buffer, sum, s);
    }
  }
  FixedSum total = 0;
  for (int i = 0; i < P; ++i) {
#pragma HLS unroll
    total += sum[i];
  }
  const float inv = inverse_rms(total, inv_channels, eps);
  for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<float, P> y;
    for (int i = 0; i < P; ++i) {
#pragma HLS unroll
      y[i] = (buffer[s][i] * inv) * weight[s][i];
    }
    out.write(y);
  }
}

}  // namespace flexllm
