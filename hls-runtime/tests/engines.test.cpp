// systolic.hpp, linear_prefill.hpp, linear_decode.hpp, attention_scores.hpp, attention_values.hpp.
#include <flexllm/attention_scores.hpp>
#include <flexllm/attention_values.hpp>
#include <flexllm/linear_decode.hpp>
#include <flexllm/linear_prefill.hpp>

#include "check.hpp"

using namespace flexllm;
using I1 = ap_int<2>;  // ternary
using I2 = ap_int<3>;  // odd, 2 bits in memory
using I4 = ap_int<4>;
using U4 = ap_uint<4>;
using I6 = ap_int<6>;
using U6 = ap_uint<6>;
using I8 = ap_int<8>;
using U8 = ap_uint<8>;

static long long row(int k, int n, int groups, int wp) {
  const long long period = k > wp ? k : wp;
  return k == 0 || n == 0 ? 0 : k + (ceil_div(n, wp) - 1) * period + k + wp + groups - 1;
}

/// Extreme operands now and then: all values the lowest.
template <typename T> static std::vector<T> operands(check::Random& r, int count) {
  if (r.range(0, 4) == 0) {
    if constexpr (!Element<T>::is_float) {
      if (Element<T>::bits == 3) return std::vector<T>(count, T(-3));
      return std::vector<T>(count, T(Element<T>::is_signed ? Element<T>::lowest : Element<T>::highest));
    }
  }
  return check::random_values<T>(r, count);
}

template <typename TA, typename TW, int TP, int WP, int PORTS, Multipliers MUL>
static void prefill(check::Random& r, int k, int n) {
  constexpr int MAXK = 64, PER = WP / PORTS;
  const int blocks = r.range(1, 2), tiles = ceil_div(n, WP);
  const std::vector<TA> a = operands<TA>(r, blocks * TP * k);
  const std::vector<TW> w = operands<TW>(r, k * n);
  hls::stream<Vec<TA, TP>> in("in");
  hls::stream<WordFor<TW, PER>> ports[PORTS];
  hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>> out("out");
  if (n > 0) check::put<TA, TP>(in, blocks * k, [&](int s, int t) { return a[(s / k * TP + t) * k + s % k]; });
  for (int b = 0; b < blocks; ++b)
    for (int tile = 0; tile < tiles; ++tile)
      for (int kk = 0; kk < k; ++kk)
        for (int p = 0; p < PORTS; ++p) {
          WordFor<TW, PER> word = word_zero<TW, PER>();
          for (int j = 0; j < PER; ++j) {
            const int column = tile * WP + p * PER + j;
            word_set<TW, PER>(word, j, column < n ? w[kk * n + column] : TW(1));
          }
          ports[p].write(word);
        }
  constexpr int GROUPS = MUL == Multipliers::dsp4 ? TP / 2 : TP;
  CHECK_CYCLES(blocks * row(k, n, GROUPS, WP),
               (linear_prefill<TA, TW, TP, WP, PORTS, MAXK, MUL>(in, ports, out, blocks, k, n)));
  check::take<AccFor<TA, TW, MAXK>, TP>(out, k == 0 ? 0 : blocks * n, [&](int s, int t, auto y) {
    check::Dot<TA, TW> dot;
    for (int kk = 0; kk < k; ++kk) dot.add(a[(s / n * TP + t) * k + kk], w[kk * n + s % n]);
    CHECK(dot.equals(y));
  });
  CHECK(in.empty() && ports[0].empty() && ports[PORTS - 1].empty());
}

template <typename TA, typename TW, int TP, int WP, int PORTS, Multipliers MUL = Multipliers::dsp>
static void prefills(check::Random& r) {
  const int sizes[][2] = {{1, 1}, {1, WP + 1}, {2, 3 * WP - 1}, {WP, WP}, {WP - 1, 2 * WP}, {WP + 1, 2 * WP + 1},
      {64, 5}, {40, 3 * WP}, {0, 4}, {5, 0}, {3, 4 * WP}};
  for (const auto& s : sizes) prefill<TA, TW, TP, WP, PORTS, MUL>(r, s[0], s[1]);
  for (int trial = 0; trial < 4; ++trial) prefill<TA, TW, TP, WP, PORTS, MUL>(r, r.range(1, 64), r.range(1, 40));
}

template <typename TA, typename TW, int IL, int BP, int WP, int PORTS>
static void decode(check::Random& r, int in_steps, int out_steps) {
  constexpr int MAXIN = 32, PER = BP / PORTS * WP;
  const int k = in_steps * IL, tiles = ceil_div(out_steps, WP);
  const std::vector<TA> a = operands<TA>(r, k);
  const std::vector<TW> w = operands<TW>(r, k * tiles * WP * BP);  // [lane][output][k]
  auto weight = [&](int lane, int output, int kk) { return w[(lane * tiles * WP + output) * k + kk]; };
  hls::stream<Vec<TA, IL>> in("in");
  hls::stream<WordFor<TW, PER>> ports[PORTS];
  hls::stream<Vec<AccFor<TA, TW, MAXIN * IL>, BP>> out("out");
  if (out_steps > 0) check::put<TA, IL>(in, in_steps, [&](int s, int i) { return a[s * IL + i]; });
  for (int tile = 0; tile < tiles; ++tile)
    for (int kk = 0; kk < k; ++kk)
      for (int q = 0; q < PORTS; ++q) {
        WordFor<TW, PER> word = word_zero<TW, PER>();
        for (int e = 0; e < PER; ++e)
          word_set<TW, PER>(word, e, weight(q * BP / PORTS + e / WP, tile * WP + e % WP, kk));
        ports[q].write(word);
      }
  const long long period = k > WP ? k : WP;
  const long long cycles = k == 0 || out_steps == 0 ? 0 : in_steps + (tiles - 1) * period + k + WP;
  CHECK_CYCLES(cycles, (linear_decode<TA, TW, IL, BP, WP, PORTS, MAXIN>(in, ports, out, in_steps, out_steps)));
  check::take<AccFor<TA, TW, MAXIN * IL>, BP>(out, k == 0 ? 0 : out_steps, [&](int s, int lane, auto y) {
    check::Dot<TA, TW> dot;
    for (int kk = 0; kk < k; ++kk) dot.add(a[kk], weight(lane, s, kk));
    CHECK(dot.equals(y));
  });
  CHECK(in.empty() && ports[0].empty() && ports[PORTS - 1].empty());
}

template <typename TA, typename TW, int IL, int BP, int WP, int PORTS> static void decodes(check::Random& r) {
  const int sizes[][2] = {{1, 1}, {1, WP}, {1, WP + 1}, {2, 3 * WP - 1}, {32, 5}, {0, 3}, {3, 0}, {5, 4 * WP}};
  for (const auto& s : sizes) decode<TA, TW, IL, BP, WP, PORTS>(r, s[0], s[1]);
  for (int trial = 0; trial < 4; ++trial) decode<TA, TW, IL, BP, WP, PORTS>(r, r.range(1, 32), r.range(1, 30));
}

template <typename TA, typename TW, int TP, int WP, int HD>
static void attention_prefill(check::Random& r, int length) {
  constexpr int MAXL = 48;
  const int rows = r.range(1, 3);
  {
    const int tiles = ceil_div(length, WP);
    const std::vector<TA> q = operands<TA>(r, rows * TP * HD);
    const std::vector<TW> k = operands<TW>(r, rows * length * HD);
    hls::stream<Vec<TA, TP>> in("q");
    hls::stream<Vec<TW, WP>> keys("keys");
    hls::stream<Vec<AccFor<TA, TW, HD>, TP>> out("scores");
    if (length > 0) check::put<TA, TP>(in, rows * HD, [&](int s, int t) { return q[(s / HD * TP + t) * HD + s % HD]; });
    check::put<TW, WP>(keys, rows * tiles * HD, [&](int s, int j) {
      const int key = s / HD % tiles * WP + j;
      return key < length ? k[(s / HD / tiles * length + key) * HD + s % HD] : TW(0);
    });
    CHECK_CYCLES(rows * row(HD, length, TP, WP),
                 (attention_scores_prefill<TA, TW, TP, WP, HD>(in, keys, out, rows, length)));
    check::take<AccFor<TA, TW, HD>, TP>(out, rows * length, [&](int s, int t, auto y) {
      check::Dot<TA, TW> dot;
      for (int c = 0; c < HD; ++c) dot.add(q[(s / length * TP + t) * HD + c], k[s * HD + c]);
      CHECK(dot.equals(y));
    });
  }
  const int tiles = ceil_div(HD, WP);
  const std::vector<TA> p = operands<TA>(r, rows * TP * length);
  const std::vector<TW> v = operands<TW>(r, rows * length * HD);
  hls::stream<Vec<TA, TP>> in("probabilities");
  hls::stream<Vec<TW, WP>> values("values");
  hls::stream<Vec<AccFor<TA, TW, MAXL>, TP>> out("out");
  check::put<TA, TP>(in, rows * length, [&](int s, int t) { return p[(s / length * TP + t) * length + s % length]; });
  check::put<TW, WP>(values, rows * tiles * length, [&](int s, int j) {
    const int c = s / length % tiles * WP + j, key = s / length / tiles * length + s % length;
    return c < HD ? v[key * HD + c] : TW(0);
  });
  CHECK_CYCLES(rows * row(length, HD, TP, WP),
               (attention_values_prefill<TA, TW, TP, WP, HD, MAXL>(in, values, out, rows, length)));
  check::take<AccFor<TA, TW, MAXL>, TP>(out, length == 0 ? 0 : rows * HD, [&](int s, int t, auto y) {
    check::Dot<TA, TW> dot;
    for (int key = 0; key < length; ++key)
      dot.add(p[(s / HD * TP + t) * length + key], v[(s / HD * length + key) * HD + s % HD]);
    CHECK(dot.equals(y));
  });
}

template <typename TA, typename TW, int HP, int KP, int HD, int PORTS> static void attention_decode(check::Random& r) {
  constexpr int MAXL = 48, GROUP = HP / PORTS;
  const int hpl = r.range(1, 3), length = r.range(0, MAXL);
  const std::vector<TW> cache = operands<TW>(r, PORTS * hpl * length * HD);  // [port][head][key][channel]
  auto kv = [&](int port, int head, int key, int c) { return cache[((port * hpl + head) * length + key) * HD + c]; };
  auto fill = [&](auto& ports) {
    for (int p = 0; p < PORTS; ++p)
      for (int h = 0; h < hpl; ++h)
        for (int key = 0; key < length; ++key)
          for (int c = 0; c < HD; c += KP) {
            WordFor<TW, KP> word = word_zero<TW, KP>();
            for (int j = 0; j < KP; ++j) word_set<TW, KP>(word, j, kv(p, h, key, c + j));
            ports[p].write(word);
          }
  };
  {
    const std::vector<TA> q = operands<TA>(r, HP * hpl * HD);
    hls::stream<Vec<TA, HP>> in("q");
    hls::stream<WordFor<TW, KP>> ports[PORTS];
    hls::stream<Vec<AccFor<TA, TW, HD>, HP>> out("scores");
    check::put<TA, HP>(in, hpl * HD, [&](int s, int i) { return q[i * hpl * HD + s]; });
    fill(ports);
    CHECK_CYCLES(hpl * HD + hpl * length * HD / KP,
                 (attention_scores_decode<TA, TW, HP, KP, HD, PORTS, 3>(in, ports, out, hpl, length)));
    check::take<AccFor<TA, TW, HD>, HP>(out, hpl * length, [&](int s, int i, auto y) {
      check::Dot<TA, TW> dot;
      for (int c = 0; c < HD; ++c)
        dot.add(q[(i * hpl + s / length) * HD + c], kv(i / GROUP, s / length, s % length, c));
      CHECK(dot.equals(y));
    });
  }
  const std::vector<TA> p = operands<TA>(r, HP * hpl * length);
  hls::stream<Vec<TA, HP>> in("probabilities");
  hls::stream<WordFor<TW, KP>> ports[PORTS];
  hls::stream<Vec<AccFor<TA, TW, MAXL>, HP>> out("out");
  check::put<TA, HP>(in, hpl * length, [&](int s, int i) { return p[i * hpl * length + s]; });
  fill(ports);
  CHECK_CYCLES(length == 0 ? 0 : hpl * (length * HD / KP + HD),
               (attention_values_decode<TA, TW, HP, KP, HD, PORTS, MAXL>(in, ports, out, hpl, length)));
  auto values = [&] {
    check::take<AccFor<TA, TW, MAXL>, HP>(out, length == 0 ? 0 : hpl * HD, [&](int s, int i, auto y) {
      check::Dot<TA, TW> dot;
      for (int key = 0; key < length; ++key)
        dot.add(p[(i * hpl + s / HD) * length + key], kv(i / GROUP, s / HD, key, s % HD));
      CHECK(dot.equals(y));
    });
  };
  values();
  if constexpr (KP == HD && !Element<TA>::is_float) {
    check::put<TA, HP>(in, hpl * length, [&](int s, int i) { return p[i * hpl * length + s]; });
    fill(ports);
    CHECK_CYCLES(length == 0 ? 0 : hpl * (length + HD),
                 (attention_values_decode<TA, TW, HP, KP, HD, PORTS, MAXL, true>(in, ports, out, hpl, length)));
    values();
  }
}

int main() {
  check::Random r(4);
  prefills<U4, I4, 4, 8, 2>(r);
  prefills<U4, I4, 4, 8, 2, Multipliers::dsp4>(r);
  prefills<I4, I4, 2, 2, 1, Multipliers::dsp4>(r);
  prefills<U4, I4, 8, 6, 3, Multipliers::dsp4>(r);
  prefills<U4, I4, 3, 4, 1, Multipliers::lut>(r);
  prefills<U8, I4, 8, 4, 1>(r);
  prefills<I8, I8, 16, 16, 1>(r);
  prefills<U8, I8, 1, 2, 1>(r);
  prefills<I8, I8, 3, 6, 3>(r);
  prefills<I8, I2, 4, 8, 2>(r);
  prefills<U6, I6, 4, 6, 3>(r);
  prefills<U4, I2, 2, 6, 1, Multipliers::dsp4>(r);
  prefills<U8, I1, 2, 4, 1>(r);
  prefills<I4, I1, 2, 8, 2, Multipliers::dsp4>(r);
  prefills<I8, I1, 3, 4, 1, Multipliers::lut>(r);
  prefills<float, float, 4, 8, 2>(r);
  prefills<float, float, 2, 2, 1>(r);
  decodes<U4, I4, 4, 4, 8, 1>(r);
  decodes<U8, I4, 1, 4, 4, 4>(r);
  decodes<I8, I8, 8, 4, 8, 2>(r);
  decodes<U8, I8, 3, 1, 2, 1>(r);
  decodes<I8, I8, 2, 6, 4, 3>(r);
  decodes<I8, I1, 4, 2, 4, 2>(r);
  decodes<I8, I2, 4, 2, 4, 1>(r);
  decodes<I6, I6, 2, 6, 4, 3>(r);
  decodes<float, float, 4, 2, 4, 2>(r);
  decodes<float, float, 1, 1, 2, 1>(r);
  for (int length : {0, 1, 2, 7, 16, 33, 48}) {
    attention_prefill<I8, I8, 4, 8, 16>(r, length);
    attention_prefill<U8, I8, 8, 4, 6>(r, length);
    attention_prefill<I8, I8, 2, 16, 8>(r, length);
    attention_prefill<float, float, 4, 4, 8>(r, length);
  }
  for (int trial = 0; trial < 6; ++trial) {
    attention_decode<I8, I8, 4, 4, 16, 2>(r);
    attention_decode<U8, I8, 8, 8, 8, 1>(r);
    attention_decode<U8, I8, 2, 2, 16, 2>(r);
    attention_decode<U8, I8, 2, 16, 16, 1>(r);
    attention_decode<float, float, 4, 4, 8, 4>(r);
    attention_decode<float, float, 1, 2, 8, 1>(r);
  }
  return check::result();
}
