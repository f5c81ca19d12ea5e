// Exponential, reciprocal and quotient of fp32 numbers from integers and tables: C-simulation, RTL and card agree to
// the bit.
#pragma once
#include "exponential_tables.hpp"
#include "float_bits.hpp"

namespace flexllm {

constexpr unsigned FLOAT_INFINITE = 0x7f800000u;

/// e^x, at most 0.52 units in the last place from the exact value. Below 2^-126 it is 0, beyond the largest number
/// infinity; not a number stays so. x = power * ln 2 + rest; e^rest = start * (1 + growth), growth = z + z^2 / 2. One
/// multiplication of 27 x 24 bits: two DSP48E2 or one DSP58.
inline float exponential(float x) {
#pragma HLS inline off
#pragma HLS pipeline II=1
  constexpr long long LN2 = 3048493539143LL;  // in units of 2^-42
  const unsigned bits = float_bits(x);
  const bool negative = (bits >> 31) != 0;
  const int exponent = static_cast<int>((bits >> 23) & 255u);
  const unsigned long long significand = (bits & 0x7fffffu) | 0x800000u;
  // x in units of 2^-32, cut off (from 2^-9 on it is exact).
  const int left = exponent > 133 ? 0 : exponent < 94 ? -24 : exponent - 118;
  const long long magnitude = static_cast<long long>(left >= 0 ? significand << left : significand >> -left);
  const long long fixed = negative ? -magnitude : magnitude;
  // Never too high: log2(e) = 369.33 / 256 goes down for x >= 0 and up below.
  const int coarse = static_cast<int>(fixed >> 24);
  const int power = (negative ? coarse * 370 : coarse * 369) >> 16;
  const unsigned rest = static_cast<unsigned>(fixed - ((ap_int<9>(power) * LN2 + 512) >> 10));
  // Of 33 bits, in units of 2^-31.
  const long long start = (1LL << 31) + exponential_start(rest >> 23);
  // z in units of 2^-32; squared from the middle of a unit of 2^-22, in 12 bits: (n + 1/2)^2 = n * (n + 1) + 1/4.
  const int z = static_cast<int>(rest & 0x7fffffu) - 0x400000;
  const int near = (z < 0 ? ~z : z) >> 10;
  const ap_uint<25> square = ap_uint<12>(near) * ap_uint<13>(near + 1);
#pragma HLS bind_op variable=square op=mul impl=fabric
  const int growth = z + ((static_cast<int>(square) + 4096) >> 13);
  const ap_int<51> product = ap_int<27>(start >> 7) * ap_int<24>(growth);
  const long long value = start + static_cast<long long>(product >> 25);
  const bool doubled = value >= (1LL << 32);
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const int rounded = static_cast<int>(doubled ? (value + 256) >> 9 : (value + 128) >> 8);
  const int raised = power + (doubled ? 128 : 127) + (rounded >> 24);
  unsigned y = static_cast<unsigned>(raised) << 23 | (static_cast<unsigned>(rounded) & 0x7fffffu);
  if (raised > 254) y = FLOAT_INFINITE;
  if (raised < 1) y = 0u;
  if (exponent > 133) y = exponent == 255 && (bits & 0x7fffffu) != 0 ? bits : negative ? 0u : FLOAT_INFINITE;
  return bits_float(y);
}

/// 1 / m in units of 2^-33 for a significand m in units of 2^-23, up to 2^-8 units of fp32's last place from the exact
/// value. 1 / m = start / (1 - error) = start * (1 + error + error^2 + error^3 + ...). Two multiplications on DSP
/// blocks, 25 x 13 and 27 x 13 bits.
inline long long inverse_significand(int significand) {
#pragma HLS inline
  const int start = reciprocal_start(static_cast<unsigned>(significand >> 14) & 511u);
  const ap_int<43> product = ap_int<25>(significand) * ap_int<13>(start);
  const int error = static_cast<int>((1LL << 35) - static_cast<long long>(product));  // in units of 2^-35
  // Squared from the middle of a unit of 2^-23, in 14 bits: (n + 1/2)^2 = n * (n + 1) + 1/4.
  const int near = (error < 0 ? ~error : error) >> 12;
  const ap_uint<29> square = ap_uint<14>(near) * ap_uint<15>(near + 1);
#pragma HLS bind_op variable=square op=mul impl=fabric
  const int cube = reciprocal_cube(static_cast<unsigned>(error >> 21) & 63u);
  const int growth = error + (static_cast<int>(square) >> 11) + cube;
  const ap_int<40> more = ap_int<27>(growth) * ap_int<13>(start);
  return start * (1LL << 21) + static_cast<long long>(more >> 14);
}

/// 1 / x, at most 0.52 units in the last place from the exact value. Numbers and results below 2^-126 count as 0; not
/// a number stays so.
inline float reciprocal(float x) {
#pragma HLS inline off
#pragma HLS pipeline II=1
  const unsigned bits = float_bits(x);
  const unsigned sign = bits & 0x80000000u;
  const int exponent = static_cast<int>((bits >> 23) & 255u);
  const long long inverse = inverse_significand(static_cast<int>((bits & 0x7fffffu) | 0x800000u));
  const int result = (252 - exponent) * (1 << 23) + static_cast<int>((inverse + 256) >> 9);
  unsigned y = result < (1 << 23) ? 0u : static_cast<unsigned>(result);
  if (exponent == 0) y = FLOAT_INFINITE;
  if (exponent == 255) y = (bits & 0x7fffffu) != 0 ? bits : 0u;
  return bits_float(y | sign);
}

/// x / y, rounded once, at most 0.52 units in the last place from the exact value. Numbers and results below 2^-126
/// count as 0; what no number can be (0 / 0, infinite / infinite) is not a number. The unrounded reciprocal times x:
/// one more multiplication, of 25 x 35 bits, on two DSP blocks.
inline float quotient(float x, float y) {
#pragma HLS inline off
#pragma HLS pipeline II=1
  const unsigned above = float_bits(x), below = float_bits(y);
  const unsigned sign = (above ^ below) & 0x80000000u;
  const int exponent = static_cast<int>((above >> 23) & 255u), divided = static_cast<int>((below >> 23) & 255u);
  const long long inverse = inverse_significand(static_cast<int>((below & 0x7fffffu) | 0x800000u));
  // In units of 2^-56: from 2^55 to 2^57.
  const ap_int<60> product = ap_int<25>((above & 0x7fffffu) | 0x800000u) * ap_int<35>(inverse);
  const long long value = static_cast<long long>(product >> 31);
  const bool whole = value >= (1LL << 25);
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const int rounded = static_cast<int>(whole ? (value + 2) >> 2 : (value + 1) >> 1);
  const int raised = exponent - divided + (whole ? 127 : 126) + (rounded >> 24);
  unsigned result = static_cast<unsigned>(raised) << 23 | (static_cast<unsigned>(rounded) & 0x7fffffu);
  const bool none = exponent == 0 || divided == 255, endless = exponent == 255 || divided == 0;
  if (endless || raised > 254) result = FLOAT_INFINITE;
  if (none || (!endless && raised < 1)) result = 0u;
  if (none && endless) result = FLOAT_INFINITE | 0x400000u;
  if ((above & 0x7fffffffu) > FLOAT_INFINITE) return x;
  if ((below & 0x7fffffffu) > FLOAT_INFINITE) return y;
  return bits_float(result | sign);
}

}  // namespace flexllm
