// linear_blocks.hpp: a row of column blocks against plain sums.
#include <flexllm/linear_blocks.hpp>

#include "check.hpp"

using namespace flexllm;

/// A row of three blocks of CB columns on one port: blocks of tokens, k channels, n columns.
template <typename TA, typename TW, int TP, int CB> static void row(check::Random& r, int k, int n) {
  constexpr int MAXK = 48, WP = 3 * CB;
  using Result = AccFor<TA, TW, MAXK>;
  const int blocks = r.range(1, 3), tiles = ceil_div(n, WP), rest = n - (tiles - 1) * WP;
  const std::vector<TA> a = check::random_values<TA>(r, blocks * TP * k);
  const std::vector<TW> w = check::random_values<TW>(r, k * n);
  hls::stream<Vec<TA, TP>> in("in"), a0("a0"), a1("a1"), a2("a2");
  hls::stream<WordFor<TW, WP>> port("port");
  hls::stream<Vec<TW, CB>> w0("w0"), w1("w1"), w2("w2");
  hls::stream<Vec<Result, TP>> y0("y0"), y1("y1"), y2("y2"), joined("joined"), out("out");
  check::put<TA, TP>(in, blocks * k, [&](int s, int t) { return a[(s / k * TP + t) * k + s % k]; });
  for (int b = 0; b < blocks; ++b)
    for (int tile = 0; tile < tiles; ++tile)
      for (int c = 0; c < k; ++c) {
        WordFor<TW, WP> word = word_zero<TW, WP>();
        for (int j = 0; j < WP; ++j) {
          const int column = tile * WP + j;
          word_set<TW, WP>(word, j, column < n ? w[c * n + column] : TW(1));
        }
        port.write(word);
      }
  auto columns = [&](int first, int count) { return rest < first ? 0 : rest - first < count ? rest - first : count; };
  const long long period = k > CB ? k : CB;
  const long long cycles = (static_cast<long long>(blocks) * tiles - 1) * period + k + CB;
  const int words = blocks * tiles * k;
  CHECK_CYCLES(words, (deal_columns<TW, CB, WP>(words, port, w0, w1, w2)));
  CHECK_CYCLES(words, (blocks_feed<TA, TP, MAXK>(in, a0, blocks, k, tiles)));
  CHECK_CYCLES(cycles, (column_block<TA, TW, TP, CB, MAXK>(a0, w0, a1, y0, blocks, k, tiles, CB, columns(0, CB))));
  CHECK_CYCLES(cycles, (column_block<TA, TW, TP, CB, MAXK>(a1, w1, a2, y1, blocks, k, tiles, CB, columns(CB, CB))));
  CHECK_CYCLES(cycles,
               (column_block_last<TA, TW, TP, CB, MAXK>(a2, w2, y2, blocks, k, tiles, CB, columns(2 * CB, CB))));
  CHECK_CYCLES(static_cast<long long>(blocks) * ((tiles - 1) * 2 * CB + columns(0, 2 * CB)),
               (blocks_join(y0, y1, joined, blocks, tiles, CB, CB, columns(0, CB), columns(CB, CB))));
  CHECK_CYCLES(static_cast<long long>(blocks) * n,
               (blocks_join(joined, y2, out, blocks, tiles, 2 * CB, CB, columns(0, 2 * CB), columns(2 * CB, CB))));
  check::take<Result, TP>(out, blocks * n, [&](int s, int t, auto y) {
    check::Dot<TA, TW> dot;
    for (int c = 0; c < k; ++c) dot.add(a[(s / n * TP + t) * k + c], w[c * n + s % n]);
    CHECK(dot.equals(y));
  });
  CHECK(in.empty() && port.empty() && w0.empty() && w1.empty() && w2.empty());
}

/// Two blocks whose weights have scales in groups of `group` channels.
template <typename TA, typename TW, int TP, int CB>
static void grouped(check::Random& r, int group, int groups, int n) {
  constexpr int MAXK = 64, MAXG = 32, N = 2 * CB;
  using Result = AccFor<TA, Scaled<TW>, MAXK>;
  const int blocks = r.range(1, 2), tiles = ceil_div(n, N), rest = n - (tiles - 1) * N, k = group * groups;
  const std::vector<TA> a = check::random_values<TA>(r, blocks * TP * k);
  const std::vector<TW> w = check::random_values<TW>(r, k * n);
  std::vector<int> m(groups * tiles * N);
  for (int& x : m) x = r.range(0, 15);
  hls::stream<Vec<TA, TP>> in("in"), a0("a0"), a1("a1");
  hls::stream<Vec<TW, CB>> w0("w0"), w1("w1");
  hls::stream<Vec<GroupScale, N>> scales("scales");
  hls::stream<Vec<GroupScale, CB>> m0("m0"), m1("m1");
  hls::stream<Vec<Result, TP>> y0("y0"), y1("y1"), out("out");
  check::put<TA, TP>(in, blocks * k, [&](int s, int t) { return a[(s / k * TP + t) * k + s % k]; });
  auto weight = [&](int c, int column) { return column < n ? w[c * n + column] : TW(1); };
  for (int b = 0; b < blocks; ++b)
    for (int tile = 0; tile < tiles; ++tile) {
      check::put<TW, CB>(w0, k, [&](int c, int j) { return weight(c, tile * N + j); });
      check::put<TW, CB>(w1, k, [&](int c, int j) { return weight(c, tile * N + CB + j); });
      check::put<GroupScale, N>(scales, groups,
                                [&](int g, int j) { return GroupScale(m[g * tiles * N + tile * N + j]); });
    }
  const long long cycles = static_cast<long long>(blocks) * tiles * k + CB;
  auto columns = [&](int first) { return rest < first ? 0 : rest - first < CB ? rest - first : CB; };
  CHECK_CYCLES(blocks * tiles * groups, (deal_groups<CB, N>(blocks * tiles * groups, scales, m0, m1)));
  blocks_feed<TA, TP, MAXK>(in, a0, blocks, k, tiles);
  CHECK_CYCLES(cycles, (grouped_block<TA, TW, TP, CB, MAXG, MAXK>(a0, w0, m0, a1, y0, blocks, k, tiles, CB, columns(0),
                                                                  group)));
  CHECK_CYCLES(cycles, (grouped_block_last<TA, TW, TP, CB, MAXG, MAXK>(a1, w1, m1, y1, blocks, k, tiles, CB,
                                                                       columns(CB), group)));
  blocks_join(y0, y1, out, blocks, tiles, CB, CB, columns(0), columns(CB));
  check::take<Result, TP>(out, blocks * n, [&](int s, int t, auto y) {
    long long sum = 0;
    for (int c = 0; c < k; ++c)
      sum += static_cast<long long>(native(a[(s / n * TP + t) * k + c])) * native(w[c * n + s % n]) *
             m[c / group * tiles * N + s % n];
    CHECK(sum == static_cast<long long>(native(y)));
  });
  CHECK(w0.empty() && w1.empty() && m0.empty() && m1.empty() && scales.empty());
}

template <typename TA, typename TW, int TP, int CB> static void rows(check::Random& r) {
  const int sizes[][2] = {{1, 1}, {1, 3 * CB + 1}, {2, 9 * CB - 1}, {CB, 3 * CB}, {CB - 1, 2 * CB}, {48, 5}};
  for (const auto& s : sizes) row<TA, TW, TP, CB>(r, s[0], s[1]);
  for (int trial = 0; trial < 4; ++trial) row<TA, TW, TP, CB>(r, r.range(1, 48), r.range(1, 40));
}

int main() {
  check::Random r(20);
  rows<ap_int<4>, ap_int<4>, 4, 8>(r);
  rows<ap_uint<4>, ap_int<4>, 16, 8>(r);
  rows<ap_int<8>, ap_int<8>, 3, 2>(r);
  rows<ap_uint<8>, ap_int<4>, 1, 4>(r);
  rows<float, float, 2, 4>(r);
  row<ap_int<8>, ap_int<3>, 4, 2>(r, 20, 9);
  row<ap_uint<6>, ap_int<6>, 4, 2>(r, 20, 9);
  row<ap_int<8>, ap_int<2>, 4, 8>(r, 20, 21);
  row<ap_uint<8>, ap_int<2>, 3, 2>(r, 20, 9);
  grouped<ap_int<8>, ap_int<2>, 4, 8>(r, 16, 3, 21);
  grouped<ap_int<8>, ap_int<3>, 4, 8>(r, 16, 3, 21);
  grouped<ap_int<8>, ap_int<4>, 3, 4>(r, 32, 2, 8);
  grouped<ap_uint<4>, ap_int<3>, 8, 2>(r, 2, 5, 3);
  return check::result();
}
