// Weights whose input channels share scales in groups: integers of 4 bits, by which the sum of a group is multiplied.
// They lie in memory among the weights: the scales of BATCH groups in front of the weights of these groups.
#pragma once
#include "types.hpp"

namespace flexllm {

/// The scale of a group, in units of the scale of the output channel.
using GroupScale = ap_uint<4>;

/// The element that the sum of a group, times its scale, is a sum of: a weight times a scale.
/// TW: element of the weights, an integer.
template <typename TW> using Scaled = ap_int<Element<TW>::bits + 4>;

/// The sum of a group times its scale.
/// SUM: what the sums of groups are kept in. T: the same for the group.
template <typename SUM, typename T> inline SUM scaled_sum(const T& sum, const GroupScale& scale) {
  return SUM(sum * Reg<5>(static_cast<int>(native(scale))));
}

/// How the scales of COLS outputs lie in memory words of the size of N weights: those of BATCH groups in WORDS words.
/// TW: element of the weights. N: weights of a word. COLS: outputs of a word.
template <typename TW, int N, int COLS> struct GroupWords {
  static constexpr int ELEMENTS = 2 * WordOf<TW, N>::bytes;
  static constexpr int BATCH = ELEMENTS >= COLS ? ELEMENTS / COLS : 1;
  static constexpr int WORDS = ceil_div(COLS, ELEMENTS);
};

/// Parts the words of a memory port into scales and weights: `rounds` times `groups` groups of `steps` words of
/// weights. The scales of a group leave together with its first word.
/// Cycles: rounds*(groups*steps + ceil(groups/BATCH)*WORDS), BATCH and WORDS: see GroupWords.
/// TW: element of the weights, an integer of 2 (ternary), 3 (odd) or 4 bits. N: weights of a word. COLS: outputs of a
/// word.
template <typename TW, int N, int COLS>
void part_groups(hls::stream<WordFor<TW, N>>& in, hls::stream<WordFor<TW, N>>& weights,
                 hls::stream<Vec<GroupScale, COLS>>& scales, int rounds, int groups, int steps) {
#pragma HLS inline
  static_assert(!Element<TW>::is_float && Element<TW>::bits <= 4,
                "part_groups: groups have scales for weights of 2 and 4 bits; use ap_int<2>, <3> (odd) or <4>");
  using G = GroupWords<TW, N, COLS>;
  using W = WordFor<TW, N>;
  constexpr int PER_WORD = G::WORDS > 1 ? G::ELEMENTS : COLS;
  const int batches = (groups + G::BATCH - 1) / G::BATCH;
  const int count = rounds * (groups * steps + batches * G::WORDS);
  Vec<GroupScale, COLS> held[G::BATCH];
#pragma HLS array_partition variable=held dim=0 complete
  for (int b = 0; b < G::BATCH; ++b) {
#pragma HLS unroll
    for (int j = 0; j < COLS; ++j) {
#pragma HLS unroll
      held[b][j] = 0;
    }
  }
  int word = 0;                     // words of scales that have come of a batch
  int step = 0, own = 0, group = 0;  // of a group its words, of a batch its groups, of a round its groups
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const W x = in.read();
    if (word < G::WORDS) {
      for (int b = 0; b < G::BATCH; ++b) {
#pragma HLS unroll
        for (int j = 0; j < COLS; ++j) {
#pragma HLS unroll
          if (j / PER_WORD == word) {
            const int e = b * COLS + j % PER_WORD;
            const unsigned pair = static_cast<unsigned>(x[e >> 1]);
            held[b][j] = GroupScale((e & 1) ? pair >> 4 : pair & 15u);
          }
        }
      }
      ++word;
    } else {
      if (step == 0) {
        scales.write(held[0]);
        for (int b = 0; b + 1 < G::BATCH; ++b) {
#pragma HLS unroll
          held[b] = held[b + 1];
        }
      }
      weights.write(x);
      if (step == steps - 1) {
        step = 0;
        const bool last = group == groups - 1;
        if (last || own == G::BATCH - 1) {
          own = 0;
          word = 0;
        } else {
          ++own;
        }
        group = last ? 0 : group + 1;
      } else {
        ++step;
      }
    }
  }
}

/// Hands the elements FIRST to FIRST + CB - 1 of a vector to a block, those behind them to the next.
/// T: element. CB: elements for a block. N: elements for all blocks. FIRST: element.
template <typename T, int CB, int N, int FIRST> inline void deal_lanes(const Vec<T, N>&) {}
/// The same with a block left. T, CB, N, FIRST: see above. Rest: streams of the blocks behind it.
template <typename T, int CB, int N, int FIRST, typename... Rest>
inline void deal_lanes(const Vec<T, N>& all, hls::stream<Vec<T, CB>>& block, Rest&... rest) {
  Vec<T, CB> own;
  for (int j = 0; j < CB; ++j) {
#pragma HLS unroll
    own[j] = all[FIRST + j];
  }
  block.write(own);
  deal_lanes<T, CB, N, FIRST + CB>(all, rest...);
}

/// Parts the scales of a memory port: those of CB neighbouring columns for each block.
/// CB: columns of a block. N: columns of all blocks. Rest: streams of the other blocks. Cycles: count.
template <int CB, int N, typename... Rest>
void deal_groups(int count, hls::stream<Vec<GroupScale, N>>& in, hls::stream<Vec<GroupScale, CB>>& block0,
                 Rest&... rest) {
#pragma HLS inline
  static_assert(N == CB * (1 + static_cast<int>(sizeof...(Rest))),
                "deal_groups: a vector must hold CB scales for each block; choose CB from the divisors of N");
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<GroupScale, N> all = in.read();
    deal_lanes<GroupScale, CB, N, 0>(all, block0, rest...);
  }
}

}  // namespace flexllm
