// Several products with one multiplier: two weights share one activation (1 x 2 packing), or two activations (2 x 2).
#pragma once
#include "types.hpp"

namespace flexllm {

/// What multiplies integers: DSPs with two products each, DSPs with four products each, or LUTs.
enum class Multipliers { dsp, dsp4, lut };

/// Packing of two signed weights of type TW that are multiplied by one activation of type TA.
/// The operand is w0 + w1 * 2^SHIFT with SHIFT = bits(a) + bits(w). Either product fits SHIFT signed bits for all
/// operand values, so the low 2*SHIFT bits of the product hold both: the low one as it is, the high one after the
/// borrow of the low one is taken back.
/// Multipliers::lut: the weights travel packed all the same, but two multipliers in LUTs multiply them.
/// MUL: what multiplies, dsp or lut.
template <typename TA, typename TW, Multipliers MUL = Multipliers::dsp> struct PackedMul {
  static constexpr int SHIFT = Element<TA>::bits + Element<TW>::bits;
  static constexpr int operand_bits = SHIFT + Element<TW>::bits + 1;
  static constexpr int activation_bits = Element<TA>::bits + (Element<TA>::is_signed ? 0 : 1);
  static_assert(!Element<TA>::is_float && !Element<TW>::is_float,
                "PackedMul: both operands must be integers; use ap_int or ap_uint");
  static_assert(Element<TW>::is_signed,
                "PackedMul: weights must be signed; use ap_int<4>, ap_int<6> or ap_int<8> for the second operand");
  static_assert(operand_bits <= 27 && activation_bits <= 18 && 2 * SHIFT <= 32,
                "PackedMul: the packed weights must fit the 27 x 18 bit multiplier; use operands of at most 8 bits");

  using Operand = Reg<operand_bits>;
  using Activation = Reg<activation_bits>;

  /// The packed operand of two weights.
  static Operand pack(const TW& w0, const TW& w1) {
    return Operand(static_cast<int>(native(w0)) + static_cast<int>(native(w1)) * (1 << SHIFT));
  }

  /// The low `bits` bits of x as a signed number.
  static int sign_extend(unsigned x) { return static_cast<int>(x << (32 - SHIFT)) >> (32 - SHIFT); }

  /// p0 = a * w0 and p1 = a * w1, exactly.
  template <typename P> static void multiply(const Activation& a, const Operand& weights, P& p0, P& p1) {
#ifdef __SYNTHESIS__
    if (MUL == Multipliers::lut) {
      const ap_int<Element<TW>::bits> w0 = weights;
      const ap_int<operand_bits> rest = weights - w0;
      const ap_int<Element<TW>::bits> w1 = rest >> SHIFT;
      const ap_int<SHIFT + 1> product0 = w0 * a, product1 = w1 * a;
#pragma HLS bind_op variable=product0 op=mul impl=fabric
#pragma HLS bind_op variable=product1 op=mul impl=fabric
      p0 = product0;
      p1 = product1;
      return;
    }
    const ap_int<2 * SHIFT> product = weights * a;
#pragma HLS bind_op variable=product op=mul impl=dsp
    const ap_int<SHIFT> low = product;
    const ap_int<2 * SHIFT> rest = product - low;
    p0 = low;
    p1 = ap_int<SHIFT>(rest >> SHIFT);
#else
    const unsigned product = static_cast<unsigned>(weights) * static_cast<unsigned>(a);
    const int low = sign_extend(product);
    p0 = low;
    p1 = sign_extend((product - static_cast<unsigned>(low)) >> SHIFT);
#endif
  }
};

/// Packing of two activations and two signed weights: one multiplier, four products.
/// The operands are a0 + a1 * 2^SHIFT and w0 + w1 * 2^(2*SHIFT) with SHIFT = bits(a) + bits(w). Every product fits
/// SHIFT signed bits for all operand values, so the product of the operands holds all four, each above the borrow of
/// those below it.
/// TA, TW: elements of activations and weights, integers of at most 4 bits, the weights signed.
template <typename TA, typename TW> struct PackedBlock {
  static constexpr int SHIFT = Element<TA>::bits + Element<TW>::bits;
  static constexpr int activation_bits = SHIFT + Element<TA>::bits + 1;
  static constexpr int operand_bits = 2 * SHIFT + Element<TW>::bits + 1;
  static_assert(!Element<TA>::is_float && !Element<TW>::is_float && Element<TW>::is_signed,
                "PackedBlock: both operands must be integers and the weights signed; use Multipliers::dsp");
  static_assert(operand_bits <= 27 && activation_bits <= 18 && 4 * SHIFT <= 32,
                "PackedBlock: four products fit a 27 x 18 bit multiplier for operands of 4 bits; use Multipliers::dsp");

  using Operand = Reg<operand_bits>;
  using Activation = Reg<activation_bits>;
  using Product = Reg<SHIFT>;

  /// The packed operand of two activations.
  static Activation pack_activations(const TA& a0, const TA& a1) {
    return Activation(static_cast<int>(native(a0)) + static_cast<int>(native(a1)) * (1 << SHIFT));
  }

  /// The packed operand of two weights.
  static Operand pack(const TW& w0, const TW& w1) {
    return Operand(static_cast<int>(native(w0)) + static_cast<int>(native(w1)) * (1 << (2 * SHIFT)));
  }

  /// pij = ai * wj, exactly.
  static void multiply(const Activation& a, const Operand& weights, Product& p00, Product& p01, Product& p10,
                       Product& p11) {
#ifdef __SYNTHESIS__
    const ap_int<4 * SHIFT> product = weights * a;
#pragma HLS bind_op variable=product op=mul impl=dsp
    const ap_int<SHIFT> field0 = product;
    const ap_int<3 * SHIFT> rest1 = (product - field0) >> SHIFT;
    const ap_int<SHIFT> field1 = rest1;
    const ap_int<2 * SHIFT> rest2 = (rest1 - field1) >> SHIFT;
    const ap_int<SHIFT> field2 = rest2;
    p00 = field0;
    p10 = field1;
    p01 = field2;
    p11 = ap_int<SHIFT>((rest2 - field2) >> SHIFT);
#else
    int rest = static_cast<int>(static_cast<unsigned>(weights) * static_cast<unsigned>(a));
    auto next = [&rest] {
      const int field = static_cast<int>(static_cast<unsigned>(rest) << (32 - SHIFT)) >> (32 - SHIFT);
      rest = (rest - field) >> SHIFT;
      return Product(field);
    };
    p00 = next();
    p10 = next();
    p01 = next();
    p11 = next();
#endif
  }
};

}  // namespace flexllm
