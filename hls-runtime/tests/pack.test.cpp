// kv_pack.hpp.
#include <flexllm/kv_pack.hpp>

#include "check.hpp"

#include <algorithm>
#include <cstdlib>

using namespace flexllm;

/// Every magnitude with every scale: q is what is nearest to x / m, and with the bit of a scale the nearest such one.
static void levels() {
  for (int m = 1; m <= 16; ++m)
    for (int x = -128; x <= 127; ++x) {
      if (std::abs(x) > 7 * m && m < 16) continue;
      const int top = std::abs(x) > 0 ? std::abs(x) : 1;
      if (m == std::min(16, (top + 6) / 7)) CHECK(group_scale(Reg<9>(top)) == m);
      for (int bit = -1; bit < 2; ++bit) {
        const int q = native(divided(Reg<9>(x), Reg<6>(m), bit >= 0, bit == 1));
        int best = 1 << 20;
        for (int other = -8; other <= 7; ++other)
          if (bit < 0 || (other & 1) == bit) best = std::min(best, std::abs(x - other * m));
        CHECK(std::abs(x - q * m) == best);
        CHECK(bit < 0 || (q & 1) == bit);
      }
    }
}

/// Values through a cache of 4 bits: P lanes, groups of G channels, back in words of N channels.
template <int P, int G, int N> static void packing(check::Random& r) {
  constexpr int ROW = larger_of(G, N);
  const int count = ROW * r.range(0, 3);
  std::vector<ap_int<8>> x = check::random_values<ap_int<8>>(r, count * P);
  // Groups of all sizes.
  std::vector<int> scale(count / G * P + 1);
  for (int i = 0; i < count * P; ++i) x[i] = ap_int<8>(native(x[i]) >> (i / (G * P) % 7));
  for (int i = 0; i < count / G * P; ++i) {
    int top = 0;
    for (int c = 0; c < G; ++c) top = std::max(top, std::abs(native(x[(i / P * G + c) * P + i % P])));
    scale[i] = std::max(1, std::min(16, (top + 6) / 7));
  }
  hls::stream<Vec<ap_int<8>, P>> in("in"), keys("keys");
  hls::stream<Vec<ap_int<4>, P>> out("out"), narrow("narrow");
  check::put<ap_int<8>, P>(in, count, [&](int s, int l) { return x[s * P + l]; });
  check::put<ap_int<8>, P>(keys, count, [&](int s, int l) { return x[s * P + l]; });
  CHECK_CYCLES(count, (narrow_keys<P>(keys, narrow, count)));
  check::take<ap_int<4>, P>(narrow, count, [&](int s, int l, ap_int<4> y) {
    CHECK(native(y) == std::max(-8, std::min(7, static_cast<int>(native(x[s * P + l])))));
  });
  CHECK_CYCLES(count == 0 ? 0 : count + G, (pack_values<P, G>(in, out, count)));
  std::vector<ap_int<4>> q(count * P);
  check::take<ap_int<4>, P>(out, count, [&](int s, int l, ap_int<4> y) { q[s * P + l] = y; });
  for (int l = 0; l < P; ++l) {
    hls::stream<WordFor<ap_int<4>, N>> words("words");
    hls::stream<WordFor<ap_int<8>, N>> back("back");
    for (int s = 0; s < count / N; ++s) {
      WordFor<ap_int<4>, N> word = word_zero<ap_int<4>, N>();
      for (int j = 0; j < N; ++j) word_set<ap_int<4>, N>(word, j, q[(s * N + j) * P + l]);
      words.write(word);
    }
    CHECK_CYCLES(count / N, (unpack_values<N, G>(words, back, count / N)));
    for (int c = 0; c < count; c += N) {
      const WordFor<ap_int<8>, N> word = back.read();
      for (int j = 0; j < N; ++j) {
        const int m = scale[(c + j) / G * P + l], value = native(x[(c + j) * P + l]);
        const int got = native(word_get<ap_int<8>, N>(word, j));
        // Cut off beyond 7 of the largest scales.
        const int error = std::abs(got - value), most = (c + j) % G < 4 ? m : m / 2;
        CHECK(got == m * native(q[(c + j) * P + l]));
        CHECK(error <= (std::abs(value) > 7 * m ? std::abs(value) - 6 * m : most));
      }
    }
    CHECK(words.empty() && back.empty());
  }
}

int main() {
  check::Random r(7);
  levels();
  for (int trial = 0; trial < 10; ++trial) {
    packing<3, 8, 32>(r), packing<1, 16, 4>(r), packing<2, 12, 4>(r), packing<4, 64, 64>(r);
  }
  return check::result();
}
