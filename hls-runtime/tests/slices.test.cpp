// linear_slices.hpp: a row of three slices, in C-simulation by whole words and as it is synthesised.
#include <flexllm/linear_slices.hpp>

#include "check.hpp"

using namespace flexllm;

/// IL: input lanes. KP, WP: inputs and outputs of a slice per cycle.
template <typename TA, typename TW, int IL, int KP, int WP>
static void slices(check::Random& r, int in_steps, int vectors) {
  constexpr int SLICES = 3, MAXIN = 32, MAXK = MAXIN * IL, MAXN = MAXK / KP;
  const int k = in_steps * IL, steps = k / KP, tiles = ceil_div(vectors, SLICES);
  std::vector<TA> a = check::random_values<TA>(r, k);
  std::vector<TW> w = check::random_values<TW>(r, vectors * WP * k);  // [output][k]
  if constexpr (!Element<TA>::is_float) {
    // Sums as large as they become.
    if (r.range(0, 4) == 0) {
      a.assign(a.size(), TA(Element<TA>::is_signed ? Element<TA>::lowest : Element<TA>::highest));
      w.assign(w.size(), TW(Element<TW>::lowest));
    }
  }
  auto weight = [&](int output, int kk) { return w[output * k + kk]; };
  hls::stream<Vec<TA, IL>> in("in");
  hls::stream<Vec<TA, KP>> row[SLICES];
  hls::stream<WordFor<TW, WP * KP>> words[SLICES];
  hls::stream<Vec<AccFor<TA, TW, MAXK>, WP>> own[SLICES], joined[SLICES];
  auto owned = [&](int slice) { return vectors > slice ? (vectors - slice - 1) / SLICES + 1 : 0; };
  check::put<TA, IL>(in, in_steps, [&](int s, int i) { return a[s * IL + i]; });
  for (int v = 0; v < vectors; ++v)
    for (int s = 0; s < steps; ++s) {
      WordFor<TW, WP * KP> word = word_zero<TW, WP * KP>();
      for (int i = 0; i < KP; ++i)
        for (int j = 0; j < WP; ++j) word_set<TW, WP * KP>(word, i * WP + j, weight(v * WP + j, s * KP + i));
      words[v % SLICES].write(word);
    }
  const long long period = steps > WP / 2 ? steps : WP / 2;
  const long long cycles = (tiles - 1) * period + steps + WP / 2;
  CHECK_CYCLES(static_cast<long long>(tiles) * steps,
               (slices_feed<TA, IL, KP, MAXIN>(in, row[0], in_steps, tiles)));
  CHECK_CYCLES(cycles, (linear_slice<TA, TW, WP, KP, MAXN, MAXK>(row[0], words[0], row[1], own[0], steps, tiles,
                                                                owned(0))));
  CHECK_CYCLES(cycles, (linear_slice<TA, TW, WP, KP, MAXN, MAXK>(row[1], words[1], row[2], own[1], steps, tiles,
                                                                owned(1))));
  CHECK_CYCLES(cycles, (linear_slice_last<TA, TW, WP, KP, MAXN, MAXK>(row[2], words[2], own[2], steps, tiles,
                                                                     owned(2))));
  slices_join(own[0], own[1], joined[0], 1, owned(0) + owned(1));
  slices_join(joined[0], own[2], joined[1], 2, vectors);
  check::take<AccFor<TA, TW, MAXK>, WP>(joined[1], vectors, [&](int v, int j, auto y) {
    check::Dot<TA, TW> dot;
    for (int kk = 0; kk < k; ++kk) dot.add(a[kk], weight(v * WP + j, kk));
    CHECK(dot.equals(y));
  });
  for (int s = 0; s < SLICES; ++s) CHECK(words[s].empty() && row[s].empty() && own[s].empty());
}

template <typename TA, typename TW, int IL, int KP, int WP> static void sizes(check::Random& r) {
  const int list[][2] = {{1, 1}, {1, 2}, {1, 7}, {2, 3}, {32, 4}, {31, 9}};
  for (const auto& s : list) slices<TA, TW, IL, KP, WP>(r, s[0], s[1]);
  for (int trial = 0; trial < 6; ++trial) slices<TA, TW, IL, KP, WP>(r, r.range(1, 32), r.range(1, 20));
}

int main() {
  check::Random r(11);
  sizes<ap_uint<4>, ap_int<4>, 16, 8, 16>(r);
  sizes<ap_int<4>, ap_int<4>, 4, 1, 2>(r);
  sizes<ap_int<8>, ap_int<8>, 8, 4, 16>(r);
  sizes<ap_uint<8>, ap_int<8>, 2, 1, 10>(r);
  sizes<float, float, 4, 2, 4>(r);
  return check::result();
}
