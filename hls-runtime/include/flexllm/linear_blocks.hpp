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
/// R: neighbouring channels that are sent together, a divisor of k and MAXK.
/// Cycles: blocks*(k + (tiles-1)*k/R).
template <typename TA, int TP, int MAXK, Storage KEPT = Storage::automatic, int R = 1>
void blocks_feed(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TA, R * TP>>& out, int blocks, int k, int tiles) {
#pragma HLS inline
  FLEXLLM_REQUIRE(k <= MAXK, "blocks_feed: k exceeds MAXK; raise MAXK");
  FLEXLLM_REQUIRE(k % R == 0, "blocks_feed: R channels are sent together; choose R from the divisors of k");
  static_assert(MAXK % R == 0, "blocks_feed: R channels are kept together; choose R from the divisors of MAXK");
  FLEXLLM_BUFFER TA buffer[MAXK / R][R * TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  const int steps = k / R;
  for (int b = 0; b < blocks; ++b) {
    Vec<TA, R * TP> y;
    for (int i = 0; i < R * TP; ++i) {
#pragma HLS unroll
      y[i] = 0;
    }
    int part = 0, step = 0;
    for (int c = 0; c < k; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TA, TP> x = in.read();
      for (int i = 0; i < (R - 1) * TP; ++i) {
#pragma HLS unroll
        y[i] = y[i + TP];
      }
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        y[(R - 1) * TP + i] = x[i];
      }
      if (part == R - 1) {
        for (int i = 0; i < R * TP; ++i) {
#pragma HLS unroll
          buffer[step][i] = y[i];
        }
        out.write(y);
        part = 0;
        ++step;
      } else {
        ++part;
      }
    }
    int at = 0;
    for (int c = 0; c < (tiles - 1) * steps; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<TA, R * TP> x;
      for (int i = 0; i < R * TP; ++i) {
#pragma HLS unroll
        x[i] = buffer[at][i];
      }
      out.write(x);
      at = at == steps - 1 ? 0 : at + 1;
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
  static_assert(word_per_cycle<TW, N>,
                "deal_columns: a port brings at most 64 weights of 6 bits per cycle; use more ports");
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const WordFor<TW, N> word = w.read();
    deal_word<TW, CB, N, 0>(word, block0, rest...);
  }
}

/// Whether two tokens share the multiplier of a weight: products that grow in the DSP, or at least signed activations.
/// TA, TW: elements of activations and weights. TP: tokens. MAXN: most products that are added.
template <typename TA, typename TW, int TP, int MAXN> struct TokenPair {
  static constexpr bool value = TP % 2 == 0 && (PairSum<TW, TA, MAXN>::packed || Element<TA>::is_signed);
};

/// The two sums of a multiplier: those of two columns that share activations or have one each, or of two tokens.
/// TA, TW, MAXN: see RunningPair. SHARE: columns that share activations. BY_TOKENS: two tokens.
template <typename TA, typename TW, int MAXN, int SHARE, bool BY_TOKENS> struct BlockPair {
  using type = typename SlicePair<TA, TW, MAXN, SHARE>::type;
};
template <typename TA, typename TW, int MAXN, int SHARE> struct BlockPair<TA, TW, MAXN, SHARE, true> {
  using type = RunningPair<TW, TA, MAXN, PairSum<TW, TA, MAXN>::packed>;
};

/// The activations of the channel that an index chooses from a block of channels.
/// S: the pattern. TA: element. TP: tokens. V: a vector of S::of*TP elements. I: index.
template <typename S, typename TA, int TP, typename V, typename I>
inline Vec<TA, TP> channel_of(const V& block, const I& index) {
  Vec<TA, TP> x;
  for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
    x[i] = block[i];
    for (int m = 1; m < S::of; ++m) {
#pragma HLS unroll
      if (index == m) x[i] = block[m * TP + i];
    }
  }
  return x;
}

/// The body of all kinds of blocks: `next` gets what `in` brings where there is a block behind this one. Sums are taken
/// at the end of each group of `group` channels: of all of them without groups.
/// With sparsity, the activations of a block of channels arrive while those of the one before are chosen from.
/// TA, TW, TP, CB, MAXN, MAXK: see grouped_block, MAXN for its MAXG. S: which weights are left out, Dense or Sparse.
/// GROUPED: weights have scales in groups. FORWARD: there is a block behind this one. Beside: the stream of scales of
/// groups, if there are any, and that of indices.
template <typename TA, typename TW, int TP, int CB, int MAXN, int MAXK, typename S, bool GROUPED, bool FORWARD,
          typename... Beside>
void block_body(hls::stream<Vec<TA, S::ratio * TP>>& in, hls::stream<Vec<TW, CB>>& w,
                hls::stream<Vec<TA, S::ratio * TP>>& next,
                hls::stream<Vec<AccFor<TA, typename Summand<TW, GROUPED>::type, MAXK>, TP>>& out, int blocks, int k,
                int tiles, int own, int last, int group, Beside&... beside) {
#pragma HLS inline
  constexpr bool SPARSE = S::ratio > 1;
  // Two products in a DSP are of two columns, or of two tokens where every column has activations of its own.
  constexpr bool BY_TOKENS = S::share == 1 && TokenPair<TA, TW, TP, MAXN>::value;
  constexpr int VECTOR = S::ratio * TP;
  using TS = typename Summand<TW, GROUPED>::type;
  static_assert(!(SPARSE && is_ternary<TW>), "sparse_block: ternary weights have zeros of their own; use column_block");
  static_assert(CB >= 2 && CB % 2 == 0, "column_block: columns work in pairs; choose an even CB");
  static_assert(TP * CB <= 128, "column_block: a block has at most 128 multipliers; choose a smaller CB");
  FLEXLLM_REQUIRE(group <= MAXN, "column_block: k exceeds MAXK; raise MAXK");
  FLEXLLM_REQUIRE(!GROUPED || group >= CB, "grouped_block: a group has fewer channels than columns; lower CB");
  using P = typename BlockPair<TA, TW, MAXN, S::share, BY_TOKENS>::type;
  using M = Mac<TA, TS, MAXK>;
  using Group = Mac<TA, TW, GROUPED ? MAXN : MAXK>;
  using Result = AccFor<TA, TS, MAXK>;
  constexpr int ROWS = BY_TOKENS ? TP / 2 : TP, PAIRS = BY_TOKENS ? CB : CB / 2;
  typename P::Sums sums[ROWS][PAIRS];
  typename P::Sums done[ROWS][PAIRS];  // sums of the finished tile
#pragma HLS array_partition variable=sums dim=0 complete
#pragma HLS array_partition variable=done dim=0 complete
  for (int i = 0; i < ROWS; ++i) {
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
  // Sparsity: the activations of a block of channels that arrive, and those of the block that is chosen from.
  constexpr int LAG = S::keep - 1;
  Vec<TA, S::of * TP> arriving, current;
  for (int i = 0; i < S::of * TP; ++i) {
#pragma HLS unroll
    arriving[i] = 0;
    current[i] = 0;
  }
  const int rounds = blocks * tiles;
  const int period = k > CB ? k : CB;
  const int cycles = rounds == 0 ? 0 : (rounds - 1) * period + k + CB + LAG;
  int come = 0, turn = 0;                 // activations: position in the period, tile in all
  int at = 0, round = 0, tile = 0;        // input side: position in the period, tile in all and of the block of tokens
  int in_group = 0, in_block = 0;         // and position in the group, and in the block of channels
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
          const typename P::Sums pair = BY_TOKENS ? done[i >> 1][drained] : done[i][drained >> 1];
          sum = ((BY_TOKENS ? i : drained) & 1) ? P::high(pair) : P::low(pair);
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
    Vec<TA, VECTOR> x;
    for (int i = 0; i < VECTOR; ++i) {
#pragma HLS unroll
      x[i] = 0;
    }
    if (turn < rounds && come < k) {
      x = in.read();
      if constexpr (FORWARD) next.write(x);
    }
    if (come == period - 1) {
      come = 0;
      ++turn;
    } else {
      ++come;
    }
    if constexpr (SPARSE) {
      for (int i = 0; i < (S::of - S::ratio) * TP; ++i) {
#pragma HLS unroll
        arriving[i] = arriving[i + VECTOR];
      }
      for (int i = 0; i < VECTOR; ++i) {
#pragma HLS unroll
        arriving[(S::of - S::ratio) * TP + i] = x[i];
      }
      if (in_block == 0) current = arriving;
    }
    if (c >= LAG && round < rounds && at < k) {
      const Vec<TW, CB> columns = w.read();
      if constexpr (SPARSE) {
        const IndicesFor<S, CB> index = last_of(beside...).read();
        if constexpr (by_words) {
          for (int i = 0; i < TP; ++i)
            for (int j = 0; j < CB; ++j)
              total[i][j] += native(current[static_cast<int>(index[j / S::share]) * TP + i]) * native(columns[j]);
        } else {
          for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
            const Vec<TA, TP> a = channel_of<S, TA, TP>(current, index[BY_TOKENS ? p : 2 * p / S::share]);
            const Vec<TA, TP> b = channel_of<S, TA, TP>(current, index[BY_TOKENS ? p : (2 * p + 1) / S::share]);
            for (int i = 0; i < ROWS; ++i) {
#pragma HLS unroll
              typename P::Sums& pair = sums[i][p];
              if constexpr (BY_TOKENS)
                pair = P::next(in_group == 0, pair, P::activation(columns[p]), a[2 * i], a[2 * i + 1]);
              else if constexpr (S::share == 2)
                pair = P::next(in_group == 0, pair, P::activation(a[i]), columns[2 * p], columns[2 * p + 1]);
              else
                pair = P::next(in_group == 0, pair, a[i], b[i], columns[2 * p], columns[2 * p + 1]);
            }
            static_cast<void>(b);
          }
        }
        in_block = in_block == S::keep - 1 ? 0 : in_block + 1;
      } else if constexpr (by_words) {
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
        if constexpr (GROUPED) scale = first_of(beside...).read();
        if (at == k - 1) {
          wanted = tile == tiles - 1 ? last : own;
          tile = tile == tiles - 1 ? 0 : tile + 1;
        }
        if constexpr (by_words) {
          for (int i = 0; i < TP; ++i)
            for (int j = 0; j < CB; ++j) total_done[i][j] = total[i][j];
          clear(total);
        } else {
          for (int i = 0; i < ROWS; ++i) {
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
    if (c >= LAG) {
      if (at == period - 1) {
        at = 0;
        ++round;
      } else {
        ++at;
      }
    }
  }
  if constexpr (!FORWARD) static_cast<void>(next);
}

/// A block with another one behind it: for `blocks` blocks of TP tokens and `tiles` tiles each, k channels come, each
/// of TP activations and CB weights that are all multiplied with one another; then results leave, one column of TP
/// tokens per vector: `own` of them, `last` in the last tile, at most CB.
/// Cycles: (blocks*tiles-1)*max(k, CB) + k + CB; none if there are no blocks.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits, the weights ternary
/// ap_int<2>, odd ap_int<3>, ap_int<4>, <6> or <8>. TP: tokens side by side. CB: columns, even; TP*CB at most 128.
/// MAXK: most channels.
template <typename TA, typename TW, int TP, int CB, int MAXK>
void column_block(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w, hls::stream<Vec<TA, TP>>& next,
                  hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int tiles, int own, int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, Dense, false, true>(in, w, next, out, blocks, k, tiles, own, last, k);
}

/// The last block of the row. TA, TW, TP, CB, MAXK and cycles: see column_block.
template <typename TA, typename TW, int TP, int CB, int MAXK>
void column_block_last(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w,
                       hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int tiles, int own,
                       int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, Dense, false, false>(in, w, in, out, blocks, k, tiles, own, last, k);
}

/// A block whose weights have scales in groups of `group` channels, at least CB, which divide k: the sums of a group
/// are multiplied by its scales and added up. Cycles: see column_block.
/// TA, TW, TP, CB, MAXK: see column_block, the weights of at most 4 bits. MAXG: most channels of a group.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK>
void grouped_block(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w, hls::stream<Vec<GroupScale, CB>>& scales,
                   hls::stream<Vec<TA, TP>>& next, hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks,
                   int k, int tiles, int own, int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, Dense, true, true>(in, w, next, out, blocks, k, tiles, own, last, group,
                                                            scales);
}

/// The last one of a row. TA, TW, TP, CB, MAXG, MAXK and cycles: see grouped_block.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK>
void grouped_block_last(hls::stream<Vec<TA, TP>>& in, hls::stream<Vec<TW, CB>>& w,
                        hls::stream<Vec<GroupScale, CB>>& scales,
                        hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks, int k, int tiles, int own,
                        int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, Dense, true, false>(in, w, in, out, blocks, k, tiles, own, last, group,
                                                             scales);
}

/// A block whose weights leave out others: k stored channels, of which OF/KEEP times as many come, OF/KEEP at a time;
/// the indices of each choose the channel for every column.
/// Cycles: (blocks*tiles-1)*max(k, CB) + k + CB + KEEP - 1; none if there are no blocks.
/// TA, TW, TP, CB: see column_block, both integers. MAXK: most stored channels. S: the pattern, Sparse.
template <typename TA, typename TW, int TP, int CB, int MAXK, typename S>
void sparse_block(hls::stream<Vec<TA, S::ratio * TP>>& in, hls::stream<Vec<TW, CB>>& w,
                  hls::stream<IndicesFor<S, CB>>& indices, hls::stream<Vec<TA, S::ratio * TP>>& next,
                  hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int tiles, int own, int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, S, false, true>(in, w, next, out, blocks, k, tiles, own, last, k, indices);
}

/// The last one of a row. TA, TW, TP, CB, MAXK, S and cycles: see sparse_block.
template <typename TA, typename TW, int TP, int CB, int MAXK, typename S>
void sparse_block_last(hls::stream<Vec<TA, S::ratio * TP>>& in, hls::stream<Vec<TW, CB>>& w,
                       hls::stream<IndicesFor<S, CB>>& indices, hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out,
                       int blocks, int k, int tiles, int own, int last) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXK, MAXK, S, false, false>(in, w, in, out, blocks, k, tiles, own, last, k, indices);
}

/// A block whose weights leave out others and have scales in groups of `group` stored channels, at least CB, which
/// divide k. Cycles: see sparse_block.
/// TA, TW, TP, CB, MAXK, S: see sparse_block, the weights odd ap_int<3> or ap_int<4>. MAXG: most channels of a group.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK, typename S>
void grouped_sparse_block(hls::stream<Vec<TA, S::ratio * TP>>& in, hls::stream<Vec<TW, CB>>& w,
                          hls::stream<Vec<GroupScale, CB>>& scales, hls::stream<IndicesFor<S, CB>>& indices,
                          hls::stream<Vec<TA, S::ratio * TP>>& next,
                          hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks, int k, int tiles,
                          int own, int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, S, true, true>(in, w, next, out, blocks, k, tiles, own, last,
                                                        group, scales, indices);
}

/// The last one of a row. TA, TW, TP, CB, MAXG, MAXK, S and cycles: see grouped_sparse_block.
template <typename TA, typename TW, int TP, int CB, int MAXG, int MAXK, typename S>
void grouped_sparse_block_last(hls::stream<Vec<TA, S::ratio * TP>>& in, hls::stream<Vec<TW, CB>>& w,
                               hls::stream<Vec<GroupScale, CB>>& scales, hls::stream<IndicesFor<S, CB>>& indices,
                               hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, TP>>& out, int blocks, int k, int tiles,
                               int own, int last, int group) {
#pragma HLS inline
  block_body<TA, TW, TP, CB, MAXG, MAXK, S, true, false>(in, w, in, out, blocks, k, tiles, own, last,
                                                         group, scales, indices);
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
