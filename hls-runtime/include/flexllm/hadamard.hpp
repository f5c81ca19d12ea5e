// Hadamard transform of a token of C channels, in blocks of B neighbouring ones, B the largest power of two that
// divides C (B = C for a power of two): butterflies (a+b, a-b) at distance 1, 2, 4, ..., B/2 of the channel number,
// then * fround(1/sqrt(B)).
#pragma once
#include "float_bits.hpp"

namespace flexllm {

/// Neighbouring channels that are mixed with one another: the largest power of two that divides their number.
constexpr int hadamard_block(int channels) { return channels & -channels; }

/// Whether channels of which `run` in a row lie in the lanes of a line (interleaved) or in the lines of a lane
/// (blocked), and `across` such rows side by side, can be paired within blocks: the rows are whole blocks, or divide a
/// block, of which there are then whole ones across.
constexpr bool hadamard_pairs(int block, int run, int across) {
  return run % block == 0 || (block % run == 0 && across % (block / run) == 0);
}

/// fround(1/sqrt(c)) of a power of two.
constexpr float inverse_square_root(int c) {
  float scale = 1.0f;
  int l = ceil_log2(c);
  if (l % 2 == 1) {
    scale = 0.70710678118654752440f;
    --l;
  }
  for (; l > 0; l -= 2) scale *= 0.5f;
  return scale;
}

/// One stage between lines (channels or steps) of N lanes: reads two lines and writes two lines per cycle.
/// N: lanes of a line. LINES: lines of a token, a multiple of 2*distance.
/// Cycles: LINES/2.
template <int N, int LINES>
inline void hadamard_lines(const float (&from)[LINES][N], float (&to)[LINES][N], int distance) {
  for (int b = 0; b < LINES / 2; ++b) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const int low = ((b & ~(distance - 1)) << 1) | (b & (distance - 1));
    const int high = low | distance;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      const float x0 = from[low][i], x1 = from[high][i];
      to[low][i] = x0 + x1;
      to[high][i] = x0 - x1;
    }
  }
}

/// One stage between the lanes of each line; two lines per cycle. Cycles: ceil(LINES/2).
/// N: lanes of a line, a multiple of 2*distance. LINES: lines of a token.
template <int N, int LINES>
inline void hadamard_lanes(const float (&from)[LINES][N], float (&to)[LINES][N], int distance) {
  for (int s = 0; s < LINES; s += 2) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    for (int l = 0; l < 2; ++l) {
#pragma HLS unroll
      if (s + l < LINES) {
        float x[N], y[N];
#pragma HLS array_partition variable=x dim=1 complete
#pragma HLS array_partition variable=y dim=1 complete
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          x[i] = from[s + l][i];
          y[i] = x[i];
        }
        for (int stage = 0; stage < ceil_log2(hadamard_block(N)); ++stage) {
#pragma HLS unroll
          const int d = 1 << stage;
          for (int i = 0; i < N; ++i) {
#pragma HLS unroll
            if (distance == d) y[i] = (i & d) != 0 ? x[i & ~d] - x[i] : x[i] + x[i | d];
          }
        }
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          to[s + l][i] = y[i];
        }
      }
    }
  }
}

/// Sends LINES lines, scaled. Cycles: LINES.
/// N: lanes of a line. LINES: lines of a token.
template <int N, int LINES>
inline void hadamard_send(const float (&from)[LINES][N], hls::stream<Vec<float, N>>& out, float scale) {
  for (int s = 0; s < LINES; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<float, N> y;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      y[i] = from[s][i] * scale;
    }
    out.write(y);
  }
}

/// Receives LINES lines. Cycles: LINES.
/// N: lanes of a line. LINES: lines of a token.
template <int N, int LINES> inline void hadamard_receive(hls::stream<Vec<float, N>>& in, float (&to)[LINES][N]) {
  for (int s = 0; s < LINES; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, N> x = in.read();
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      to[s][i] = x[i];
    }
  }
}

/// The pass over all lines in which FlexLLM's network shuffles the results of a stage. Stages here address at a
/// distance, so it moves every line to its own place. Cycles: LINES.
/// N: lanes of a line. LINES: lines of a token.
template <int N, int LINES>
inline void hadamard_shuffle(const float (&from)[LINES][N], float (&to)[LINES][N]) {
  for (int s = 0; s < LINES; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      to[s][i] = from[s][i];
    }
  }
}

/// Prefill: TP tokens of C channels per block of tokens. Cycles: blocks*(2*C + log2(B)*C/2), B = hadamard_block(C).
/// SHUFFLE, the structure of FlexLLM: every stage is followed by a pass over all channels.
/// TP: tokens side by side, at least 1. C: channels, even. SHUFFLE: the structure of FlexLLM's library.
/// Cycles: blocks*(2*C + log2(B)*(C/2 + C)).
/// KEPT: where the lines before and after a stage are kept, with two ports.
template <int TP, int C, bool SHUFFLE = false, Storage KEPT = Storage::automatic>
void hadamard_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& out, int blocks) {
#pragma HLS inline
  static_assert(C > 0 && C % 2 == 0, "hadamard_prefill: C must be even; leave the rotation out");
  constexpr int STAGES = ceil_log2(hadamard_block(C));
  constexpr float scale = inverse_square_root(hadamard_block(C));
  FLEXLLM_BUFFER float even[C][TP];
  FLEXLLM_BUFFER float odd[C][TP];
#pragma HLS array_reshape variable=even dim=2 complete
#pragma HLS array_reshape variable=odd dim=2 complete
  keep_in<KEPT, true>(even);
  keep_in<KEPT, true>(odd);
  for (int b = 0; b < blocks; ++b) {
    hadamard_receive<TP, C>(in, even);
    if (SHUFFLE) {
      for (int stage = 0; stage < STAGES; ++stage) {
        hadamard_lines<TP, C>(even, odd, 1 << stage);
        hadamard_shuffle<TP, C>(odd, even);
      }
      hadamard_send<TP, C>(even, out, scale);
      continue;
    }
    for (int stage = 0; stage < STAGES; stage += 2) {
      hadamard_lines<TP, C>(even, odd, 1 << stage);
      if (stage + 1 < STAGES) hadamard_lines<TP, C>(odd, even, 2 << stage);
    }
    if (STAGES % 2 == 0) hadamard_send<TP, C>(even, out, scale);
    else hadamard_send<TP, C>(odd, out, scale);
  }
}

/// One stage of the decode transform; `distance` counts channels. Cycles: ceil(S/2).
/// P: lanes. S: steps of a token. ORDER: order of the channels.
template <int P, int S, Order ORDER>
inline void hadamard_stage(const float (&from)[S][P], float (&to)[S][P], int distance) {
  constexpr int first = ORDER == Order::blocked ? S : P;  // channels below this distance differ in step (or lane) only
  const bool near = distance < first;
  const int far_distance = distance / first;
  if (near == (ORDER == Order::blocked)) hadamard_lines<P, S>(from, to, near ? distance : far_distance);
  else hadamard_lanes<P, S>(from, to, near ? distance : far_distance);
}

/// Decode: one token of C channels on P lanes, S = ceil(C/P), B = hadamard_block(C). Channels beyond C are mixed with
/// one another only.
/// P: lanes. In interleaved order P divides B or is a multiple of it, as every power of two does; in blocked order S
/// does, and if S < B, P is a multiple of B/S. C: channels, even. ORDER: order of the channels. SHUFFLE: the structure
/// of FlexLLM's library.
/// Cycles: 2*S + log2(B)*ceil(S/2), with SHUFFLE (the structure of FlexLLM) 2*S + log2(B)*(ceil(S/2) + S).
/// KEPT: where the lines before and after a stage are kept, with two ports.
template <int P, int C, Order ORDER, bool SHUFFLE = false, Storage KEPT = Storage::automatic>
void hadamard_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, P>>& out) {
#pragma HLS inline
  static_assert(C > 0 && C % 2 == 0, "hadamard_decode: C must be even; leave the rotation out");
  constexpr int S = ceil_div(C, P);
  constexpr int B = hadamard_block(C);
  static_assert(hadamard_pairs(B, ORDER == Order::blocked ? S : P, ORDER == Order::blocked ? P : S),
                "hadamard_decode: P lanes cannot pair the channels of a block in this order; interleave 2^n lanes");
  constexpr int STAGES = ceil_log2(B);
  constexpr float scale = inverse_square_root(B);
  FLEXLLM_BUFFER float even[S][P];
  FLEXLLM_BUFFER float odd[S][P];
#pragma HLS array_reshape variable=even dim=2 complete
#pragma HLS array_reshape variable=odd dim=2 complete
  keep_in<KEPT, true>(even);
  keep_in<KEPT, true>(odd);
  hadamard_receive<P, S>(in, even);
  if (SHUFFLE) {
    for (int stage = 0; stage < STAGES; ++stage) {
      hadamard_stage<P, S, ORDER>(even, odd, 1 << stage);
      hadamard_shuffle<P, S>(odd, even);
    }
    hadamard_send<P, S>(even, out, scale);
    return;
  }
  for (int stage = 0; stage < STAGES; stage += 2) {
    hadamard_stage<P, S, ORDER>(even, odd, 1 << stage);
    if (stage + 1 < STAGES) hadamard_stage<P, S, ORDER>(odd, even, 2 << stage);
  }
  if (STAGES % 2 == 0) hadamard_send<P, S>(even, out, scale);
  else hadamard_send<P, S>(odd, out, scale);
}

// The pipelined form: a process per stage, through which lines stream at one per cycle; tokens follow one another
// without a gap. A stage between lines of distance D keeps the first half of 2*D lines, sends D sums while the second
// half arrives, and D differences while the next first half does. Both halves are kept as they arrived. So one adder
// per lane works in every cycle, and none lies in the path from a delay line to itself, where its latency would set the
// interval.

/// The least distance of lines whose delay lines are memories; up to half of it they are registers that shift.
constexpr int HADAMARD_FAR = 8;

/// Most adders in the loop of a process that has several stages between lanes.
constexpr int HADAMARD_ADDERS = 128;

/// a + b, or a - b by the same adder: the sign of b is turned.
inline float hadamard_sum(float a, float b, bool minus) {
#pragma HLS inline
  return a + bits_float(float_bits(b) ^ (minus ? 0x80000000u : 0u));
}

/// y, multiplied by fround(1/sqrt(B)) unless B is 1.
/// B: channels of a block behind its last stage, else 1.
template <int B> inline float hadamard_scaled(float y) {
#pragma HLS inline
  static_assert(is_power_of_two(B), "hadamard_scaled: B must be a power of two; give the channels of a block, or 1");
  if constexpr (B > 1) return y * inverse_square_root(B);
  else return y;
}

/// Pipelined form, a stage between lines of a small distance.
/// N: lanes of a line. LINES: lines of a token, a multiple of 2*D. D: distance in lines, 1, 2 or 4. B: channels of a
/// block if this is its last stage, else 1.
/// Cycles: tokens*LINES + D; the first line leaves after D others.
template <int N, int LINES, int D, int B = 1>
void hadamard_near(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int tokens) {
  static_assert(is_power_of_two(D) && D < HADAMARD_FAR, "hadamard_near: D must be 1, 2 or 4; use hadamard_far");
  static_assert(LINES > 0 && LINES % (2 * D) == 0,
                "hadamard_near: a token must have a multiple of 2*D lines; pair its channels between lanes");
  FLEXLLM_BUFFER float held[2 * D][N];
#pragma HLS array_partition variable=held dim=0 complete
  const int lines = tokens * LINES;
  for (int t = 0; t < lines + D; ++t) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const bool sums = (t & D) != 0;
    Vec<float, N> x(0.0f), y;
    if (t < lines) x = in.read();
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      const float near = held[D - 1][i], far = held[2 * D - 1][i];
      y[i] = hadamard_scaled<B>(hadamard_sum(sums ? near : far, sums ? x[i] : near, !sums));
      for (int k = 2 * D - 1; k > 0; --k) {
#pragma HLS unroll
        held[k][i] = held[k - 1][i];
      }
      held[0][i] = x[i];
    }
    if (t >= D) out.write(y);
  }
}

/// Pipelined form, a stage between lines of a large distance.
/// N: lanes of a line. LINES: lines of a token, a multiple of 2*D. D: distance in lines, a power of two from 8 on. B:
/// channels of a block if this is its last stage, else 1.
/// Cycles: tokens*LINES + D; the first line leaves after D others.
/// KEPT: where the two halves are kept.
template <int N, int LINES, int D, int B = 1, Storage KEPT = Storage::automatic>
void hadamard_far(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int tokens) {
  static_assert(is_power_of_two(D) && D >= HADAMARD_FAR,
                "hadamard_far: D must be a power of two from 8 on; use hadamard_near");
  static_assert(LINES > 0 && LINES % (2 * D) == 0,
                "hadamard_far: a token must have a multiple of 2*D lines; pair its channels between lanes");
  FLEXLLM_BUFFER float first[D][N];
  FLEXLLM_BUFFER float second[D][N];
#pragma HLS array_reshape variable=first dim=2 complete
#pragma HLS array_reshape variable=second dim=2 complete
  keep_in<KEPT>(first);
  keep_in<KEPT>(second);
  // What an iteration writes is read D iterations later and not before, which the tool cannot see of a masked address.
  // What is written comes straight from the stream, behind the reading by fewer cycles than the least D. Within an
  // iteration the old line is read before the new one takes its place: that dependence stays.
#pragma HLS dependence variable=first inter false
#pragma HLS dependence variable=second inter false
  const int lines = tokens * LINES;
  for (int t = 0; t < lines + D; ++t) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const bool sums = (t & D) != 0;
    const int at = t & (D - 1);
    Vec<float, N> x(0.0f), y;
    if (t < lines) x = in.read();
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      const float a = first[at][i], b = second[at][i];
      y[i] = hadamard_scaled<B>(hadamard_sum(a, sums ? x[i] : b, !sums));
      if (sums) second[at][i] = x[i];
      else first[at][i] = x[i];
    }
    if (t >= D) out.write(y);
  }
}

/// Pipelined form, STAGES stages between the lanes of each line, of distance D, 2*D, and so on.
/// N: lanes of a line, a multiple of 2*D for the largest distance. LINES: lines of a token, at least 1. D: least
/// distance in lanes, a power of two. STAGES: stages, N*STAGES at most 128 where they are several. B: channels of a
/// block if the last one is its last stage, else 1.
/// Cycles: tokens*LINES.
template <int N, int LINES, int D, int STAGES, int B = 1>
void hadamard_across(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int tokens) {
  static_assert(is_power_of_two(D) && STAGES >= 1 && N % (D << STAGES) == 0,
                "hadamard_across: N must be a multiple of 2*D for the largest distance; interleave 2^n lanes");
  static_assert(STAGES == 1 || N * STAGES <= HADAMARD_ADDERS,
                "hadamard_across: a loop of more than 128 adders; use a process per stage");
  static_assert(LINES > 0, "hadamard_across: a token has at least one line; give its lines");
  const int lines = tokens * LINES;
  for (int t = 0; t < lines; ++t) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<float, N> x = in.read();
    float y[N];
#pragma HLS array_partition variable=y dim=1 complete
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      y[i] = x[i];
    }
    for (int stage = 0; stage < STAGES; ++stage) {
#pragma HLS unroll
      const int distance = D << stage;
      float z[N];
#pragma HLS array_partition variable=z dim=1 complete
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        z[i] = y[i];
      }
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        y[i] = (i & distance) != 0 ? z[i & ~distance] - z[i] : z[i] + z[i | distance];
      }
    }
    Vec<float, N> result;
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      result[i] = hadamard_scaled<B>(y[i]);
    }
    out.write(result);
  }
}

}  // namespace flexllm
