// Small helpers of the runtime's tests: checks, random numbers, streams, cycle counts and scalar references.
#pragma once
#include <flexllm/types.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

namespace check {

inline int failures = 0;
inline int checks = 0;

inline void fail(const char* what, const char* file, int line) {
  if (++failures <= 20) std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

#define CHECK(condition)                                              \
  do {                                                                \
    ++check::checks;                                                  \
    if (!(condition)) check::fail(#condition, __FILE__, __LINE__);    \
  } while (0)

/// Same bits, except that all that is not a number is equal.
inline bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0 || (a == 0.0f && b == 0.0f); }
#define CHECK_SAME(a, b)                                                                      \
  do {                                                                                        \
    ++check::checks;                                                                          \
    const float va = (a), vb = (b);                                                           \
    if (!check::same(va, vb)) {                                                               \
      check::fail(#a " == " #b, __FILE__, __LINE__);                                          \
      if (check::failures <= 20) std::fprintf(stderr, "  %.9g and %.9g\n", va, vb);           \
    }                                                                                         \
  } while (0)

/// Within four units in the last place, for results of the library's own exponential and reciprocal against exact ones.
#define CHECK_NEAR(a, b)                                                                      \
  do {                                                                                        \
    ++check::checks;                                                                          \
    const float va = (a), vb = (b);                                                           \
    if (!(std::fabs(va - vb) <= 4.8e-7f * std::fabs(vb))) {                                   \
      check::fail(#a " near " #b, __FILE__, __LINE__);                                        \
      if (check::failures <= 20) std::fprintf(stderr, "  %.9g and %.9g\n", va, vb);           \
    }                                                                                         \
  } while (0)

/// Runs `call` and checks the number of cycles it counts.
#ifdef __SYNTHESIS__
#define CHECK_CYCLES(expected, call) \
  do {                               \
    call;                            \
    (void)(expected);                \
  } while (0)
#else
#define CHECK_CYCLES(expected, call)                                                            \
  do {                                                                                          \
    flexllm_cycles[7][3] = 0;                                                                   \
    FLEXLLM_PROCESS(7, 3);                                                                      \
    call;                                                                                       \
    ++check::checks;                                                                            \
    const long long counted = static_cast<long long>(flexllm_cycles[7][3]);                     \
    const long long wanted = (expected);                                                        \
    if (counted != wanted) {                                                                    \
      check::fail("cycles of " #call, __FILE__, __LINE__);                                      \
      if (check::failures <= 20) std::fprintf(stderr, "  %lld counted, %lld expected\n", counted, wanted); \
    }                                                                                           \
  } while (0)
#endif

/// Random numbers (xorshift), the same on every machine.
struct Random {
  unsigned long long state;
  explicit Random(unsigned long long seed) : state(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  unsigned long long bits() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
  }
  int range(int low, int high) { return low + static_cast<int>(bits() % static_cast<unsigned>(high - low + 1)); }
  float real(float scale = 1.0f) { return (static_cast<float>(bits() & 0xffffff) / 8388608.0f - 1.0f) * scale; }
};

/// A random element: integers over the whole range with many extremes, of 3 bits odd and of 2 bits ternary ones, as
/// memory has them.
template <typename T> T random_element(Random& r) {
  using E = flexllm::Element<T>;
  if constexpr (E::is_float) {
    return r.real(2.0f);
  } else if constexpr (E::bits == 3) {
    return T(2 * r.range(0, 3) - 3);
  } else if constexpr (flexllm::is_ternary<T>) {
    return T(r.range(-1, 1));
  } else {
    const int kind = r.range(0, 9);
    if (kind == 0) return T(E::lowest);
    if (kind == 1) return T(E::highest);
    return T(r.range(E::lowest, E::highest));
  }
}

template <typename T> std::vector<T> random_values(Random& r, int count) {
  std::vector<T> v(count);
  for (T& x : v) x = random_element<T>(r);
  return v;
}

/// Writes `count` vectors; value(step, lane).
template <typename T, int N, typename F>
void put(hls::stream<flexllm::Vec<T, N>>& s, int count, F value) {
  for (int step = 0; step < count; ++step) {
    flexllm::Vec<T, N> v;
    for (int i = 0; i < N; ++i) v[i] = value(step, i);
    s.write(v);
  }
}

/// Reads `count` vectors; use(step, lane, value). The stream must be empty afterwards.
template <typename T, int N, typename F>
void take(hls::stream<flexllm::Vec<T, N>>& s, int count, F use) {
  CHECK(static_cast<int>(s.size()) == count);
  for (int step = 0; step < count && !s.empty(); ++step) {
    const flexllm::Vec<T, N> v = s.read();
    for (int i = 0; i < N; ++i) use(step, i, v[i]);
  }
  while (!s.empty()) s.read();
}

/// The same element of a token sent in decode order, 0 beyond its channels.
template <typename T, int P, flexllm::Order ORDER>
void put_token(hls::stream<flexllm::Vec<T, P>>& s, const std::vector<T>& token) {
  const int channels = static_cast<int>(token.size());
  const int steps = flexllm::ceil_div(channels, P);
  put<T, P>(s, steps, [&](int k, int i) {
    const int c = ORDER == flexllm::Order::blocked ? i * steps + k : k * P + i;
    return c < channels ? token[c] : T(0);
  });
}

/// Reference of the fixed-point sums, by another way than the header: extended precision and 128-bit integers.
struct ReferenceSum {
  __int128 sum = 0;
  void add(float x) {
    const long double scaled = roundl(static_cast<long double>(x) * 4294967296.0L);
    if (scaled >= 9223372036854775807.0L) sum += 9223372036854775807LL;
    else if (scaled <= -9223372036854775808.0L) sum += -9223372036854775807LL - 1;
    else sum += static_cast<long long>(scaled);
  }
  float value() const { return static_cast<float>(static_cast<long long>(sum)) * std::ldexp(1.0f, -32); }
};

/// Reference of a dot product: exact for integers, fixed-point for fp32.
template <typename A, typename W> struct Dot {
  long long sum = 0;
  void add(const A& a, const W& w) { sum += static_cast<long long>(flexllm::native(a)) * flexllm::native(w); }
  template <typename R> bool equals(const R& r) const { return static_cast<long long>(flexllm::native(r)) == sum; }
};
template <> struct Dot<float, float> {
  ReferenceSum sum;
  void add(float a, float w) { sum.add(a * w); }
  bool equals(float r) const { return same(r, sum.value()); }
};

/// trunc(v + copysign(0.5, v)), clamped.
inline int reference_round(float v, int lowest, int highest) {
  const float moved = std::trunc(v + std::copysign(0.5f, v));
  if (moved <= static_cast<float>(lowest)) return lowest;
  if (moved >= static_cast<float>(highest)) return highest;
  return static_cast<int>(moved);
}

/// Exact but for one rounding; the library's own is within one unit of the last place.
inline float reference_exp(float x) { return static_cast<float>(std::exp(static_cast<double>(x))); }

/// Exit code of the test.
inline int result() {
#ifdef FLEXLLM_CSIM_STREAM
  if (flexllm_csim::leftover_streams != 0) fail("streams were left with data", __FILE__, __LINE__);
#endif
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 && checks > 0 ? 0 : 1;
}

}  // namespace check
