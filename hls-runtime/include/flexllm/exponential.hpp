// Exponential and reciprocal of fp32 numbers from integers and tables: C-simulation, RTL and card agree to the bit.
#pragma once
#include "exponential_tables.hpp"
#include "float_bits.hpp"

namespace flexllm {

constexpr unsigned FLOAT_INFINITE = 0x7f800000u;

/// e^x, less than one unit in the last place from the exact value. Below 2^-126 it is 0, beyond the largest number
/// infinity; not a number stays so. x = power * ln 2 + rest; e^rest = start * (1 + growth). One multiplication on a
/// DSP block.
inline float exponential(float x) {
#pragma HLS inline off
#pragma HLS pipeline II=1
  constexpr long long LN2 = 47632711549LL;  // in units of 2^-36
  const unsigned bits = float_bits(x);
  const bool negative = (bits >> 31) != 0;
  const int exponent = static_cast<int>((bits >> 23) & 255u);
  const unsigned long long significand = (bits & 0x7fffffu) | 0x800000u;
  // x in units of 2^-28, cut off.
  const int left = exponent > 133 ? 0 : exponent < 98 ? -24 : exponent - 122;
  const long long magnitude = static_cast<long long>(left >= 0 ? significand << left : significand >> -left);
  const long long fixed = negative ? -magnitude : magnitude;
  // Never too high: log2(e) = 369.33 / 256 goes down for x >= 0 and up below.
  const int coarse = static_cast<int>(fixed >> 20);
  const int power = (negative ? coarse * 370 : coarse * 369) >> 16;
  const int rest = static_cast<int>(fixed - ((ap_int<9>(power) * LN2 + 128) >> 8));
  const int start = exponential_start(static_cast<unsigned>(rest >> 19) & 511u);
  const int z = (rest & 0x7ffff) - 0x40000;
  const int growth = (z + exponential_rest(static_cast<unsigned>(rest >> 11) & 255u) + 2) >> 2;
  const ap_int<45> product = ap_int<27>(start >> 4) * ap_int<18>(growth);
  const int value = start + static_cast<int>(product >> 22);
  const bool doubled = value >= (1 << 29);
  // Rounded to 24 bits, ties up; a carry goes on into the exponent.
  const int rounded = doubled ? (value + 32) >> 6 : (value + 16) >> 5;
  const int raised = power + (doubled ? 128 : 127) + (rounded >> 24);
  unsigned y = static_cast<unsigned>(raised) << 23 | (static_cast<unsigned>(rounded) & 0x7fffffu);
  if (raised > 254) y = FLOAT_INFINITE;
  if (raised < 1) y = 0u;
  if (exponent > 133) y = exponent == 255 && (bits & 0x7fffffu) != 0 ? bits : negative ? 0u : FLOAT_INFINITE;
  return bits_float(y);
}

/// 1 / x, less than one unit in the last place from the exact value. Numbers and results below 2^-126 count as 0; not
/// a number stays so. 1 / m = start / (1 - error) = start * (1 + error + error^2 + ...). Two multiplications on DSP
/// blocks.
inline float reciprocal(float x) {
#pragma HLS inline off
#pragma HLS pipeline II=1
  const unsigned bits = float_bits(x);
  const unsigned sign = bits & 0x80000000u;
  const int exponent = static_cast<int>((bits >> 23) & 255u);
  const int significand = static_cast<int>((bits & 0x7fffffu) | 0x800000u);
  const int start = reciprocal_start((bits >> 14) & 511u);
  const ap_int<43> product = ap_int<25>(significand) * ap_int<13>(start);
  const int error = static_cast<int>((1LL << 35) - static_cast<long long>(product));  // in units of 2^-35
  const int rounded = (error + (1 << 15)) >> 16;
  const int growth = (error >> 7) + ((rounded * rounded) >> 10);
  const ap_int<40> more = ap_int<22>(growth) * ap_int<13>(start);
  const int value = start * (1 << 16) + static_cast<int>(more >> 12);
  const int result = (252 - exponent) * (1 << 23) + ((value + 8) >> 4);
  unsigned y = result < (1 << 23) ? 0u : static_cast<unsigned>(result);
  if (exponent == 0) y = FLOAT_INFINITE;
  if (exponent == 255) y = (bits & 0x7fffffu) != 0 ? bits : 0u;
  return bits_float(y | sign);
}

}  // namespace flexllm
