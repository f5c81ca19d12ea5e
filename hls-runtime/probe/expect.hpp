// What the test benches of the probe share: comparisons that are counted, and numbers that are the same everywhere.
#pragma once
#include <cstdio>

namespace probe {

inline int failures = 0;

/// Counts a comparison that does not hold; the first few are printed.
inline void expect(bool holds, const char* what, int at) {
  if (!holds && ++failures <= 5) std::fprintf(stderr, "mismatch: %s, number %d\n", what, at);
}

/// The exit code of a test bench.
inline int result() {
  if (failures > 0) std::fprintf(stderr, "%d mismatches\n", failures);
  return failures > 0 ? 1 : 0;
}

/// A pattern without symmetry: number i of series s, from 0 to 255.
inline int pattern(int s, int i) {
  unsigned x = static_cast<unsigned>(i) * 2654435761u + static_cast<unsigned>(s) * 40503u + 12345u;
  x ^= x >> 15;
  x *= 2246822519u;
  return static_cast<int>((x >> 13) & 255u);
}

/// The same as a signed byte, and as a number from -2 to 2.
inline int signed_byte(int s, int i) { return pattern(s, i) - 128; }
inline float real(int s, int i) { return static_cast<float>(signed_byte(s, i)) / 64.0f; }

}  // namespace probe
