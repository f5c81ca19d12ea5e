// Sums of fp32 values in 64-bit fixed point with 32 fraction bits: exact in any order, one addition per cycle.
#pragma once
#include "float_bits.hpp"

namespace flexllm {

/// A running sum. Additions wrap modulo 2^64, so the order never matters; sums must stay below 2^31 in magnitude.
using FixedSum = unsigned long long;

/// One addend: x * 2^32 rounded half away from zero, saturated to the range of a signed 64-bit number.
inline FixedSum to_fixed(float x) {
  const unsigned bits = float_bits(x);
  const unsigned exponent = (bits >> 23) & 255u;
  const unsigned long long significand = (bits & 0x7fffffu) | 0x800000u;
  const unsigned long long negative = bits >> 31;
  // The significand stands at the top of the word, twice the value of a number with exponent 157.
  const unsigned shift = 157u - exponent;  // wraps for larger exponents, which are replaced below
  const unsigned long long twice = shift > 63u ? 0ULL : (significand << 40) >> (shift & 63u);
  const unsigned long long rounded = (twice + 1ULL) >> 1;
  const unsigned long long magnitude = exponent > 157u ? 0x7fffffffffffffffULL + negative : rounded;
  const unsigned long long mask = 0ULL - negative;
  return (magnitude ^ mask) - mask;
}

/// The sum as fp32: (float)sum * 2^-32.
inline float from_fixed(FixedSum sum) {
  return static_cast<float>(static_cast<long long>(sum)) * 2.3283064365386962890625e-10f;
}

}  // namespace flexllm
