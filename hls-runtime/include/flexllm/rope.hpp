// Rotary position embedding, half split: y0 = x0*cos - x1*sin, y1 = x1*cos + x0*sin, x1 = channel + HD/2.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Sends a vector of the second half of a head. N: lanes. HD: channels of the head, even.
template <int N, int HD>
inline void rope_high(const float (&high)[HD / 2][N], hls::stream<Vec<float, N>>& out, int at) {
#pragma HLS inline
  Vec<float, N> y1;
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    y1[i] = high[at][i];
  }
  out.write(y1);
}

/// `heads` heads on N lanes, for each HD/2 vectors in, HD/2 in and out, HD/2 out; with OVERLAP the first half of a head
/// comes in while the second half of the one before goes out. Cycles: heads*3*HD/2, with OVERLAP heads*HD + HD/2, none
/// without heads.
/// N: lanes. HD: channels of the head, even. OVERLAP: neighbouring heads overlap.
template <int N, int HD, bool OVERLAP>
inline void rope_heads(hls::stream<Vec<float, N>>& in, const float (&cosine)[HD / 2][N], const float (&sine)[HD / 2][N],
                      float (&low)[HD / 2][N], float (&high)[HD / 2][N], hls::stream<Vec<float, N>>& out, int heads) {
  constexpr int HALF = HD / 2;
  if (heads == 0) return;
  for (int h = 0; h < (OVERLAP ? heads + 1 : heads); ++h) {
    for (int c = 0; c < HALF; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      if (OVERLAP && h > 0) rope_high<N, HD>(high, out, c);
      if (h < heads) {
        const Vec<float, N> x = in.read();
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          low[c][i] = x[i];
        }
      }
    }
    if (h == heads) break;
    for (int c = 0; c < HALF; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, N> x1 = in.read();
      Vec<float, N> y0;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        const float x0 = low[c][i];
        y0[i] = x0 * cosine[c][i] - x1[i] * sine[c][i];
        high[c][i] = x1[i] * cosine[c][i] + x0 * sine[c][i];
      }
      out.write(y0);
    }
    if constexpr (!OVERLAP) {
      for (int c = 0; c < HALF; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        rope_high<N, HD>(high, out, c);
      }
    }
  }
}

/// HD/2 pairs {cos, sin}, each for all lanes. Cycles: HD/2. N: lanes. HD: channels of a head, even.
template <int N, int HD>
inline void rope_angles(hls::stream<Vec<float, 2>>& table, float (&cosine)[HD / 2][N], float (&sine)[HD / 2][N]) {
#pragma HLS inline
  for (int c = 0; c < HD / 2; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, 2> pair = table.read();
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      cosine[c][i] = pair[0];
      sine[c][i] = pair[1];
    }
  }
}

/// Prefill: per block TP*HD/2 pairs {cos, sin} are preloaded (position outer), then `heads` heads.
/// TP: tokens side by side, at least 1. HD: channels of a head, even.
/// Cycles: blocks*(TP*HD/2 + heads*3*HD/2), with OVERLAP blocks*(TP*HD/2 + heads*HD + HD/2).
/// ANGLES, HALVES: where cosines and sines, and the halves of a head, are kept. OVERLAP: neighbouring heads overlap.
template <int TP, int HD, Storage ANGLES = Storage::automatic, Storage HALVES = Storage::automatic,
          bool OVERLAP = false>
void rope_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, 2>>& table, hls::stream<Vec<float, TP>>& out,
                  int blocks, int heads) {
#pragma HLS inline
  static_assert(HD % 2 == 0, "rope_prefill: HD must be even; the head size is split into halves");
  FLEXLLM_BUFFER float cosine[HD / 2][TP];
  FLEXLLM_BUFFER float sine[HD / 2][TP];
  FLEXLLM_BUFFER float low[HD / 2][TP];
  FLEXLLM_BUFFER float high[HD / 2][TP];
#pragma HLS array_partition variable=cosine dim=2 complete
#pragma HLS array_partition variable=sine dim=2 complete
#pragma HLS array_reshape variable=low dim=2 complete
#pragma HLS array_reshape variable=high dim=2 complete
  keep_in<ANGLES>(cosine);
  keep_in<ANGLES>(sine);
  keep_in<HALVES>(low);
  keep_in<HALVES>(high);
  for (int b = 0; b < blocks; ++b) {
    for (int t = 0; t < TP; ++t) {
      for (int c = 0; c < HD / 2; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, 2> pair = table.read();
        cosine[c][t] = pair[0];
        sine[c][t] = pair[1];
      }
    }
    rope_heads<TP, HD, OVERLAP>(in, cosine, sine, low, high, out, heads);
  }
}

/// Decode: one position, P lanes, hpl heads per lane; HD/2 pairs {cos, sin} are preloaded.
/// P: lanes. HD: channels of a head, even.
/// Cycles: HD/2 + hpl*3*HD/2, with OVERLAP HD/2 + hpl*HD + HD/2.
/// ANGLES, HALVES: where cosines and sines, and the halves of a head, are kept. OVERLAP: neighbouring heads overlap.
template <int P, int HD, Storage ANGLES = Storage::automatic, Storage HALVES = Storage::automatic, bool OVERLAP = false>
void rope_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, 2>>& table, hls::stream<Vec<float, P>>& out,
                 int hpl) {
#pragma HLS inline
  static_assert(HD % 2 == 0, "rope_decode: HD must be even; the head size is split into halves");
  FLEXLLM_BUFFER float cosine[HD / 2][P];
  FLEXLLM_BUFFER float sine[HD / 2][P];
  FLEXLLM_BUFFER float low[HD / 2][P];
  FLEXLLM_BUFFER float high[HD / 2][P];
#pragma HLS array_reshape variable=cosine dim=2 complete
#pragma HLS array_reshape variable=sine dim=2 complete
#pragma HLS array_reshape variable=low dim=2 complete
#pragma HLS array_reshape variable=high dim=2 complete
  keep_in<ANGLES>(cosine);
  keep_in<ANGLES>(sine);
  keep_in<HALVES>(low);
  keep_in<HALVES>(high);
  rope_angles<P, HD>(table, cosine, sine);
  rope_heads<P, HD, OVERLAP>(in, cosine, sine, low, high, out, hpl);
}

/// `heads` heads on N lanes that leave turned by one table; with `twice` before that too, by the far table if `beyond`.
/// For each HD/2 vectors in, HD/2 in and out, then HD/2 out for every half that is left; with OVERLAP the first half of
/// a head comes in while the last half of the one before goes out.
/// Cycles: heads*(twice ? 5 : 3)*HD/2, with OVERLAP heads*(twice ? 4 : 2)*HD/2 + HD/2, none without heads.
/// N: lanes. HD: channels of the head, even. OVERLAP: neighbouring heads overlap.
template <int N, int HD, bool OVERLAP>
inline void rope_window_heads(hls::stream<Vec<float, N>>& in, const float (&far_cosine)[HD / 2][N],
                              const float (&far_sine)[HD / 2][N], const float (&cosine)[HD / 2][N],
                              const float (&sine)[HD / 2][N], float (&low)[HD / 2][N], float (&high)[HD / 2][N],
                              hls::stream<Vec<float, N>>& out, int heads, bool twice, bool beyond) {
  constexpr int HALF = HD / 2;
  if (heads == 0) return;
  const int halves = twice ? 4 : 2;  // that leave
  for (int h = 0; h < (OVERLAP ? heads + 1 : heads); ++h) {
    for (int half = 0; half <= halves; ++half) {
      if (OVERLAP && (half == halves || (h == heads && half > 0))) break;
      // Half 0 is that of the head before, which leaves last.
      const int leaving = half == 0 ? halves : half;
      const bool sends = half > 0 || (OVERLAP && h > 0);
      const bool capped = twice && beyond && leaving <= 2;
      for (int c = 0; c < HALF; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        Vec<float, N> x;
        const bool receives = half <= 1 && h < heads;
        if (receives) x = in.read();
        Vec<float, N> y;
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          const float x0 = low[c][i];
          const float x1 = receives && half == 1 ? x[i] : high[c][i];
          const float cos_ = capped ? far_cosine[c][i] : cosine[c][i];
          const float sin_ = capped ? far_sine[c][i] : sine[c][i];
          y[i] = leaving % 2 == 1 ? x0 * cos_ - x1 * sin_ : x1 * cos_ + x0 * sin_;
          if (receives && half == 0) low[c][i] = x[i];
          if (receives && half == 1) high[c][i] = x[i];
        }
        if (sends) out.write(y);
      }
    }
  }
}

/// Prefill with an attention window: the queries are turned twice, for the sinks as if at position CAP at most, and as
/// they are. `far` brings HD/2 pairs of position CAP once, where `twice` is set; then as rope_prefill, from `start`.
/// Keys are turned once.
/// Cycles: (twice ? HD/2 : 0) + blocks*(TP*HD/2 + heads*(twice ? 5 : 3)*HD/2), with OVERLAP
/// (twice ? HD/2 : 0) + blocks*(TP*HD/2 + heads*(twice ? 4 : 2)*HD/2 + HD/2).
/// TP: tokens side by side, at least 1. HD: channels of a head, even. CAP: position, at least 1. ANGLES, HALVES: where
/// cosines and sines, and the halves of a head, are kept. OVERLAP: neighbouring heads overlap.
template <int TP, int HD, int CAP, Storage ANGLES = Storage::automatic, Storage HALVES = Storage::automatic,
          bool OVERLAP = false>
void rope_window_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, 2>>& far,
                         hls::stream<Vec<float, 2>>& table, hls::stream<Vec<float, TP>>& out, int blocks, int heads,
                         int start, int twice) {
#pragma HLS inline
  static_assert(HD % 2 == 0, "rope_window_prefill: HD must be even; the head size is split into halves");
  static_assert(CAP >= 1, "rope_window_prefill: there is a position to stop at; raise CAP to 1");
  FLEXLLM_BUFFER float cap[HD / 2][2];
  FLEXLLM_BUFFER float far_cosine[HD / 2][TP];
  FLEXLLM_BUFFER float far_sine[HD / 2][TP];
  FLEXLLM_BUFFER float cosine[HD / 2][TP];
  FLEXLLM_BUFFER float sine[HD / 2][TP];
  FLEXLLM_BUFFER float low[HD / 2][TP];
  FLEXLLM_BUFFER float high[HD / 2][TP];
#pragma HLS array_partition variable=cap dim=2 complete
#pragma HLS array_partition variable=far_cosine dim=2 complete
#pragma HLS array_partition variable=far_sine dim=2 complete
#pragma HLS array_partition variable=cosine dim=2 complete
#pragma HLS array_partition variable=sine dim=2 complete
#pragma HLS array_reshape variable=low dim=2 complete
#pragma HLS array_reshape variable=high dim=2 complete
  keep_in<ANGLES>(cap);
  keep_in<ANGLES>(far_cosine);
  keep_in<ANGLES>(far_sine);
  keep_in<ANGLES>(cosine);
  keep_in<ANGLES>(sine);
  keep_in<HALVES>(low);
  keep_in<HALVES>(high);
  for (int c = 0; c < (twice ? HD / 2 : 0); ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, 2> pair = far.read();
    cap[c][0] = pair[0];
    cap[c][1] = pair[1];
  }
  for (int b = 0; b < blocks; ++b) {
    for (int t = 0; t < TP; ++t) {
      for (int c = 0; c < HD / 2; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<float, 2> pair = table.read();
        const bool beyond = start + b * TP + t > CAP;
        cosine[c][t] = pair[0];
        sine[c][t] = pair[1];
        far_cosine[c][t] = beyond && twice ? cap[c][0] : pair[0];
        far_sine[c][t] = beyond && twice ? cap[c][1] : pair[1];
      }
    }
    rope_window_heads<TP, HD, OVERLAP>(in, far_cosine, far_sine, cosine, sine, low, high, out, heads, twice != 0,
                                        true);
  }
}

/// Decode with an attention window, as rope_window_prefill: one position, P lanes, hpl heads per lane.
/// Cycles: (twice ? HD/2 : 0) + HD/2 + hpl*(twice ? 5 : 3)*HD/2, with OVERLAP (twice ? HD/2 : 0) + HD/2 +
/// hpl*(twice ? 4 : 2)*HD/2 + HD/2.
/// P: lanes. HD: channels of a head, even. CAP: position, at least 1. ANGLES, HALVES: where cosines and sines, and the
/// halves of a head, are kept. OVERLAP: neighbouring heads overlap.
template <int P, int HD, int CAP, Storage ANGLES = Storage::automatic, Storage HALVES = Storage::automatic,
          bool OVERLAP = false>
void rope_window_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, 2>>& far,
                        hls::stream<Vec<float, 2>>& table, hls::stream<Vec<float, P>>& out, int hpl, int position,
                        int twice) {
#pragma HLS inline
  static_assert(HD % 2 == 0, "rope_window_decode: HD must be even; the head size is split into halves");
  static_assert(CAP >= 1, "rope_window_decode: there is a position to stop at; raise CAP to 1");
  FLEXLLM_BUFFER float far_cosine[HD / 2][P];
  FLEXLLM_BUFFER float far_sine[HD / 2][P];
  FLEXLLM_BUFFER float cosine[HD / 2][P];
  FLEXLLM_BUFFER float sine[HD / 2][P];
  FLEXLLM_BUFFER float low[HD / 2][P];
  FLEXLLM_BUFFER float high[HD / 2][P];
#pragma HLS array_reshape variable=far_cosine dim=2 complete
#pragma HLS array_reshape variable=far_sine dim=2 complete
#pragma HLS array_reshape variable=cosine dim=2 complete
#pragma HLS array_reshape variable=sine dim=2 complete
#pragma HLS array_reshape variable=low dim=2 complete
#pragma HLS array_reshape variable=high dim=2 complete
  keep_in<ANGLES>(far_cosine);
  keep_in<ANGLES>(far_sine);
  keep_in<ANGLES>(cosine);
  keep_in<ANGLES>(sine);
  keep_in<HALVES>(low);
  keep_in<HALVES>(high);
  if (twice) rope_angles<P, HD>(far, far_cosine, far_sine);
  rope_angles<P, HD>(table, cosine, sine);
  rope_window_heads<P, HD, OVERLAP>(in, far_cosine, far_sine, cosine, sine, low, high, out, hpl, twice != 0,
                                   position > CAP);
}

}  // namespace flexllm
