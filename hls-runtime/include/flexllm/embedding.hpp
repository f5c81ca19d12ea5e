// Turns rows of the embedding table (words of EW floats) into the stream order of a stage.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Prefill: per block TP rows of ceil(channels/EW) words are buffered, then `channels` vectors of TP tokens leave.
/// MAXC >= channels. Cycles: blocks*(TP*ceil(channels/EW) + channels).
/// TP: tokens side by side, at least 1. MAXC: most channels. EW: floats in a word of the table, a power of two up to
/// 16.
/// KEPT: where the rows are kept.
template <int TP, int MAXC, int EW, Storage KEPT = Storage::automatic>
void embedding_prefill(hls::stream<Vec<float, EW>>& rows, hls::stream<Vec<float, TP>>& out, int blocks, int channels) {
#pragma HLS inline
  FLEXLLM_REQUIRE(channels <= MAXC, "embedding_prefill: channels exceed MAXC; raise MAXC");
  FLEXLLM_BUFFER float buffer[TP][ceil_div(MAXC, EW)][EW];
#pragma HLS array_partition variable=buffer dim=1 complete
#pragma HLS array_reshape variable=buffer dim=3 complete
  keep_in<KEPT>(buffer);
  for (int b = 0; b < blocks; ++b) {
    for (int t = 0; t < TP; ++t) {
      for (int w = 0; w < ceil_div(channels, EW); ++w) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, EW> word = rows.read();
        for (int j = 0; j < EW; ++j) {
#pragma HLS unroll
          buffer[t][w][j] = word[j];
        }
      }
    }
    for (int c = 0; c < channels; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, TP> x;
      for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
        x[t] = buffer[t][c / EW][c % EW];
      }
      out.write(x);
    }
  }
}

/// Decode: one row of ceil(channels/EW) words is buffered, then S = ceil(channels/P) steps leave in ORDER, padding
/// lanes 0. MAXC >= channels. Cycles: ceil(channels/EW) + S.
/// Blocked: every lane keeps the words that overlap its channels. Interleaved: channel c stands in bank c % BANKS.
/// P: lanes. ORDER: order of the channels. MAXC: most channels. EW: floats in a word of the table, a power of two up to
/// 16.
/// KEPT: where the row is kept.
template <int P, Order ORDER, int MAXC, int EW, Storage KEPT = Storage::automatic>
void embedding_decode(hls::stream<Vec<float, EW>>& rows, hls::stream<Vec<float, P>>& out, int channels) {
#pragma HLS inline
  static_assert(ORDER == Order::blocked || P % EW == 0 || EW % P == 0,
                "embedding_decode: interleaved lanes need P to divide EW or to be a multiple of it; change P or EW");
  FLEXLLM_REQUIRE(channels <= MAXC, "embedding_decode: channels exceed MAXC; raise MAXC");
  const int words = ceil_div(channels, EW);
  const int steps = ceil_div(channels, P);
  if constexpr (ORDER == Order::blocked) {
    constexpr int DEPTH = ceil_div(ceil_div(MAXC, P), EW) + 1;
    FLEXLLM_BUFFER float buffer[P][DEPTH][EW];
#pragma HLS array_partition variable=buffer dim=1 complete
#pragma HLS array_reshape variable=buffer dim=3 complete
    keep_in<KEPT>(buffer);
    for (int w = 0; w < words; ++w) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, EW> word = rows.read();
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        const int line = w - i * steps / EW;  // the lane's first word is line 0
        if (line >= 0 && w * EW < (i + 1) * steps) {
          for (int j = 0; j < EW; ++j) {
#pragma HLS unroll
            buffer[i][line][j] = word[j];
          }
        }
      }
    }
    for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, P> x;
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        const int c = i * steps + s;
        const int line = c < channels ? c / EW - i * steps / EW : 0;
        x[i] = c < channels ? buffer[i][line][c % EW] : 0.0f;
      }
      out.write(x);
    }
  } else {
    constexpr int BANKS = larger_of(P, EW);
    FLEXLLM_BUFFER float buffer[ceil_div(MAXC, BANKS)][BANKS];
#pragma HLS array_partition variable=buffer dim=2 complete
    keep_in<KEPT>(buffer);
    for (int w = 0; w < words; ++w) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, EW> word = rows.read();
      for (int n = 0; n < BANKS; ++n) {
#pragma HLS unroll
        if (n / EW == w % (BANKS / EW)) buffer[w / (BANKS / EW)][n] = word[n % EW];
      }
    }
    for (int s = 0; s < steps; ++s) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      float line[BANKS];
#pragma HLS array_partition variable=line dim=1 complete
      for (int n = 0; n < BANKS; ++n) {
#pragma HLS unroll
        line[n] = buffer[s / (BANKS / P)][n];
      }
      Vec<float, P> x;
      for (int i = 0; i < P; ++i) {
#pragma HLS unroll
        x[i] = s * P + i < channels ? line[(s % (BANKS / P)) * P + i] : 0.0f;
      }
      out.write(x);
    }
  }
}

}  // namespace flexllm
