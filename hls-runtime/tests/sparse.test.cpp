// sparse_weights.hpp: engines of slices and of blocks whose weights leave out others, against plain sums.
#include <flexllm/linear_blocks.hpp>

#include "check.hpp"

using namespace flexllm;

/// A matrix [output][channel] of which blocks of OF channels keep KEEP, and for each stored weight its place.
template <typename TW, typename S> struct Matrix {
  int stored, channels;
  std::vector<int> dense, values, places;
  Matrix(check::Random& r, int outputs, int blocks) : stored(blocks * S::keep), channels(blocks * S::of) {
    dense.assign(outputs * channels, 0);
    for (int o = 0; o < outputs; ++o)
      for (int b = 0; b < blocks; ++b) {
        int left = S::keep;
        for (int i = 0; i < S::of; ++i) {
          // Outputs that share an index have the places of the first.
          const bool same = S::share == 2 && o % 2 == 1;
          const bool keep = same ? place_of(o - 1, b * S::keep + S::keep - left) == i && left > 0
                                 : r.range(1, S::of - i) <= left;
          if (!keep) continue;
          --left;
          const int w = Element<TW>::bits == 3 ? 2 * r.range(0, 3) - 3
                                               : r.range(Element<TW>::lowest, Element<TW>::highest);
          dense[o * channels + b * S::of + i] = w;
          values.push_back(w);
          places.push_back(i);
        }
      }
  }
  int place_of(int o, int s) const { return s >= stored ? -1 : places[o * stored + s]; }
};

/// Words of a tile of outputs: `value(s, e)` and `place(s, e)` of element e of the word of step s.
template <typename TW, int N, typename S, typename V, typename P>
static void put_words(hls::stream<WordFor<TW, N>>& out, int steps, V value, P place) {
  using I = IndexWords<TW, N, S>;
  for (int s = 0; s < steps; ++s) {
    if (s % I::BATCH == 0)
      for (int i = 0; i < I::WORDS; ++i) {
        WordFor<TW, N> x;
        for (int b = 0; b < WordOf<TW, N>::bytes; ++b) x[b] = 0;
        for (int f = 0; f < I::ELEMENTS; ++f) {
          const int at = I::WORDS > 1 ? s : s + f / I::INDICES;
          const int e = I::WORDS > 1 ? i * I::ELEMENTS + f : f % I::INDICES;
          if (at >= steps || at >= s + I::BATCH || e >= I::INDICES) continue;
          for (int bit = 0; bit < S::bits; ++bit) {
            const int to = f * S::bits + bit;
            if ((place(at, e * S::share) >> bit) & 1)
              x[to / 8] = ap_uint<8>(static_cast<unsigned>(x[to / 8]) | (1u << (to % 8)));
          }
        }
        out.write(x);
      }
    WordFor<TW, N> word = word_zero<TW, N>();
    for (int e = 0; e < N; ++e) word_set<TW, N>(word, e, TW(value(s, e)));
    out.write(word);
  }
}

template <typename TW, int N, typename S> static long long index_words(int steps) {
  return ceil_div(steps, IndexWords<TW, N, S>::BATCH) * IndexWords<TW, N, S>::WORDS;
}

/// Two slices. L: lanes of the token, WP outputs of KP stored channels each.
template <typename TA, typename TW, int L, int KP, int WP, typename S>
static void slices(check::Random& r, int steps, int vectors, bool dense) {
  constexpr int SLICES = 2, MAXN = 32, MAXK = MAXN * KP, N = WP * KP, KD = KP * S::ratio;
  using Result = AccFor<TA, TW, MAXK>;
  if (dense) steps *= S::ratio;
  const int channels = dense ? steps * KP : steps * KD, tiles = ceil_div(vectors, SLICES);
  const Matrix<TW, S> m(r, vectors * WP, steps * KP / S::keep);
  std::vector<TA> a = check::random_values<TA>(r, channels);
  if (r.range(0, 3) == 0)
    a.assign(a.size(), TA(Element<TA>::is_signed ? Element<TA>::lowest : Element<TA>::highest));
  hls::stream<Vec<TA, L>> in("in");
  hls::stream<Vec<TA, KD>> row[SLICES];
  hls::stream<WordFor<TW, N>> ports[SLICES], words[SLICES];
  hls::stream<IndicesFor<S, N>> indices[SLICES];
  hls::stream<Vec<Result, WP>> own[SLICES], joined("joined");
  auto owned = [&](int slice) { return (vectors - slice - 1) / SLICES + 1; };
  // Dense: the channel of stored place s, where words of the same activations have their parts of each block.
  auto channel = [&](int s) {
    const int word = s / KP, i = s % KP;
    return word / S::ratio * KD + i / S::keep * S::of + word % S::ratio * S::keep + i % S::keep;
  };
  check::put<TA, L>(in, channels / L, [&](int s, int i) { return a[s * L + i]; });
  for (int v = 0; v < vectors; ++v) {
    auto value = [&](int s, int e) { return m.values[(v * WP + e % WP) * m.stored + s * KP + e / WP]; };
    auto place = [&](int s, int e) { return m.place_of(v * WP + e % WP, s * KP + e / WP); };
    hls::stream<WordFor<TW, N>>& port = ports[v % SLICES];
    if (!dense) put_words<TW, N, S>(port, steps, value, place);
    for (int s = 0; dense && s < steps; ++s) {
      WordFor<TW, N> word = word_zero<TW, N>();
      for (int e = 0; e < N; ++e) word_set<TW, N>(word, e, TW(value(s, e)));
      port.write(word);
    }
  }
  const int period = steps > WP / 2 ? steps : WP / 2;
  const long long cycles = static_cast<long long>(tiles - 1) * period + steps + WP / 2;
  for (int s = 0; s < SLICES; ++s) {
    const long long count = owned(s) * (steps + (dense ? 0 : index_words<TW, N, S>(steps)));
    CHECK_CYCLES(count, (part_indices<TW, N, WP, S>(ports[s], words[s], indices[s], owned(s), steps, dense)));
  }
  CHECK_CYCLES(static_cast<long long>(tiles) * steps,
               (slices_feed<TA, L, KD, MAXN * KD / L>(in, row[0], channels / L, tiles, dense ? S::ratio : 1)));
  CHECK_CYCLES(cycles, (sparse_slice<TA, TW, WP, KP, MAXN, MAXK, S>(row[0], words[0], indices[0], row[1], own[0],
                                                                    steps, tiles, owned(0))));
  CHECK_CYCLES(cycles, (sparse_slice_last<TA, TW, WP, KP, MAXN, MAXK, S>(row[1], words[1], indices[1], own[1], steps,
                                                                         tiles, owned(1))));
  slices_join(own[0], own[1], joined, 1, vectors);
  check::take<Result, WP>(joined, vectors, [&](int v, int j, auto y) {
    long long sum = 0;
    const int o = v * WP + j;
    for (int c = 0; !dense && c < channels; ++c)
      sum += static_cast<long long>(native(a[c])) * m.dense[o * m.channels + c];
    for (int s = 0; dense && s < channels; ++s)
      sum += static_cast<long long>(native(a[channel(s)])) * m.values[o * m.stored + s];
    CHECK(sum == static_cast<long long>(native(y)));
  });
  for (int s = 0; s < SLICES; ++s) CHECK(ports[s].empty() && words[s].empty() && indices[s].empty() && row[s].empty());
}

/// Two blocks of CB columns on one port, with scales in groups of `group` stored channels, or without for 0.
template <typename TA, typename TW, int TP, int CB, typename S>
static void blocks(check::Random& r, int stored, int n, int group) {
  constexpr int MAXK = 64, N = 2 * CB, KEPT = MAXK * S::ratio;
  const bool scaled = group > 0;
  const int count = r.range(1, 2), tiles = ceil_div(n, N), rest = n - (tiles - 1) * N;
  const int k = stored * S::ratio, groups = scaled ? stored / group : 1;
  const Matrix<TW, S> m(r, tiles * N, stored / S::keep);
  std::vector<TA> a = check::random_values<TA>(r, count * TP * k);
  if (r.range(0, 3) == 0)
    a.assign(a.size(), TA(Element<TA>::is_signed ? Element<TA>::lowest : Element<TA>::highest));
  std::vector<int> f(groups * tiles * N, 1);
  for (int& x : f) x = scaled ? r.range(0, 15) : 1;
  hls::stream<Vec<TA, TP>> in("in");
  hls::stream<Vec<TA, S::ratio * TP>> a0("a0"), a1("a1");
  hls::stream<WordFor<TW, N>> port("port"), words("words");
  hls::stream<IndicesFor<S, N>> indices("indices");
  hls::stream<IndicesFor<S, CB>> i0("i0"), i1("i1");
  hls::stream<Vec<TW, CB>> w0("w0"), w1("w1");
  hls::stream<Vec<GroupScale, CB>> m0("m0"), m1("m1");
  check::put<TA, TP>(in, count * k, [&](int s, int t) { return a[(s / k * TP + t) * k + s % k]; });
  for (int b = 0; b < count; ++b)
    for (int tile = 0; tile < tiles; ++tile) {
      put_words<TW, N, S>(port, stored, [&](int s, int e) { return m.values[(tile * N + e) * stored + s]; },
                          [&](int s, int e) { return m.place_of(tile * N + e, s); });
      for (int g = 0; scaled && g < groups; ++g) {
        check::put<GroupScale, CB>(m0, 1, [&](int, int j) { return GroupScale(f[g * tiles * N + tile * N + j]); });
        check::put<GroupScale, CB>(m1, 1, [&](int, int j) { return GroupScale(f[g * tiles * N + tile * N + CB + j]); });
      }
    }
  const int rounds = count * tiles, period = stored > CB ? stored : CB;
  const long long cycles = static_cast<long long>(rounds - 1) * period + stored + CB + S::keep - 1;
  auto columns = [&](int first) { return rest < first ? 0 : rest - first < CB ? rest - first : CB; };
  CHECK_CYCLES(rounds * (stored + index_words<TW, N, S>(stored)),
               (part_indices<TW, N, N, S>(port, words, indices, rounds, stored)));
  CHECK_CYCLES(rounds * stored, (deal_indices<S, CB, N>(rounds * stored, indices, i0, i1)));
  deal_columns<TW, CB, N>(rounds * stored, words, w0, w1);
  CHECK_CYCLES(static_cast<long long>(count) * (k + (tiles - 1) * stored),
               (blocks_feed<TA, TP, KEPT, Storage::automatic, S::ratio>(in, a0, count, k, tiles)));
  auto compare = [&](auto& out) {
    check::take<typename std::decay_t<decltype(out.read()[0])>, TP>(out, count * n, [&](int s, int t, auto y) {
      long long sum = 0;
      const int o = s % n;
      for (int c = 0; c < k; ++c) {
        const int g = scaled ? c / (group * S::ratio) : 0;
        sum += static_cast<long long>(native(a[(s / n * TP + t) * k + c])) * m.dense[o * k + c] *
               f[g * tiles * N + o];
      }
      CHECK(sum == static_cast<long long>(native(y)));
    });
  };
  if constexpr (Element<TW>::bits <= 4) {
    if (scaled) {
      using Result = AccFor<TA, Scaled<TW>, MAXK>;
      hls::stream<Vec<Result, TP>> y0("y0"), y1("y1"), out("out");
      CHECK_CYCLES(cycles, (grouped_sparse_block<TA, TW, TP, CB, 32, MAXK, S>(a0, w0, m0, i0, a1, y0, count, stored,
                                                                             tiles, CB, columns(0), group)));
      CHECK_CYCLES(cycles, (grouped_sparse_block_last<TA, TW, TP, CB, 32, MAXK, S>(a1, w1, m1, i1, y1, count, stored,
                                                                                  tiles, CB, columns(CB), group)));
      blocks_join(y0, y1, out, count, tiles, CB, CB, columns(0), columns(CB));
      compare(out);
    }
  }
  if (!scaled) {
    using Result = AccFor<TA, TW, MAXK>;
    hls::stream<Vec<Result, TP>> y0("y0"), y1("y1"), out("out");
    CHECK_CYCLES(cycles, (sparse_block<TA, TW, TP, CB, MAXK, S>(a0, w0, i0, a1, y0, count, stored, tiles, CB,
                                                                columns(0))));
    CHECK_CYCLES(cycles, (sparse_block_last<TA, TW, TP, CB, MAXK, S>(a1, w1, i1, y1, count, stored, tiles, CB,
                                                                     columns(CB))));
    blocks_join(y0, y1, out, count, tiles, CB, CB, columns(0), columns(CB));
    compare(out);
  }
  CHECK(in.empty() && port.empty() && w0.empty() && w1.empty() && i0.empty() && i1.empty() && m0.empty());
}

template <typename TA, typename TW, int L, int KP, int WP, typename S> static void all_slices(check::Random& r) {
  const int list[][2] = {{1, 2}, {3, 2}, {8, 5}, {13, 3}};
  for (const auto& s : list) slices<TA, TW, L, KP, WP, S>(r, s[0] * L / (KP * S::ratio), s[1], false);
  slices<TA, TW, L, KP, WP, S>(r, L / (KP * S::ratio), 4, true);
}

template <typename TA, typename TW, int TP, int CB, typename S> static void all_blocks(check::Random& r) {
  const int list[][2] = {{1, 1}, {3, 2 * CB + 1}, {16 / S::keep, CB - 1}, {2, 4 * CB}};
  for (const auto& s : list) blocks<TA, TW, TP, CB, S>(r, s[0] * S::keep, s[1], 0);
}

int main() {
  check::Random r(33);
  all_slices<ap_int<8>, ap_int<4>, 16, 8, 16, Sparse<2, 4, 1>>(r);
  all_slices<ap_int<8>, ap_int<3>, 16, 8, 16, Sparse<2, 4, 2>>(r);
  all_slices<ap_uint<8>, ap_int<8>, 32, 4, 4, Sparse<1, 8, 2>>(r);
  all_slices<ap_uint<4>, ap_int<4>, 8, 4, 6, Sparse<4, 8, 1>>(r);
  all_blocks<ap_int<8>, ap_int<4>, 4, 4, Sparse<2, 4, 1>>(r);
  all_blocks<ap_uint<8>, ap_int<8>, 3, 2, Sparse<4, 8, 1>>(r);
  all_blocks<ap_uint<4>, ap_int<4>, 2, 8, Sparse<1, 4, 2>>(r);
  blocks<ap_int<8>, ap_int<3>, 4, 8, Sparse<2, 4, 2>>(r, 48, 21, 16);
  blocks<ap_int<8>, ap_int<4>, 4, 2, Sparse<2, 4, 1>>(r, 64, 5, 32);
  return check::result();
}
