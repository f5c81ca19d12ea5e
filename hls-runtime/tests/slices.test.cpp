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
      w.assign(w.size(), TW(Element<TW>::bits == 3 ? -3 : is_ternary<TW> ? -1 : Element<TW>::lowest));
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

/// The same with scales in groups of G steps: two slices, each with a port that carries scales among the weights.
template <typename TA, typename TW, int IL, int KP, int WP, int G>
static void grouped(check::Random& r, int groups, int vectors) {
  constexpr int SLICES = 2, MAXG = 32, MAXK = 1024, N = WP * KP;
  using Words = GroupWords<TW, N, WP>;
  using Result = AccFor<TA, Scaled<TW>, MAXK>;
  const int steps = groups * G, k = steps * KP, in_steps = k / IL, tiles = ceil_div(vectors, SLICES);
  const bool extreme = r.range(0, 4) == 0;
  std::vector<TA> a = check::random_values<TA>(r, k);
  std::vector<int> w(vectors * WP * k), m(vectors * WP * groups);
  for (int& x : w)
    x = is_ternary<TW>             ? (extreme ? -1 : r.range(-1, 1))
        : extreme                  ? -3
        : Element<TW>::bits == 3 ? 2 * r.range(0, 3) - 3
                                 : r.range(-8, 7);
  for (int& x : m) x = extreme ? 15 : r.range(0, 15);
  if (extreme) a.assign(a.size(), TA(Element<TA>::is_signed ? Element<TA>::lowest : Element<TA>::highest));
  hls::stream<Vec<TA, IL>> in("in");
  hls::stream<Vec<TA, KP>> row[SLICES];
  hls::stream<WordFor<TW, N>> ports[SLICES], words[SLICES];
  hls::stream<Vec<GroupScale, WP>> scales[SLICES];
  hls::stream<Vec<Result, WP>> own[SLICES], joined("joined");
  auto owned = [&](int slice) { return vectors > slice ? (vectors - slice - 1) / SLICES + 1 : 0; };
  check::put<TA, IL>(in, in_steps, [&](int s, int i) { return a[s * IL + i]; });
  for (int v = 0; v < vectors; ++v)
    for (int g = 0; g < groups; ++g) {
      if (g % Words::BATCH == 0)
        for (int word = 0; word < Words::WORDS; ++word) {
          WordFor<TW, N> x;
          for (int byte = 0; byte < static_cast<int>(sizeof x); ++byte) x[byte] = 0;
          for (int e = 0; e < Words::ELEMENTS; ++e) {
            constexpr bool one = Words::WORDS == 1;
            const int own_group = g + (one ? e / WP : 0), j = one ? e % WP : word * Words::ELEMENTS + e;
            if (own_group >= groups || own_group >= g + Words::BATCH || j >= WP) continue;
            const int scale = m[(v * WP + j) * groups + own_group];
            x[e >> 1] = ap_uint<8>(static_cast<unsigned>(x[e >> 1]) | static_cast<unsigned>(scale << (4 * (e & 1))));
          }
          ports[v % SLICES].write(x);
        }
      for (int s = g * G; s < (g + 1) * G; ++s) {
        WordFor<TW, N> word = word_zero<TW, N>();
        for (int i = 0; i < KP; ++i)
          for (int j = 0; j < WP; ++j) word_set<TW, N>(word, i * WP + j, TW(w[(v * WP + j) * k + s * KP + i]));
        ports[v % SLICES].write(word);
      }
    }
  const long long cycles = static_cast<long long>(tiles) * steps + WP / 2;
  for (int s = 0; s < SLICES; ++s)
    CHECK_CYCLES(static_cast<long long>(owned(s)) * (steps + ceil_div(groups, Words::BATCH) * Words::WORDS),
                 (part_groups<TW, N, WP>(ports[s], words[s], scales[s], owned(s), groups, G)));
  slices_feed<TA, IL, KP, MAXK / IL>(in, row[0], in_steps, tiles);
  CHECK_CYCLES(cycles, (grouped_slice<TA, TW, WP, KP, MAXG, MAXK>(row[0], words[0], scales[0], row[1], own[0], steps,
                                                                  tiles, owned(0), G)));
  CHECK_CYCLES(cycles, (grouped_slice_last<TA, TW, WP, KP, MAXG, MAXK>(row[1], words[1], scales[1], own[1], steps,
                                                                       tiles, owned(1), G)));
  slices_join(own[0], own[1], joined, 1, vectors);
  check::take<Result, WP>(joined, vectors, [&](int v, int j, auto y) {
    long long sum = 0;
    for (int kk = 0; kk < k; ++kk) {
      const int output = v * WP + j;
      sum += static_cast<long long>(native(a[kk])) * w[output * k + kk] * m[output * groups + kk / (G * KP)];
    }
    CHECK(sum == static_cast<long long>(native(y)));
  });
  for (int s = 0; s < SLICES; ++s)
    CHECK(ports[s].empty() && words[s].empty() && scales[s].empty() && row[s].empty() && own[s].empty());
}

template <typename TA, typename TW, int IL, int KP, int WP, int G> static void groups(check::Random& r) {
  const int list[][2] = {{1, 1}, {1, 5}, {2, 2}, {3, 3}, {5, 4}};
  for (const auto& s : list) grouped<TA, TW, IL, KP, WP, G>(r, s[0], s[1]);
}

int main() {
  check::Random r(11);
  sizes<ap_uint<4>, ap_int<4>, 16, 8, 16>(r);
  sizes<ap_int<4>, ap_int<4>, 4, 1, 2>(r);
  sizes<ap_int<8>, ap_int<8>, 8, 4, 16>(r);
  // As many products as two sums in a DSP may have.
  static_assert(PairSum<ap_int<6>, ap_int<6>, 256>::packed && !PairSum<ap_int<6>, ap_int<6>, 257>::packed, "6 x 6");
  static_assert(PairSum<ap_int<8>, ap_int<6>, 64>::packed && !PairSum<ap_int<8>, ap_int<6>, 65>::packed, "8 x 6");
  sizes<ap_uint<6>, ap_int<6>, 16, 2, 4>(r);
  sizes<ap_uint<8>, ap_int<8>, 2, 1, 10>(r);
  sizes<float, float, 4, 2, 4>(r);
  slices<ap_int<8>, ap_int<3>, 8, 4, 16>(r, 9, 4);
  slices<ap_int<8>, ap_int<2>, 16, 16, 16>(r, 5, 4);
  for (int trial = 0; trial < 6; ++trial) slices<ap_uint<8>, ap_int<2>, 4, 2, 6>(r, r.range(1, 32), r.range(1, 20));
  groups<ap_int<8>, ap_int<2>, 8, 8, 16, 8>(r);
  groups<ap_uint<8>, ap_int<2>, 1, 1, 4, 16>(r);
  groups<ap_int<8>, ap_int<3>, 8, 8, 16, 8>(r);
  groups<ap_int<8>, ap_int<4>, 4, 2, 8, 16>(r);
  groups<ap_uint<4>, ap_int<3>, 2, 1, 4, 16>(r);
  groups<ap_int<8>, ap_int<3>, 16, 16, 2, 1>(r);
  return check::result();
}
