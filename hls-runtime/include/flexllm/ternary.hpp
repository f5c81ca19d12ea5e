// Products with ternary weights, -1, 0 or 1, without multipliers: weights choose what is added.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Two running sums of products with ternary weights, in logic. The interface is that of RunningPair.
/// TA: element of the activations, an integer of at most 8 bits. MAXN: most products that are added.
template <typename TA, int MAXN> struct TernaryPair {
  static constexpr int activation_bits = Element<TA>::bits + (Element<TA>::is_signed ? 0 : 1);
  static constexpr int sum_bits = activation_bits + 1 + ceil_log2(MAXN);
  using Activation = Reg<activation_bits>;
  using Value = Reg<sum_bits>;
  struct Sums {
    Value first, second;
  };

  static Sums zero() { return {0, 0}; }
  static Activation activation(const TA& a) { return Activation(native(a)); }
  /// The pair after one more term each; from 0 if `start`. T: element of the terms.
  template <typename T> static Sums add(bool start, const Sums& sums, const T& first, const T& second) {
    Sums result;
    result.first = Value((start ? Value(0) : sums.first) + first);
    result.second = Value((start ? Value(0) : sums.second) + second);
    return result;
  }
  /// The pair after one more product each; from 0 if `start`.
  static Sums next(bool start, const Sums& sums, const Activation& a, const ap_int<2>& w0, const ap_int<2>& w1) {
    const Reg<activation_bits + 1> minus = -a;
    const int first = static_cast<int>(native(w0)), second = static_cast<int>(native(w1));
    return add(start, sums, Value(first == 0 ? Value(0) : first < 0 ? Value(minus) : Value(a)),
               Value(second == 0 ? Value(0) : second < 0 ? Value(minus) : Value(a)));
  }
  static Value low(const Sums& sums) { return sums.first; }
  static Value high(const Sums& sums) { return sums.second; }
};

/// The sums and the differences of pairs of activations, among which two weights of an output choose: all outputs share
/// them. What is taken with a minus is taken with all bits inverted; the ones that this lacks are counted.
/// TA: element of the activations, an integer of at most 8 bits. KP: activations of a cycle.
template <typename TA, int KP> struct TernaryTable {
  static constexpr int PAIRS = ceil_div(KP, 2);
  /// Bits of the sum of two activations.
  static constexpr int entry_bits = Element<TA>::bits + (Element<TA>::is_signed ? 1 : 2);
  using Entry = Reg<entry_bits>;
  using Sum = Reg<entry_bits + ceil_log2(PAIRS) + 1>;
  Vec<Entry, PAIRS> even, odd, sums, differences;

  /// x: the activations.
  explicit TernaryTable(const Vec<TA, KP>& x) {
#pragma HLS inline
    for (int g = 0; g < PAIRS; ++g) {
#pragma HLS unroll
      even[g] = Entry(native(x[2 * g]));
      odd[g] = 2 * g + 1 < KP ? Entry(native(x[2 * g + 1 < KP ? 2 * g + 1 : 0])) : Entry(0);
      sums[g] = Entry(even[g] + odd[g]);
      differences[g] = Entry(even[g] - odd[g]);
    }
  }

  /// The sum of the products of all activations with the weights of output j of a word of WP outputs.
  /// WP: outputs of the word.
  template <int WP> Sum sum(const WordFor<ap_int<2>, WP * KP>& word, int j) const {
#pragma HLS inline
    Sum total = 0;
    Reg<ceil_log2(PAIRS) + 2> minuses = 0;
    for (int g = 0; g < PAIRS; ++g) {
#pragma HLS unroll
      const int w0 = static_cast<int>(native(word_get<ap_int<2>, WP * KP>(word, 2 * g * WP + j)));
      const int w1 =
          2 * g + 1 < KP ? static_cast<int>(native(word_get<ap_int<2>, WP * KP>(word, (2 * g + 1) % KP * WP + j))) : 0;
      const Entry entry = w0 == 0 ? odd[g] : w1 == 0 ? even[g] : w0 == w1 ? sums[g] : differences[g];
      const bool minus = w0 == 0 ? w1 < 0 : w0 < 0;
      const Entry inverted = Entry(-1 - entry);
      total = Sum(total + ((w0 == 0 && w1 == 0) ? Entry(0) : minus ? inverted : entry));
      if (minus) minuses = minuses + 1;
    }
    return Sum(total + minuses);
  }
};

}  // namespace flexllm
