// Multiply-accumulate units of the matrix engines, for fp32 and for packed integers.
#pragma once
#include "fixed_sum.hpp"
#include "packed_mul.hpp"

namespace flexllm {

/// C-simulation multiplies all integer weights of a memory word in one go, which compilers vectorise; hardware, and
/// C-simulation with exact widths, take them pair by pair as they are packed. The sums are the same: they are exact.
#if defined(__SYNTHESIS__) || defined(FLEXLLM_EXACT_WIDTHS)
constexpr bool whole_words = false;
#else
constexpr bool whole_words = true;
#endif

/// The even and the odd elements of a word.
/// TW: element, an integer of 2 (ternary), 3 (odd), 4, 6 or 8 signed bits. N: elements of the word, even.
template <typename TW, int N>
inline void word_halves(const WordFor<TW, N>& word, signed char (&even)[N / 2], signed char (&odd)[N / 2]) {
  constexpr bool PAIRED = Element<TW>::bits == 4, ODD = Element<TW>::bits == 3, SIX = Element<TW>::bits == 6;
  constexpr bool TWO = is_ternary<TW>;
  constexpr int BYTES = ODD || TWO ? ceil_div(N, 4) : PAIRED ? N / 2 : SIX ? ceil_div(3 * N, 4) : N;
  unsigned char bytes[BYTES];
  for (int i = 0; i < BYTES; ++i) bytes[i] = static_cast<unsigned char>(native(word[i]));
  for (int i = 0; i < N / 2; ++i) {
    if constexpr (ODD) {
      const int two = bytes[i >> 1] >> (4 * (i & 1));
      even[i] = static_cast<signed char>(2 * (two & 3) - 3);
      odd[i] = static_cast<signed char>(2 * ((two >> 2) & 3) - 3);
    } else if constexpr (TWO) {
      const int two = bytes[i >> 1] >> (4 * (i & 1));
      even[i] = static_cast<signed char>((two & 1) - (two & 2));
      odd[i] = static_cast<signed char>(((two >> 2) & 1) - ((two >> 2) & 2));
    } else if constexpr (PAIRED) {
      even[i] = static_cast<signed char>(static_cast<signed char>(bytes[i] << 4) >> 4);
      odd[i] = static_cast<signed char>(static_cast<signed char>(bytes[i]) >> 4);
    } else if constexpr (SIX) {
      const int at = 3 * i >> 1, half = 4 * (i & 1);  // twelve bits, from the low or the high half of a byte
      const int pair = (bytes[at] | bytes[at + 1] << 8) >> half;
      even[i] = static_cast<signed char>(static_cast<signed char>(pair << 2) >> 2);
      odd[i] = static_cast<signed char>(static_cast<signed char>(pair >> 4) >> 2);
    } else {
      even[i] = static_cast<signed char>(bytes[2 * i]);
      odd[i] = static_cast<signed char>(bytes[2 * i + 1]);
    }
  }
}

/// A built-in integer for sums: of 16 bits if SHORT, else of 32.
template <bool SHORT> struct NativeSum { using type = int; };
template <> struct NativeSum<true> { using type = short; };

/// Registers and operations of a unit that sums at most MAXK products a * w for two neighbouring outputs.
/// Integers: `first` holds the packed pair of weights and `second` is unused. fp32: one weight each, sums in
/// fixed point.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits with signed weights. MAXK:
/// most products in a sum. MUL: what multiplies integers.
template <typename TA, typename TW, int MAXK, Multipliers MUL = Multipliers::dsp> struct Mac {
  static constexpr int ROWS = 1;
  using Result = AccFor<TA, TW, MAXK>;
  static constexpr int sum_bits = Element<Result>::bits;
  static_assert(sum_bits <= 48, "Mac: the accumulator is wider than 48 bits; reduce the largest k");
  using Pack = PackedMul<TA, TW, MUL>;
  using Activation = typename Pack::Activation;
  using Weight = typename Pack::Operand;
  using Sum = Reg<sum_bits>;
  using Product = Reg<Pack::SHIFT>;

  static Activation activation(const TA& a) { return Activation(native(a)); }
  static void weights(const TW& w0, const TW& w1, Weight& first, Weight& second) {
    first = Pack::pack(w0, w1);
    second = 0;
  }
  static void multiply(const Activation& a, const Weight& first, const Weight&, Product& p0, Product& p1) {
    Pack::multiply(a, first, p0, p1);
  }
  static Sum product(const TA& a, const TW& w) { return Sum(native(a) * native(w)); }
  static Sum add(const Sum& sum, const Sum& addend) { return Sum(sum + addend); }
  static Result result(const Sum& sum) { return Result(sum); }
};

template <int MAXK, Multipliers MUL> struct Mac<float, float, MAXK, MUL> {
  static constexpr int ROWS = 1;
  using Result = float;
  using Activation = float;
  using Weight = float;
  using Sum = FixedSum;
  using Product = FixedSum;

  static float activation(float a) { return a; }
  static void weights(float w0, float w1, float& first, float& second) {
    first = w0;
    second = w1;
  }
  static void multiply(float a, float first, float second, FixedSum& p0, FixedSum& p1) {
    p0 = to_fixed(a * first);
    p1 = to_fixed(a * second);
  }
  static FixedSum product(float a, float w) { return to_fixed(a * w); }
  static FixedSum add(FixedSum sum, FixedSum addend) { return sum + addend; }
  static float result(FixedSum sum) { return from_fixed(sum); }
};

/// The same for two tokens and two neighbouring outputs, whose four products come from one packed multiplier.
/// TA, TW: elements of activations and weights, integers of at most 4 bits with signed weights. MAXK: most products in
/// a sum.
template <typename TA, typename TW, int MAXK> struct MacBlock {
  static constexpr int ROWS = 2;
  using One = Mac<TA, TW, MAXK>;
  using Pack = PackedBlock<TA, TW>;
  using Result = typename One::Result;
  using Activation = typename Pack::Activation;
  using Weight = typename Pack::Operand;
  using Sum = typename One::Sum;
  using Product = typename Pack::Product;

  static Activation activation(const TA& a0, const TA& a1) { return Pack::pack_activations(a0, a1); }
  static void weights(const TW& w0, const TW& w1, Weight& first, Weight& second) {
    first = Pack::pack(w0, w1);
    second = 0;
  }
  static void multiply(const Activation& a, const Weight& first, const Weight&, Product& p00, Product& p01,
                       Product& p10, Product& p11) {
    Pack::multiply(a, first, p00, p01, p10, p11);
  }
  static Sum add(const Sum& sum, const Sum& addend) { return One::add(sum, addend); }
  static Result result(const Sum& sum) { return One::result(sum); }
};

/// The unit for a kind of multipliers.
/// TA, TW: elements of activations and weights. MAXK: most products in a sum. MUL: what multiplies integers.
template <typename TA, typename TW, int MAXK, Multipliers MUL> struct MacFor { using type = Mac<TA, TW, MAXK, MUL>; };
template <typename TA, typename TW, int MAXK> struct MacFor<TA, TW, MAXK, Multipliers::dsp4> {
  using type = MacBlock<TA, TW, MAXK>;
};

}  // namespace flexllm
