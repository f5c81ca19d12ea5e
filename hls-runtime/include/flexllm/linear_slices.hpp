// Linear layer of the decode stage as a row of slices: each a process with a memory port and at most 128 multipliers.
//
//   feed -> slice 0 -> slice 1 -> ... -> slice S-1      activations, KP per cycle, handed on from slice to slice
//             |          |                 |
//             +-------> join 1 -> ... -> join S-1 ->    results, WP outputs per vector
//
// Vector v of the results comes from slice v % S. All of it is exact, so the order of additions does not matter.
#pragma once
#include "sparse_weights.hpp"
#include "ternary.hpp"

namespace flexllm {

/// Sends one token of in_steps vectors of IL activations `tiles` times, KP activations per cycle, `times` times each:
/// as they come, and then from a buffer.
/// TA: element of the activations. IL: input lanes. KP: activations per cycle, a divisor of IL. MAXIN: most input
/// steps. KEPT: where the activations are kept.
/// Cycles: tiles*in_steps*IL/KP*times.
template <typename TA, int IL, int KP, int MAXIN, Storage KEPT = Storage::automatic>
void slices_feed(hls::stream<Vec<TA, IL>>& in, hls::stream<Vec<TA, KP>>& out, int in_steps, int tiles,
                 int times = 1) {
#pragma HLS inline
  static_assert(IL % KP == 0, "slices_feed: KP must divide the input lanes; choose KP from the divisors of IL");
  FLEXLLM_REQUIRE(in_steps <= MAXIN, "slices_feed: in_steps exceed MAXIN; raise MAXIN");
  constexpr int PARTS = IL / (KP >= 1 && IL % KP == 0 ? KP : IL);
  FLEXLLM_BUFFER TA buffer[MAXIN][IL];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  const int steps = in_steps * PARTS * times;
  int step = 0, part = 0, sent = 0;
  Vec<TA, IL> token;
  for (int i = 0; i < IL; ++i) {
#pragma HLS unroll
    token[i] = 0;
  }
  // A loop of its own, so that no read of the buffer follows a write in the same pipeline.
  for (int c = 0; c < (tiles > 0 ? steps : 0); ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    if (part == 0 && sent == 0) token = in.read();
    Vec<TA, KP> x;
    for (int i = 0; i < KP; ++i) {
#pragma HLS unroll
      x[i] = token[part * KP + i];
    }
    out.write(x);
    if (sent < times - 1) {
      ++sent;
    } else if (part == PARTS - 1) {
      for (int i = 0; i < IL; ++i) {
#pragma HLS unroll
        buffer[step][i] = token[i];
      }
      sent = 0;
      part = 0;
      ++step;
    } else {
      sent = 0;
      ++part;
    }
  }
  step = 0;
  part = 0;
  sent = 0;
  for (int c = 0; c < (tiles - 1) * steps; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    Vec<TA, KP> x;
    for (int i = 0; i < KP; ++i) {
#pragma HLS unroll
      x[i] = buffer[step][part * KP + i];
    }
    out.write(x);
    if (sent < times - 1) {
      ++sent;
    } else if (part == PARTS - 1) {
      sent = 0;
      part = 0;
      step = step == in_steps - 1 ? 0 : step + 1;
    } else {
      sent = 0;
      ++part;
    }
  }
}

/// Two sums of at most MAXK products a * w0 and a * w1, of which at most MAXN are added before they are taken.
/// Integers: both sums grow inside the DSP that multiplies, the operand w0 + w1 * 2^SHIFT, where SHIFT holds a sum and
/// the operand still fits the multiplier; they are parted when they are taken. Else each product is parted.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits with signed weights. MAXN:
/// most products that are added.
template <typename TA, typename TW, int MAXN> struct PairSum {
  static constexpr int SHIFT = Element<TA>::bits + Element<TW>::bits + ceil_log2(MAXN);
  static constexpr int operand_bits = SHIFT + Element<TW>::bits + 1;
  static constexpr bool packed =
      !Element<TA>::is_float && !Element<TW>::is_float && operand_bits <= 27 && 2 * SHIFT <= 48;
};

/// The running pair of sums, packed in one register or in two: fp32 in fixed point, and integers that do not fit.
/// TA, TW, MAXN: see PairSum. PACKED: in one.
template <typename TA, typename TW, int MAXN, bool PACKED> struct RunningPair {
  using One = PairSum<TA, TW, MAXN>;
  static constexpr int activation_bits = Element<TA>::bits + (Element<TA>::is_signed ? 0 : 1);
  using Activation = Reg<activation_bits>;
  using Operand = Reg<One::operand_bits>;
  using Value = Reg<One::SHIFT + 1>;
  using Sums = Reg<2 * One::SHIFT>;

  static Sums zero() { return 0; }
  static Activation activation(const TA& a) { return Activation(native(a)); }
  /// The pair after one more product each; from 0 if `start`.
  static Sums next(bool start, const Sums& sums, const Activation& a, const TW& w0, const TW& w1) {
    const Operand weights = Operand(static_cast<int>(native(w0)) + static_cast<int>(native(w1)) * (1 << One::SHIFT));
#ifdef __SYNTHESIS__
    const Sums product = weights * a;
#pragma HLS bind_op variable=product op=mul impl=dsp
    return (start ? Sums(0) : sums) + product;
#else
    const long long product = static_cast<long long>(weights) * static_cast<long long>(a);
    return Sums((start ? 0LL : static_cast<long long>(sums)) + product);
#endif
  }
  static Value low(const Sums& sums) {
    const unsigned long long bits = static_cast<unsigned long long>(static_cast<long long>(sums));
    return Value(static_cast<int>(static_cast<long long>(bits << (64 - One::SHIFT)) >> (64 - One::SHIFT)));
  }
  static Value high(const Sums& sums) {
    return Value(static_cast<int>((static_cast<long long>(sums) - static_cast<long long>(low(sums))) >> One::SHIFT));
  }
};

template <typename TA, typename TW, int MAXN> struct RunningPair<TA, TW, MAXN, false> {
  using M = Mac<TA, TW, MAXN>;
  using Activation = typename M::Activation;
  using Value = typename M::Sum;
  struct Sums {
    Value first, second;
  };

  static Sums zero() { return {0, 0}; }
  static Activation activation(const TA& a) { return M::activation(a); }
  static Sums next(bool start, const Sums& sums, const Activation& a, const TW& w0, const TW& w1) {
    typename M::Weight first, second;
    typename M::Product p0, p1;
    M::weights(w0, w1, first, second);
    M::multiply(a, first, second, p0, p1);
    Sums result;
    result.first = M::add(start ? Value(0) : sums.first, p0);
    result.second = M::add(start ? Value(0) : sums.second, p1);
    return result;
  }
  static Value low(const Sums& sums) { return sums.first; }
  static Value high(const Sums& sums) { return sums.second; }
};

/// The element that sums are of: a weight, or one times the scale of its group.
/// TW: element of the weights. GROUPED: weights have scales in groups.
template <typename TW, bool GROUPED> struct Summand { using type = TW; };
template <typename TW> struct Summand<TW, true> { using type = Scaled<TW>; };

/// The two sums of neighbouring outputs: of products with the same activation, or with one each.
/// TA, TW, MAXN: see RunningPair. SHARE: outputs that share an activation.
template <typename TA, typename TW, int MAXN, int SHARE> struct SlicePair {
  using type = RunningPair<TA, TW, MAXN, PairSum<TA, TW, MAXN>::packed>;
};
template <typename TA, typename TW, int MAXN> struct SlicePair<TA, TW, MAXN, 1> {
  using type = ApartPair<TA, TW, MAXN>;
};

/// Ternary weights choose or leave out activations: a running pair in logic.
template <typename TA, int MAXN> struct SlicePair<TA, ap_int<2>, MAXN, 2> {
  using type = TernaryPair<TA, MAXN>;
};

/// The body of all kinds of slices: `next` gets what `in` brings where there is a slice behind this one. Sums are taken
/// at the end of each group of `group` steps: of the tile without groups.
/// TA, TW, WP, KP, MAXN, MAXK: see linear_slice. S: which weights are left out, Dense or Sparse. GROUPED: weights have
/// scales in groups. FORWARD: there is a slice behind this one. Beside: the stream of scales of groups, if there are
/// any, and that of indices.
template <typename TA, typename TW, int WP, int KP, int MAXN, int MAXK, typename S, bool GROUPED, bool FORWARD,
          typename... Beside>
void slice_body(hls::stream<Vec<TA, KP * S::ratio>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                hls::stream<Vec<TA, KP * S::ratio>>& next,
                hls::stream<Vec<AccFor<TA, typename Summand<TW, GROUPED>::type, MAXK>, WP>>& out, int steps, int tiles,
                int own, int group, Beside&... beside) {
#pragma HLS inline
  constexpr bool SPARSE = S::ratio > 1;
  static_assert(KP % S::keep == 0, "sparse_slice: channels are kept in blocks; choose KP from the multiples of KEEP");
  using TS = typename Summand<TW, GROUPED>::type;
  static_assert(WP >= 2 && WP % 2 == 0, "linear_slice: WP must be even; choose an even WP");
  constexpr bool TERNARY = is_ternary<TW>;
  static_assert(!(SPARSE && TERNARY), "sparse_slice: ternary weights have zeros of their own; use linear_slice");
  static_assert(WP * KP <= (TERNARY ? 256 : 128),
                "linear_slice: a slice takes at most 128 weights, or 256 ternary ones; choose a smaller WP or KP");
  FLEXLLM_REQUIRE(group <= MAXN, "linear_slice: steps exceed MAXN; raise MAXN");
  FLEXLLM_REQUIRE(!GROUPED || group >= WP / 2, "grouped_slice: a group has fewer than WP/2 steps; lower WP or KP");
  using P = typename SlicePair<TA, TW, TERNARY ? MAXN * KP : MAXN, S::share>::type;
  using M = Mac<TA, TS, MAXK>;
  using Group = Mac<TA, TW, GROUPED ? MAXN * KP : MAXK>;
  using Result = AccFor<TA, TS, MAXK>;
  constexpr int PAIRS = WP / 2;
  // Of ternary weights the sum over the channels of a cycle grows, else a sum per channel.
  constexpr int OWN = TERNARY ? 1 : KP;
  typename P::Sums sums[PAIRS][OWN];
  typename P::Sums done[PAIRS][OWN];  // sums of the finished tile
#pragma HLS array_partition variable=sums dim=0 complete
#pragma HLS array_partition variable=done dim=0 complete
  for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
    for (int i = 0; i < OWN; ++i) {
#pragma HLS unroll
      sums[p][i] = P::zero();
      done[p][i] = P::zero();
    }
  }
  // C-simulation: the sums over the activations of a cycle, too (see whole_words).
  constexpr bool by_words = whole_words && !Element<TA>::is_float;
  // The sum of a cycle, in 16 bits where these hold it: twice as many are added at a time.
  using Part = typename NativeSum<(Element<TA>::bits + Element<TW>::bits + ceil_log2(KP) <= 16)>::type;
  typename Group::Sum even[PAIRS], odd[PAIRS], even_done[PAIRS], odd_done[PAIRS];
  if constexpr (by_words) {
    clear(even);
    clear(odd);
    clear(even_done);
    clear(odd_done);
  }
  // Groups: their scales, and the sums of those that are complete.
  Vec<GroupScale, WP> scale;
  typename M::Sum total[WP];
#pragma HLS array_partition variable=total dim=0 complete
  clear(total);
  Vec<Result, WP> y;
  for (int j = 0; j < WP; ++j) {
#pragma HLS unroll
    scale[j] = 0;
    y[j] = 0;
  }
  const int period = steps > PAIRS ? steps : PAIRS;
  const int cycles = (tiles - 1) * period + steps + PAIRS;
  int at = 0, tile = 0, in_group = 0;         // input side: position in the period, tile, position in the group
  int drained = PAIRS, sent = 0, summed = 0;  // output side: pair of the finished group, vectors written, steps summed
  for (int c = 0; c < cycles; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    // Output side: one pair of the finished group, or tile, per cycle.
    if (drained < PAIRS) {
      typename Group::Sum first = 0, second = 0;
      if constexpr (by_words) {
        first = even_done[drained];
        second = odd_done[drained];
      } else {
        for (int i = 0; i < OWN; ++i) {
#pragma HLS unroll
          first = Group::add(first, P::low(done[drained][i]));
          second = Group::add(second, P::high(done[drained][i]));
        }
      }
      if constexpr (GROUPED) {
        const bool begins = summed == group;
        using Sum = typename M::Sum;
        total[2 * drained] =
            M::add(begins ? Sum(0) : total[2 * drained], scaled_sum<Sum>(first, scale[2 * drained]));
        total[2 * drained + 1] =
            M::add(begins ? Sum(0) : total[2 * drained + 1], scaled_sum<Sum>(second, scale[2 * drained + 1]));
        y[2 * drained] = M::result(total[2 * drained]);
        y[2 * drained + 1] = M::result(total[2 * drained + 1]);
      } else {
        y[2 * drained] = M::result(first);
        y[2 * drained + 1] = M::result(second);
      }
      ++drained;
      if (drained == PAIRS && sent < own && summed == steps) {
        out.write(y);
        ++sent;
      }
    }
    // Input side.
    if (tile < tiles && at < steps) {
      const Vec<TA, KP * S::ratio> x = in.read();
      if constexpr (FORWARD) next.write(x);
      if (tile < own) {
        const WordFor<TW, WP * KP> word = w.read();
        if constexpr (by_words && SPARSE) {
          const IndicesFor<S, WP * KP> index = last_of(beside...).read();
          signed char w0[PAIRS * KP], w1[PAIRS * KP];
          word_halves<TW, WP * KP>(word, w0, w1);
          for (int i = 0; i < KP; ++i) {
            const int first = i / S::keep * S::of;
            for (int p = 0; p < PAIRS; ++p) {
              const int e = (i * WP + 2 * p) / S::share;
              even[p] += native(chosen<S, TA>(x, first, index[e])) * w0[i * PAIRS + p];
              odd[p] += native(chosen<S, TA>(x, first, index[e + 2 / S::share - 1])) * w1[i * PAIRS + p];
            }
          }
        } else if constexpr (SPARSE) {
          const IndicesFor<S, WP * KP> index = last_of(beside...).read();
          for (int i = 0; i < KP; ++i) {
#pragma HLS unroll
            for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
              const int e = (i * WP + 2 * p) / S::share;
              const TA a = chosen<S, TA>(x, i / S::keep * S::of, index[e]);
              const TW w0 = word_get<TW, WP * KP>(word, i * WP + 2 * p);
              const TW w1 = word_get<TW, WP * KP>(word, i * WP + 2 * p + 1);
              if constexpr (S::share == 2) {
                sums[p][i] = P::next(in_group == 0, sums[p][i], P::activation(a), w0, w1);
              } else {
                const TA b = chosen<S, TA>(x, i / S::keep * S::of, index[e + 1]);
                sums[p][i] = P::next(in_group == 0, sums[p][i], a, b, w0, w1);
              }
            }
          }
        } else if constexpr (by_words) {
          signed char w0[PAIRS * KP], w1[PAIRS * KP];
          word_halves<TW, WP * KP>(word, w0, w1);
          Part part0[PAIRS], part1[PAIRS];
          clear(part0);
          clear(part1);
          for (int i = 0; i < KP; ++i) {
            const Part a = static_cast<Part>(native(x[i]));
            for (int p = 0; p < PAIRS; ++p) part0[p] = static_cast<Part>(part0[p] + a * w0[i * PAIRS + p]);
            for (int p = 0; p < PAIRS; ++p) part1[p] = static_cast<Part>(part1[p] + a * w1[i * PAIRS + p]);
          }
          for (int p = 0; p < PAIRS; ++p) {
            even[p] += part0[p];
            odd[p] += part1[p];
          }
        } else if constexpr (TERNARY) {
          const TernaryTable<TA, KP> table(x);
          for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
            sums[p][0] = P::add(in_group == 0, sums[p][0], table.template sum<WP>(word, 2 * p),
                                table.template sum<WP>(word, 2 * p + 1));
          }
        } else {
          for (int i = 0; i < KP; ++i) {
#pragma HLS unroll
            const typename P::Activation a = P::activation(x[i]);
            for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
              sums[p][i] = P::next(in_group == 0, sums[p][i], a, word_get<TW, WP * KP>(word, i * WP + 2 * p),
                                   word_get<TW, WP * KP>(word, i * WP + 2 * p + 1));
            }
          }
        }
        if (in_group == group - 1) {
          drained = 0;
          summed = at + 1;
          if constexpr (GROUPED) scale = first_of(beside...).read();
          if constexpr (by_words) {
            for (int p = 0; p < PAIRS; ++p) {
              even_done[p] = even[p];
              odd_done[p] = odd[p];
            }
            clear(even);
            clear(odd);
          } else {
            for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
              for (int i = 0; i < OWN; ++i) {
#pragma HLS unroll
                done[p][i] = sums[p][i];
              }
            }
          }
        }
      }
      in_group = in_group == group - 1 ? 0 : in_group + 1;
    }
    if (at == period - 1) {
      at = 0;
      ++tile;
    } else {
      ++at;
    }
  }
  if constexpr (!FORWARD) static_cast<void>(next);
}

/// A slice with another one behind it: per tile `steps` vectors of KP activations pass, of which it multiplies each by
/// KP*WP weights, those of one word; then a vector of WP results leaves. Of `tiles` tiles the first `own` are its own.
/// Cycles: (tiles-1)*max(steps, WP/2) + steps + WP/2.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits, the weights ternary
/// ap_int<2>, odd ap_int<3>, ap_int<4>, <6> or <8>. WP: outputs side by side, even. KP: input channels side by side;
/// WP*KP at most 128, or 256 ternary weights, its word at most 64 bytes. MAXN: most steps. MAXK: most input channels.
template <typename TA, typename TW, int WP, int KP, int MAXN, int MAXK>
void linear_slice(hls::stream<Vec<TA, KP>>& in, hls::stream<WordFor<TW, WP * KP>>& w, hls::stream<Vec<TA, KP>>& next,
                  hls::stream<Vec<AccFor<TA, TW, MAXK>, WP>>& out, int steps, int tiles, int own) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXN, MAXK, Dense, false, true>(in, w, next, out, steps, tiles, own, steps);
}

/// The last slice of the row. TA, TW, WP, KP, MAXN, MAXK and cycles: see linear_slice.
template <typename TA, typename TW, int WP, int KP, int MAXN, int MAXK>
void linear_slice_last(hls::stream<Vec<TA, KP>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                       hls::stream<Vec<AccFor<TA, TW, MAXK>, WP>>& out, int steps, int tiles, int own) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXN, MAXK, Dense, false, false>(in, w, in, out, steps, tiles, own, steps);
}

/// A slice whose weights have scales in groups of `group` steps, at least WP/2, which divide a tile: the sums of a
/// group are multiplied by its scales and added up. Cycles: see linear_slice.
/// TA, TW, WP, KP, MAXK: see linear_slice, the weights of at most 4 bits. MAXG: most steps of a group.
template <typename TA, typename TW, int WP, int KP, int MAXG, int MAXK>
void grouped_slice(hls::stream<Vec<TA, KP>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                   hls::stream<Vec<GroupScale, WP>>& scales, hls::stream<Vec<TA, KP>>& next,
                   hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, WP>>& out, int steps, int tiles, int own, int group) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXG, MAXK, Dense, true, true>(in, w, next, out, steps, tiles, own, group, scales);
}

/// The last one of a row. TA, TW, WP, KP, MAXG, MAXK and cycles: see grouped_slice.
template <typename TA, typename TW, int WP, int KP, int MAXG, int MAXK>
void grouped_slice_last(hls::stream<Vec<TA, KP>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                        hls::stream<Vec<GroupScale, WP>>& scales,
                        hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, WP>>& out, int steps, int tiles, int own,
                        int group) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXG, MAXK, Dense, true, false>(in, w, in, out, steps, tiles, own, group, scales);
}

/// A slice whose weights leave out others: per tile `steps` vectors of KP*OF/KEEP activations pass, of which the
/// indices of a word choose KP for each output. Cycles: see linear_slice.
/// TA, TW, WP: see linear_slice, both integers. KP: stored channels side by side, a multiple of KEEP. MAXN: most steps.
/// MAXK: most stored channels. S: the pattern, Sparse<KEEP, OF, SHARE>.
template <typename TA, typename TW, int WP, int KP, int MAXN, int MAXK, typename S>
void sparse_slice(hls::stream<Vec<TA, KP * S::ratio>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                  hls::stream<IndicesFor<S, WP * KP>>& indices, hls::stream<Vec<TA, KP * S::ratio>>& next,
                  hls::stream<Vec<AccFor<TA, TW, MAXK>, WP>>& out, int steps, int tiles, int own) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXN, MAXK, S, false, true>(in, w, next, out, steps, tiles, own, steps, indices);
}

/// The last one of a row. TA, TW, WP, KP, MAXN, MAXK, S and cycles: see sparse_slice.
template <typename TA, typename TW, int WP, int KP, int MAXN, int MAXK, typename S>
void sparse_slice_last(hls::stream<Vec<TA, KP * S::ratio>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                       hls::stream<IndicesFor<S, WP * KP>>& indices, hls::stream<Vec<AccFor<TA, TW, MAXK>, WP>>& out,
                       int steps, int tiles, int own) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXN, MAXK, S, false, false>(in, w, in, out, steps, tiles, own, steps, indices);
}

/// A slice whose weights leave out others and have scales in groups of `group` steps, at least WP/2, which divide a
/// tile. Cycles: see linear_slice.
/// TA, TW, WP, KP, MAXK, S: see sparse_slice, the weights odd ap_int<3> or ap_int<4>. MAXG: most steps of a group.
template <typename TA, typename TW, int WP, int KP, int MAXG, int MAXK, typename S>
void grouped_sparse_slice(hls::stream<Vec<TA, KP * S::ratio>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                          hls::stream<Vec<GroupScale, WP>>& scales, hls::stream<IndicesFor<S, WP * KP>>& indices,
                          hls::stream<Vec<TA, KP * S::ratio>>& next,
                          hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, WP>>& out, int steps, int tiles, int own,
                          int group) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXG, MAXK, S, true, true>(in, w, next, out, steps, tiles, own, group, scales, indices);
}

/// The last one of a row. TA, TW, WP, KP, MAXG, MAXK, S and cycles: see grouped_sparse_slice.
template <typename TA, typename TW, int WP, int KP, int MAXG, int MAXK, typename S>
void grouped_sparse_slice_last(hls::stream<Vec<TA, KP * S::ratio>>& in, hls::stream<WordFor<TW, WP * KP>>& w,
                               hls::stream<Vec<GroupScale, WP>>& scales, hls::stream<IndicesFor<S, WP * KP>>& indices,
                               hls::stream<Vec<AccFor<TA, Scaled<TW>, MAXK>, WP>>& out, int steps, int tiles, int own,
                               int group) {
#pragma HLS inline
  slice_body<TA, TW, WP, KP, MAXG, MAXK, S, true, false>(in, w, in, out, steps, tiles, own, group, scales, indices);
}

/// Joins the results of a slice with those of the `before` slices in front of it: per tile theirs, then its own;
/// `count` vectors in all, the last tile may be short.
/// T: what the streams carry. Cycles: count.
template <typename T>
void slices_join(hls::stream<T>& earlier, hls::stream<T>& own, hls::stream<T>& out, int before, int count) {
#pragma HLS inline
  int at = 0;
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    if (at == before) {
      out.write(own.read());
      at = 0;
    } else {
      out.write(earlier.read());
      ++at;
    }
  }
}

}  // namespace flexllm
