// Weights of 6 bits in memory. Their words, three bytes for four weights, lie there one after the other without gaps,
// whatever the width of a port: a process behind the port finds them.
#pragma once
#include "types.hpp"

namespace flexllm {

/// What a memory port brings in a cycle for words of N weights of 6 bits: a power of two of bytes, at most 64.
/// TW: element of the weights, ap_int<6>. N: weights of a word.
template <typename TW, int N> using PortWordFor = Word<WordOf<TW, N>::port_bytes>;

/// Makes words of weights out of words of a memory port, `rounds` times `count`; a round begins with a word of the
/// port, of which the last one may hold more than the round takes. Three words of a port hold four words of weights
/// where these have at most 64 weights, and two where they have 128.
/// Cycles: rounds*max(count, ceil(count*W/P)), W and P being the bytes of both kinds of words.
/// TW: element of the weights, ap_int<6>. N: weights of a word, at most 128.
template <typename TW, int N>
void unpack_six(hls::stream<PortWordFor<TW, N>>& in, hls::stream<WordFor<TW, N>>& out, int rounds, int count) {
#pragma HLS inline
  static_assert(Element<TW>::bits == 6 && Element<TW>::is_signed,
                "unpack_six: only words of 6-bit weights lie in memory without gaps; use ap_int<6>");
  static_assert(N <= 128, "unpack_six: a word has at most 128 weights; use more ports or fewer lanes");
  // Both kinds of words in thirds of a word of weights: four come at a time, or two.
  constexpr int THIRD = WordOf<TW, N>::bytes / 3;
  constexpr int COME = WordOf<TW, N>::port_bytes / THIRD;
  const int words = COME == 4 ? count : (3 * count + 1) / 2;  // cycles of a round: a word leaves, or one comes, in each
  const int cycles = rounds * words;
  ap_uint<8> held[3][THIRD];
#pragma HLS array_partition variable=held dim=0 complete
  clear(held);
  PortWordFor<TW, N> word;
  for (int b = 0; b < COME * THIRD; ++b) {
#pragma HLS unroll
    word[b] = 0;
  }
  int have = 0, at = 0;  // thirds that are held, cycle of the round
  for (int c = 0; c < cycles; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const bool comes = have < 3;
    if (comes) word = in.read();
    WordFor<TW, N> weights;
    for (int t = 0; t < 3; ++t) {
#pragma HLS unroll
      for (int b = 0; b < THIRD; ++b) {
#pragma HLS unroll
        // Third t is held, or third t - have of the word that came.
        ap_uint<8> byte = held[t][b];
        for (int h = 0; h < 3; ++h) {
#pragma HLS unroll
          if (h == have && t >= h && t - h < COME) byte = word[(t >= h && t - h < COME ? t - h : 0) * THIRD + b];
        }
        weights[t * THIRD + b] = byte;
      }
    }
    const int all = comes ? have + COME : have;
    if (all >= 3) {
      out.write(weights);
      for (int t = 0; t < 3; ++t) {
#pragma HLS unroll
        for (int b = 0; b < THIRD; ++b) {
#pragma HLS unroll
          for (int h = 0; h < 3; ++h) {
#pragma HLS unroll
            if (h == have && t + 3 - h < COME) held[t][b] = word[(t + 3 - h < COME ? t + 3 - h : 0) * THIRD + b];
          }
        }
      }
    } else {
      for (int t = 0; t < 3; ++t) {
#pragma HLS unroll
        for (int b = 0; b < THIRD; ++b) {
#pragma HLS unroll
          held[t][b] = weights[t * THIRD + b];
        }
      }
    }
    const bool last = at == words - 1;
    have = last ? 0 : all >= 3 ? all - 3 : all;
    at = last ? 0 : at + 1;
  }
}

}  // namespace flexllm
