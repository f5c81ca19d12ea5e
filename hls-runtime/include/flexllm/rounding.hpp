// Rounding of fp32 values to integers.
#pragma once
#include "types.hpp"

namespace flexllm {

/// trunc(v + copysign(0.5, v)) clamped to the range of T (not a number becomes the lowest value).
template <typename T> inline T round_to(float v) {
  static_assert(!Element<T>::is_float && Element<T>::bits <= 16,
                "round_to: T must be an integer of at most 16 bits; choose a narrower one");
  constexpr int lowest = Element<T>::lowest, highest = Element<T>::highest;
  const float moved = v + (v < 0.0f ? -0.5f : 0.5f);
  int q = lowest;
  if (moved >= static_cast<float>(highest)) q = highest;
  else if (moved > static_cast<float>(lowest)) q = static_cast<int>(moved);
  return T(q);
}

}  // namespace flexllm
