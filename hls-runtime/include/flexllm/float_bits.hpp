// fp32 values as bit patterns, and their order as integers.
#pragma once
#include "types.hpp"

namespace flexllm {

inline unsigned float_bits(float x) {
  union {
    float f;
    unsigned u;
  } cast;
  cast.f = x;
  return cast.u;
}

inline float bits_float(unsigned u) {
  union {
    float f;
    unsigned u;
  } cast;
  cast.u = u;
  return cast.f;
}

/// An integer that orders like x. Comparing keys takes one cycle, so a running maximum keeps II = 1.
inline int order_key(float x) {
  const unsigned bits = float_bits(x == 0.0f ? 0.0f : x);
  return static_cast<int>((bits >> 31) != 0 ? bits ^ 0x7fffffffu : bits);
}

/// The value of a key (0 for either zero).
inline float key_value(int key) {
  const unsigned bits = static_cast<unsigned>(key);
  return bits_float((bits >> 31) != 0 ? bits ^ 0x7fffffffu : bits);
}

/// Below and above the key of every finite number.
constexpr int KEY_BELOW = -0x7f800000 - 1;
constexpr int KEY_ABOVE = 0x7f800000;

}  // namespace flexllm
