// Weights of which each output keeps some of neighbouring input channels: stored without the others, each with the
// index of its channel, by which a multiplexer chooses the activation. Indices lie in memory in front of the words of
// weights that they belong to.
#pragma once
#include "mac.hpp"
#include "weight_groups.hpp"

namespace flexllm {

/// No weights are left out.
struct Dense {
  static constexpr int keep = 1, of = 1, ratio = 1, share = 2;
};

/// Of OF neighbouring input channels an output keeps KEEP weights; SHARE neighbouring outputs keep the same ones.
/// KEEP: a divisor of OF. OF: at most 8. SHARE: 1, or 2, which also share the activation of a multiplier.
template <int KEEP, int OF, int SHARE> struct Sparse {
  static_assert(KEEP >= 1 && OF > KEEP && OF % KEEP == 0 && OF <= 8 && is_power_of_two(OF),
                "Sparse: KEEP of OF weights must be 1, 2 or 4 of 2, 4 or 8, KEEP smaller; choose another pattern");
  static_assert(SHARE == 1 || SHARE == 2, "Sparse: one or two outputs share an index; choose SHARE 1 or 2");
  static constexpr int keep = KEEP, of = OF, share = SHARE;
  /// Input channels for each stored one.
  static constexpr int ratio = OF / (KEEP >= 1 ? KEEP : 1);
  /// Bits of an index.
  static constexpr int bits = ceil_log2(OF);
};

/// Indices of N stored weights, the places of their channels among those they were chosen from.
/// S: the pattern, Sparse. N: weights.
template <typename S, int N> using IndicesFor = Vec<ap_uint<S::bits>, N / S::share>;

/// The activation that an index chooses among S::of neighbouring ones.
/// S: the pattern. TA: element. V: a vector of them. I: index.
template <typename S, typename TA, typename V, typename I> inline TA chosen(const V& x, int first, const I& index) {
#ifdef __SYNTHESIS__
  TA a = x[first];
  for (int m = 1; m < S::of; ++m) {
#pragma HLS unroll
    if (index == m) a = x[first + m];
  }
  return a;
#else
  return x[first + static_cast<int>(index)];
#endif
}

/// How the indices of a word of N weights lie in words of the same size: those of BATCH words of weights in WORDS.
/// TW: element of the weights. N: weights of a word. S: the pattern.
template <typename TW, int N, typename S> struct IndexWords {
  static constexpr int INDICES = N / S::share;
  static constexpr int ELEMENTS = 8 * WordOf<TW, N>::bytes / S::bits;
  static constexpr int BATCH = ELEMENTS >= INDICES ? ELEMENTS / INDICES : 1;
  static constexpr int WORDS = ceil_div(INDICES, ELEMENTS);
};

/// Field e of a word in fields of BITS bits.
/// BITS: 1 to 8. BYTES: of the word.
template <int BITS, int BYTES> inline ap_uint<BITS> word_field(const Word<BYTES>& word, int e) {
  const int bit = e * BITS, byte = bit >> 3;
  unsigned two = static_cast<unsigned>(word[byte]);
  if (8 % BITS != 0 && byte + 1 < BYTES) two |= static_cast<unsigned>(word[byte + 1]) << 8;
  return ap_uint<BITS>((two >> (bit & 7)) & ((1u << BITS) - 1u));
}

/// Parts the words of a memory port into indices and weights: `rounds` times `steps` words of weights, in front of
/// every BATCH of which, and of what is left at the end of a round, are the words of their indices. The indices of a
/// word leave together with it. Of a dense matrix no indices come: of OF/KEEP words, which are multiplied by the same
/// activations, the first has the first KEEP of every OF channels, and so on.
/// Cycles: rounds*(steps + ceil(steps/BATCH)*WORDS), BATCH and WORDS: see IndexWords; dense: rounds*steps.
/// TW: element of the weights, an integer. N: weights of a word. COLS: outputs of a word. S: the pattern, Sparse.
template <typename TW, int N, int COLS, typename S>
void part_indices(hls::stream<WordFor<TW, N>>& in, hls::stream<WordFor<TW, N>>& weights,
                  hls::stream<IndicesFor<S, N>>& indices, int rounds, int steps, bool dense = false) {
#pragma HLS inline
  static_assert(!Element<TW>::is_float,
                "part_indices: what leaves out weights has integers; use ap_int<3> (odd), ap_int<4>, <6> or <8>");
  static_assert(COLS % S::share == 0 && N % COLS == 0,
                "part_indices: outputs that share an index lie side by side; use an even number of outputs");
  using G = IndexWords<TW, N, S>;
  constexpr int BYTES = WordOf<TW, N>::bytes;
  constexpr int PER_WORD = G::WORDS > 1 ? G::ELEMENTS : G::INDICES;
  const int batches = (steps + G::BATCH - 1) / G::BATCH;
  const int count = rounds * (dense ? steps : steps + batches * G::WORDS);
  WordFor<TW, N> held[G::WORDS];
#pragma HLS array_partition variable=held dim=0 complete
  for (int i = 0; i < G::WORDS; ++i) {
#pragma HLS unroll
    for (int j = 0; j < BYTES; ++j) {
#pragma HLS unroll
      held[i][j] = 0;
    }
  }
  int word = 0;           // words of indices that have come of a batch
  int step = 0, own = 0;  // words of weights of a round, and of a batch
  int part = 0;           // dense: words of the same activations
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const WordFor<TW, N> x = in.read();
    if (!dense && word < G::WORDS) {
      for (int i = 0; i < G::WORDS; ++i) {
#pragma HLS unroll
        if (i == word) held[i] = x;
      }
      ++word;
    } else {
      IndicesFor<S, N> y;
      for (int j = 0; j < G::INDICES; ++j) {
#pragma HLS unroll
        const int first = j * S::share / COLS % S::keep;
        y[j] = dense ? ap_uint<S::bits>(static_cast<unsigned>(part * S::keep + first))
                     : word_field<S::bits, BYTES>(held[j / PER_WORD], own * G::INDICES + j % PER_WORD);
      }
      indices.write(y);
      weights.write(x);
      const bool last = step == steps - 1;
      if (last || own == G::BATCH - 1) {
        own = 0;
        word = 0;
      } else {
        ++own;
      }
      step = last ? 0 : step + 1;
      part = part == S::ratio - 1 ? 0 : part + 1;
    }
  }
}

/// Parts the indices of a memory port: those of CB neighbouring columns for each block.
/// S: the pattern, Sparse. CB: columns of a block. N: columns of all blocks. Rest: streams of the other blocks.
/// Cycles: count.
template <typename S, int CB, int N, typename... Rest>
void deal_indices(int count, hls::stream<IndicesFor<S, N>>& in, hls::stream<IndicesFor<S, CB>>& block0,
                  Rest&... rest) {
#pragma HLS inline
  static_assert(N == CB * (1 + static_cast<int>(sizeof...(Rest))),
                "deal_indices: a vector has CB indices for each block; choose CB from the divisors of N");
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const IndicesFor<S, N> all = in.read();
    deal_lanes<ap_uint<S::bits>, CB / S::share, N / S::share, 0>(all, block0, rest...);
  }
}

/// Two sums of products of different activations, each in a multiplier of its own.
/// TA, TW: elements of activations and weights, integers. MAXN: most products that are added.
template <typename TA, typename TW, int MAXN> struct ApartPair {
  using M = Mac<TA, TW, MAXN>;
  using Value = typename M::Sum;
  struct Sums {
    Value first, second;
  };

  static Sums zero() { return {0, 0}; }
  /// The sums after one more product each; from 0 if `start`.
  static Sums next(bool start, const Sums& sums, const TA& a0, const TA& a1, const TW& w0, const TW& w1) {
    const Value p0 = M::product(a0, w0), p1 = M::product(a1, w1);
#pragma HLS bind_op variable=p0 op=mul impl=dsp
#pragma HLS bind_op variable=p1 op=mul impl=dsp
    Sums result;
    result.first = M::add(start ? Value(0) : sums.first, p0);
    result.second = M::add(start ? Value(0) : sums.second, p1);
    return result;
  }
  static Value low(const Sums& sums) { return sums.first; }
  static Value high(const Sums& sums) { return sums.second; }
};

/// The first of some streams.
/// T: its type. Rest: the others.
template <typename T, typename... Rest> inline T& first_of(T& first, Rest&...) { return first; }

/// The last of some streams.
/// T: its type.
template <typename T> inline T& last_of(T& last) { return last; }
/// T: type of the first. Next, Rest: the others.
template <typename T, typename Next, typename... Rest> inline auto& last_of(T&, Next& next, Rest&... rest) {
  return last_of(next, rest...);
}

}  // namespace flexllm
