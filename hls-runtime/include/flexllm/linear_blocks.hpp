// Linear layer of the prefill stage as a row of column blocks: each a process with at most 128 multipliers.
//
//   feed -> block 0 -> block 1 -> ... -> block B-1      activations of TP tokens, one channel per cycle, handed on
//   ports -> deal ---^----------^--- ... ---^            weights, CB columns each
//             |          |                 |
//             +-------> join 1 -> ... -> join B-1 ->    results, one column of TP tokens per vector
//
// Columns t*B*CB + b*CB and the CB - 1 behind it are of block b in tile t. All of it is exact, so the order of
// additions does not matter.
#pragma once
#include "linear_slices.hpp"

namespace flexllm {

/// Sends the k activations of each of `blocks` blocks of tokens `tiles` times: as they come, and then from a buffer.
/// TA: element of the activations. TP: tokens side by side. MAXK: most channels. KEPT: where the activations are kept.
/// Cycles: blocks*tiles*k.
template <typename TA, int TP, int MAXK, Storage KEPT = Storage::automatic>
void blocks_feed(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TA, TP>>& out, int blocks, int k, int tiles) {
#pragma HLS inline
  FLEXLLM_REQUIRE(k <= MAXK, "blocks_feed: k exceeds MAXK; raise MAXK");
  FLEXLLM_BUFFER TA buffer[MAXK][TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  for (int b = 0; b < blocks; ++b) {
    for (int c = 0; c < k; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TA, TP> x = in.read();
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        buffer[c][i] = x[i];
      }
      out.write(x);
    }
    int at = 0;
    for (int c = 0; c < (tiles - 1) * k; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<TA, TP> x;
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        x[i] = buffer[at][i];
      }
      out.write(x);
      at = at == k - 1 ? 0 : at + 1;
    }
  }
}

/// Hands the columns FIRST to FIRST + CB - 1 of a word to a block, those behind it to the next.
/// TW: element of the weights. CB: columns of a block. N: weights of a word. FIRST: column.
template <typename TW, int CB, int N, int FIRST> inline void deal_word(const WordFor<TW, N>&) {}
/// The same with a block left. TW, CB, N, FIRST: see above. Rest: streams of the blocks behind it.
template <typename TW, int CB, int N, int FIRST, typename... Rest>
inline void deal_word(const WordFor<TW, N>& word, hls::stream<Vec<TW, CB>>& block, Rest&... rest) {
  Vec<TW, CB> columns;
  for (int j = 0; j < CB; ++j) {
#pragma HLS unroll
    columns[j] = word_get<TW, N>(word, FIRST + j);
  }
  block.write(columns);
  deal_word<TW, CB, N, FIRST + CB>(word, rest...);
}

/// Parts the words of a memory port: CB neighbouring columns for each block.
/// TW: element of the weights. CB: columns of a block. N: weights of a word, CB for each block. Rest: streams of the
/// other blocks. Cycles: count.
template <typename TW, int CB, int N, typename... Rest>
void deal_columns(int count, hls::stream<WordFor<TW, N>>& w, hls::stream<Vec<TW, CB>>& block0, Rest&... rest) {
#pragma HLS inline
  static_assert(N == CB * (1 + static_cast<int>(sizeof...(Rest))),
                "deal_columns: a word must hold CB columns for each block; choose CB from the divisors of N");
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const WordFor<TW, N> word = w.read();
    deal_word<TW, CB, N, 0>(word, block0, rest...);
  }
}

/// The body of all kinds of blocks: `next` gets what `in` brings where there is a block behind this one. Sums are taken
/// at the end of each group of `group` channels: of all of them without groups.
/// TA, TW, TP, CB, MAXN, MAXK: see grouped_block, MAXN for its MAXG. FORWARD: there is a block behind this one. Scales:
/// the stream of scales of groups, or none.
template <typename TA, typename TW, int TP, int CB, int MAXN, int MAXK, bool FORWARD, typename... Scales>
void block_body(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w, hls::stream<Vec<TA, TP>>& next,
                hls::stream<Vec<AccFor<TA, typename Summand<TW, (sizeof...(Scales) > 0)>::type, MAXK>, TP>>& out,
                int blocks, int k, int tiles, int own, int last, int group, Scales&... scales) {
#pragma HLS inline
  constexpr bool GROUPED = sizeof...(Scales) > 0;
  using TS = typename Summand<TW, GROUPED>::type;
  static_assert(CB >= 2 && CB % 2 == 0, "column_block: columns work in pairs; choose an even CB");
  static_assert(TP * CB <= 128, "column_block: a block has at most 128 multipliers; choose a smaller CB");
  FLEXLLM_REQUIRE(group <= MAXN, "column_block: k exceeds MAXK; raise MAXK");
  FLEXLLM_REQUIRE(!GROUPED || group >= CB, "grouped_block: a group has fewer channels than columns; lower CB");
  using P = RunningPair<TA, TW, MAXN, PairSum<TA, TW, MAXN>::packed>;
  using M = Mac<TA, TS, MAXK>;
  using Group = Mac<TA, TW, GROUPED ? MAXN : MAXK>;
  using Result = AccFor<TA, TS, MAXK>;
  constexpr int PAIRS = CB / 2;
  typename P::Sums sums[TP][PAIRS];
  typename P::Sums done[TP][PAIRS];  // sums of the finished tile
#pragma HLS array_partition variable=sums dim=0 complete
#pragma HLS array_partition variable=done dim=0 complete
  for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
    for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
      sums[i][p] = P::zero();
      done[i][p] = P::zero();
    }
  }
  // C-simulation: sums of each column for itself (see whole_words).
  constexpr bool by_words = whole_words && !Element<TA>::is_float;
  typename Group::Sum total[TP][CB], total_done[TP][CB];
  if constexpr (by_words) {
    clear(total);
    clear(total_done);
  }
  // Groups: their scales, and of each column the sums of those that are complete.
  Vec<GroupScale, CB> scale;
  typename M::Sum scaled[CB][TP];
#pragma HLS array_partition variable=scaled dim=0 complete
  clear(scaled);
  for (int j = 0; j < CB; ++j) {
#pragma HLS unroll
    scale[j] = 0;
  }
  const int rounds = blocks * tiles;
  const int period = k > CB ? k : CB;
  const int cycles = rounds == 0 ? 0 : (rounds - 1) * period + k + CB;
  int at = 0, round = 0, tile = 0;        // input side: position in the period, tile in all and of the block of tokens
  int in_group = 0;                       // and position in the group
  int drained = CB, wanted = 0;           // output side: column of the finished group, columns that are wanted of it
  int summed = 0;                         // and channels of the tile that are summed with it
  for (int c = 0; c < cycles; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    // Output side: one column of the finished group, or tile, per cycle.
    if (drained < CB) {
      Vec<Result, TP> y;
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        typename Group::Sum sum = 0;
        if constexpr (by_words) {
          sum = total_done[i][drained];
        } else {
          const typename P::Sums pair = done[i][drained >> 1];
          sum = (drained & 1) ? P::high(pair) : P::low(pair);
        }
        if constexpr (GROUPED) {
          using Sum = typename M::Sum;
          scaled[drained][i] =
              M::add(summed == group ? Sum(0) : scaled[drained][i], scaled_sum<Sum>(sum, scale[drained]));
          y[i] = M::result(scaled[drained][i]);
        } else {
          y[i] = M::result(sum);
        }
      }
      if (drained < wanted) out.write(y);
      ++drained;
    }
    // Input side.
    if (round < rounds && at < k) {
      const Vec<TA, TP> x = in.read();
      if constexpr (FORWARD) next.write(x);
      const Vec<TW, CB> columns = w.read();
      if constexpr (by_words) {
        signed char weights[CB];
        for (int j = 0; j < CB; ++j) weights[j] = static_cast<signed char>(native(columns[j]));
        for (int i = 0; i < TP; ++i) {
          const int a = native(x[i]);
          for (int j = 0; j < CB; ++j) total[i][j] += a * weights[j];
        }
      } else {
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          const typename P::Activation a = P::activation(x[i]);
          for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
            sums[i][p] = P::next(in_group == 0, sums[i][p], a, columns[2 * p], columns[2 * p + 1]);
          }
        }
      }
      if (in_group == group - 1) {
        drained = 0;
        summed = at + 1;
        wanted = 0;
        if constexpr (GROUPED) scale = read_scales<CB>(scales...);
        if (at == k - 1) {
          wanted = tile == tiles - 1 ? last : own;
          tile = tile == tiles - 1 ? 0 : tile + 1;
        }
        if constexpr (by_words) {
          for (int i = 0; i < TP; ++i)
            for (int j = 0; j < CB; ++j) total_done[i][j] = total[i][j];
          clear(total);
        } else {
          for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
            for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
              done[i][p] = sums[i][p];
            }
          }
        }
      }
      in_group = in_group == group - 1 ? 0 : in_group + 1;
    }
    if (at == period - 1) {
      at = 0;
      ++round;
    } else {
      ++at;
    }
  }
  if constexpr (!FORWARD) static_cast<void>(next);
}

/// A block with another one behind it: for `blocks` blocks of TP tokens and `tiles` tiles each, k channels come, each
/// of TP activations and CB weights that are all multiplied with one another; then results leave, one column of TP
/// tokens per vector: `own` of them, `last` in the last tile, at most CB.
/// Cycles: (blocks*tiles-1)*max(k, CB) + k + CB; none if there are no blocks.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits, the weights odd ap_int<3>,
/// ap_int<4> or ap_int<8>. TP: tokens side by side. CB: columns, even; TP*CB at most 128. MAXK: most channels.
template <typename TA, typename TW, int TP, int CB, int MAXK>
void column_block(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w, hls::stream<Vec<TA, TP>>& next,
                  hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int tiles, int own, int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, true>(in, w, next, out, blocks, k, tiles, own, last, k);
}

/// The last block of the row. TA, TW, TP, CB, MAXK and cycles: see column_block.
template <typename TA, typename TW, int TP, int CB, int MAXK>
void column_block_last(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w,
                       hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int tiles, int own,
                       int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, false>(in, w, in, out, blocks, k, tiles, own, last, k);
}

/// A block whose weights have scales in groups of `group` channels, at least CB, which divide k: the sums of a group
/// are multiplied by its scales and added up. Cycles: see column_block.
/// TA, TW, TP, CB, MAXK: see column_block, the weights odd ap_int<3> or ap_int<4>. MAXG: most channels of a group.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK>
void grouped_block(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w, hls::stream<Vec<GroupScale, CB>>& scales,
                   hls::stream<Vec<TA, TP>>& next, hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks,
                   int k, int tiles, int own, int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, true>(in, w, next, out, blocks, k, tiles, own, last, group, scales);
}

/// The last one of a row. TA, TW, TP, CB, MAXG, MAXK and cycles: see grouped_block.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK>
void grouped_block_last(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w,
                        hls::stream<Vec<GroupScale, CB>>& scales,
                        hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks, int k, int tiles, int own,
                        int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, false>(in, w, in, out, blocks, k, tiles, own, last, group, scales);
}

/// Joins the results of a block with those of the blocks in front of it: per tile `before` vectors of theirs, then
/// `own`; in the last tile of a block of tokens `last_before` and `last_own`.
/// T: what the streams carry. Cycles: blocks*((tiles-1)*(before+own) + last_before + last_own).
template <typename T>
void blocks_join(hls::stream<T>& earlier, hls::stream<T>& own_results, hls::stream<T>& out, int blocks, int tiles,
                 int before, int own, int last_before, int last_own) {
#pragma HLS inline
  const int count = blocks * ((tiles - 1) * (before + own) + last_before + last_own);
  int at = 0, tile = 0;
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const bool final_tile = tile == tiles - 1;
    const int theirs = final_tile ? last_before : before;
    const int all = theirs + (final_tile ? last_own : own);
    if (at < theirs) out.write(earlier.read());
    else out.write(own_results.read());
    if (at == all - 1) {
      at = 0;
      tile = final_tile ? 0 : tile + 1;
    } else {
      ++at;
    }
  }
}

}  // namespace flexllm
