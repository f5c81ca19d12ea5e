// rope.hpp, kv_cache_write.hpp, kv_tiles.hpp, causal_mask.hpp, softmax.hpp, normalise.hpp.
#include <flexllm/causal_mask.hpp>
#include <flexllm/kv_cache_write.hpp>
#include <flexllm/kv_tiles.hpp>
#include <flexllm/rope.hpp>
#include <flexllm/normalise.hpp>
#include <flexllm/softmax.hpp>

#include "check.hpp"

using namespace flexllm;
using Floats = std::vector<float>;

/// Rotated value of channel c; x[c] of one head, table of the position.
static float rotated(const float* x, const float* pairs, int hd, int c) {
  const int half = hd / 2, f = c % half;
  const float cosine = pairs[2 * f], sine = pairs[2 * f + 1];
  return c < half ? x[c] * cosine - x[c + half] * sine : x[c] * cosine + x[c - half] * sine;
}

template <int N, int HD, bool OVERLAP = false> static void rope(check::Random& r) {
  const int blocks = r.range(0, 2), heads = r.range(0, 4);
  const int turning = heads == 0 ? 0 : OVERLAP ? (2 * heads + 1) * HD / 2 : heads * 3 * HD / 2;
  constexpr Storage kept = Storage::automatic;
  {
    const Floats x = check::random_values<float>(r, blocks * N * heads * HD);  // [token][head][channel]
    const Floats table = check::random_values<float>(r, blocks * N * HD);
    hls::stream<Vec<float, N>> in("in"), out("out");
    hls::stream<Vec<float, 2>> pairs("table");
    check::put<float, N>(in, blocks * heads * HD, [&](int s, int t) {
      return x[(s / (heads * HD) * N + t) * heads * HD + s % (heads * HD)];
    });
    check::put<float, 2>(pairs, blocks * N * HD / 2, [&](int s, int i) { return table[2 * s + i]; });
    CHECK_CYCLES(blocks * (N * HD / 2 + turning),
                 (rope_prefill<N, HD, kept, kept, OVERLAP>(in, pairs, out, blocks, heads)));
    check::take<float, N>(out, blocks * heads * HD, [&](int s, int t, float y) {
      const int token = s / (heads * HD) * N + t, head = s / HD % heads;
      CHECK_SAME(y, rotated(&x[(token * heads + head) * HD], &table[token * HD], HD, s % HD));
    });
  }
  const Floats x = check::random_values<float>(r, N * heads * HD), table = check::random_values<float>(r, HD);
  hls::stream<Vec<float, N>> in("in"), out("out");
  hls::stream<Vec<float, 2>> pairs("table");
  check::put<float, N>(in, heads * HD, [&](int s, int i) { return x[i * heads * HD + s]; });
  check::put<float, 2>(pairs, HD / 2, [&](int s, int i) { return table[2 * s + i]; });
  CHECK_CYCLES(HD / 2 + turning, (rope_decode<N, HD, kept, kept, OVERLAP>(in, pairs, out, heads)));
  check::take<float, N>(out, heads * HD, [&](int s, int i, float y) {
    CHECK_SAME(y, rotated(&x[(i * heads + s / HD) * HD], table.data(), HD, s % HD));
  });
}

template <typename T, int N, int HD, int KW, int PORTS> static void cache(check::Random& r) {
  constexpr int RW = HD / KW;
  {
    const int blocks = r.range(0, 2), heads = PORTS * r.range(1, 2);
    const std::vector<T> x = check::random_values<T>(r, blocks * heads * HD * N);
    hls::stream<Vec<T, N>> in("in");
    hls::stream<WordFor<T, KW>> out[PORTS];
    check::put<T, N>(in, blocks * heads * HD, [&](int s, int t) { return x[s * N + t]; });
    CHECK_CYCLES(blocks * heads * (HD + N * RW), (kv_cache_write_prefill<T, N, HD, KW, PORTS>(in, out, blocks, heads)));
    for (int b = 0; b < blocks; ++b)
      for (int h = 0; h < heads; ++h)
        for (int t = 0; t < N; ++t)
          for (int w = 0; w < RW; ++w) {
            const WordFor<T, KW> word = out[h / (heads / PORTS)].read();
            for (int j = 0; j < KW; ++j)
              CHECK((word_get<T, KW>(word, j) == x[((b * heads + h) * HD + w * KW + j) * N + t]));
          }
    for (auto& s : out) CHECK(s.empty());
  }
  constexpr int STEP = PORTS > N ? PORTS / N : 1;
  const int hpl = STEP * r.range(1, 3), heads = N * hpl;
  const std::vector<T> x = check::random_values<T>(r, heads * HD);  // [head][channel]
  hls::stream<Vec<T, N>> in("in");
  hls::stream<WordFor<T, KW>> out[PORTS];
  check::put<T, N>(in, hpl * HD, [&](int s, int i) { return x[i * hpl * HD + s]; });
  CHECK_CYCLES(hpl * HD + heads / PORTS * RW, (kv_cache_write_decode<T, N, HD, KW, PORTS, 3 * STEP * N>(in, out, hpl)));
  for (int h = 0; h < heads; ++h)
    for (int w = 0; w < RW; ++w) {
      const WordFor<T, KW> word = out[h / (heads / PORTS)].read();
      for (int j = 0; j < KW; ++j) CHECK((word_get<T, KW>(word, j) == x[h * HD + w * KW + j]));
    }
  for (auto& s : out) CHECK(s.empty());
}

template <typename T, int L, int HD, int KW> static void tiles(check::Random& r) {
  constexpr int MAXL = 40, RW = HD / KW;
  const int blocks = r.range(0, 2), kv_heads = r.range(1, 2), group = r.range(1, 3), length = r.range(0, MAXL);
  const std::vector<T> x = check::random_values<T>(r, blocks * kv_heads * length * HD);
  hls::stream<WordFor<T, KW>> in("in");
  hls::stream<Vec<T, L>> out("out");
  auto fill = [&] {
    for (int s = 0; s < blocks * kv_heads * length * RW; ++s) {
      WordFor<T, KW> word = word_zero<T, KW>();
      for (int j = 0; j < KW; ++j) word_set<T, KW>(word, j, x[s * KW + j]);
      in.write(word);
    }
  };
  const int key_count = ceil_div(length, L), channel_tiles = ceil_div(HD, L);
  fill();
  CHECK_CYCLES(blocks * kv_heads * (length * RW + group * key_count * HD),
               (key_tiles<T, L, HD, KW, MAXL>(in, out, blocks, kv_heads, group, length)));
  check::take<T, L>(out, blocks * kv_heads * group * key_count * HD, [&](int s, int i, T y) {
    const int head = s / (HD * key_count * group), key = s / HD % key_count * L + i;
    CHECK((y == (key < length ? x[(head * length + key) * HD + s % HD] : T(0))));
  });
  fill();
  CHECK_CYCLES(blocks * kv_heads * (length * RW + group * channel_tiles * length),
               (value_tiles<T, L, HD, KW, MAXL>(in, out, blocks, kv_heads, group, length)));
  check::take<T, L>(out, blocks * kv_heads * group * channel_tiles * length, [&](int s, int i, T y) {
    const int head = s / (length * channel_tiles * group), c = s / length % channel_tiles * L + i;
    CHECK((y == (c < HD ? x[(head * length + s % length) * HD + c] : T(0))));
  });
  CHECK(in.empty());
}

template <int N> static void mask_and_softmax(check::Random& r) {
  const int blocks = r.range(1, 3), heads = r.range(1, 3), start = N * r.range(0, 1);
  const int length = r.range(0, start + blocks * N), rows = blocks * heads;
  Floats x = check::random_values<float>(r, rows * length * N);
  for (float& v : x) v *= 5.0f;
  hls::stream<Vec<float, N>> in("in"), masked("masked"), out("out");
  check::put<float, N>(in, rows * length, [&](int s, int t) { return x[s * N + t]; });
  CHECK_CYCLES(rows * length, (causal_mask_prefill<N>(in, masked, blocks, heads, length, start)));
  check::take<float, N>(masked, rows * length, [&](int s, int t, float y) {
    const int query = start + s / length / heads * N + t;
    x[s * N + t] = s % length > query ? -1e30f : x[s * N + t];
    CHECK_SAME(y, x[s * N + t]);
  });
  Floats wanted(x.size());
  for (int row = 0; row < rows; ++row)
    for (int t = 0; t < N; ++t) {
      auto at = [&](int c) { return (row * length + c) * N + t; };
      float highest = length > 0 ? x[at(0)] : 0;
      for (int c = 0; c < length; ++c) highest = std::fmax(highest, x[at(c)]);
      check::ReferenceSum sum;
      for (int c = 0; c < length; ++c) sum.add(check::reference_exp(x[at(c)] - highest));
      const float inverse = 1.0f / sum.value();
      for (int c = 0; c < length; ++c) wanted[at(c)] = check::reference_exp(x[at(c)] - highest) * inverse;
    }
  for (int stage = 0; stage < 2; ++stage) {
    check::put<float, N>(in, rows * length, [&](int s, int t) { return x[s * N + t]; });
    if (stage == 0) CHECK_CYCLES(rows * (3 * length + N), (softmax_prefill<N, 64>(in, out, rows, length)));
    else CHECK_CYCLES(rows * (3 * length + N), (softmax_decode<N, 64>(in, out, rows, length)));
    std::vector<float> serial;
    check::take<float, N>(out, rows * length, [&](int s, int t, float y) {
      CHECK_NEAR(y, wanted[s * N + t]);
      serial.push_back(y);
    });
    // Three rows in one loop: the same bits, and for one row the same cycles.
    check::put<float, N>(in, rows * length, [&](int s, int t) { return x[s * N + t]; });
    const int cycles = (rows + 2) * length + rows * N;
    constexpr Storage kept = Storage::automatic;
    if (stage == 0) CHECK_CYCLES(cycles, (softmax_prefill<N, 64, kept, true>(in, out, rows, length)));
    else CHECK_CYCLES(cycles, (softmax_decode<N, 64, kept, true>(in, out, rows, length)));
    CHECK(rows > 1 || cycles == 3 * length + N);
    check::take<float, N>(out, rows * length, [&](int s, int t, float y) { CHECK_SAME(y, serial[s * N + t]); });
    CHECK(in.empty());
  }
}

template <int N, bool OVERLAP> static void powers(check::Random& r) {
  const int rows = r.range(1, 5), length = r.range(1, 60);
  Floats x = check::random_values<float>(r, rows * length * N);
  for (float& v : x) v *= 5.0f;
  hls::stream<Vec<float, N>> in("in"), out("out");
  check::put<float, N>(in, rows * length, [&](int s, int t) { return x[s * N + t]; });
  CHECK_CYCLES(OVERLAP ? (rows + 1) * length : rows * 2 * length,
               (softmax_powers<N, 64, Storage::automatic, OVERLAP>(in, out, rows, length)));
  std::vector<float> largest(rows * N, 0.0f);
  check::take<float, N>(out, rows * length, [&](int s, int t, float y) {
    const int row = s / length;
    float highest = x[row * length * N + t];
    for (int c = 0; c < length; ++c) highest = std::fmax(highest, x[(row * length + c) * N + t]);
    CHECK_NEAR(y, check::reference_exp(x[s * N + t] - highest));
    largest[row * N + t] = std::fmax(largest[row * N + t], y);
  });
  for (float one : largest) CHECK_SAME(one, 1.0f);
  CHECK(in.empty());
}

/// T: element of the weights. A: of the results.
template <typename T, typename A, int N> static void normalising(check::Random& r) {
  constexpr int MAXL = 64;
  constexpr bool floats = Element<T>::is_float;
  const int rows = r.range(1, 4), length = r.range(1, MAXL), channels = r.range(1, 20);
  Floats e(rows * length * N);
  for (float& power : e) power = r.range(0, 4) == 0 ? 0.001f * std::fabs(r.real()) : std::fabs(r.real());
  for (int s = 0; s < rows * N; ++s) e[s / N * length * N + s % N] = 1.0f;
  const std::vector<A> x = check::random_values<A>(r, rows * channels * N);
  hls::stream<Vec<float, N>> in("in"), out("out");
  hls::stream<Vec<T, N>> weights("weights");
  hls::stream<Vec<typename PowerSum<MAXL>::Result, N>> sums("sums");
  hls::stream<Vec<A, N>> results("results");
  check::put<float, N>(in, rows * length, [&](int s, int t) { return e[s * N + t]; });
  CHECK_CYCLES(rows * length, (weigh_values<T, N, MAXL>(in, weights, sums, rows, length)));
  check::take<T, N>(weights, rows * length, [&](int s, int t, T y) {
    const float power = e[s * N + t];
    if (floats) CHECK_SAME(static_cast<float>(native(y)), power);
    else CHECK(static_cast<int>(native(y)) == check::reference_round(power * 255.0f, 0, 255));
  });
  check::put<A, N>(results, rows * channels, [&](int s, int t) { return x[s * N + t]; });
  CHECK_CYCLES(rows * (N + channels), (normalise_results<A, N, MAXL>(results, sums, out, rows, channels)));
  check::take<float, N>(out, rows * channels, [&](int s, int t, float y) {
    check::ReferenceSum sum;
    for (int c = 0; c < length; ++c) sum.add(e[(s / channels * length + c) * N + t]);
    CHECK_NEAR(y, static_cast<float>(native(x[s * N + t])) * (1.0f / sum.value()));
  });
  CHECK(sums.empty());
}

int main() {
  check::Random r(5);
  for (int trial = 0; trial < 10; ++trial) {
    rope<4, 8>(r), rope<1, 16>(r), rope<16, 4>(r), rope<3, 2>(r), rope<4, 8, true>(r), rope<3, 2, true>(r);
    cache<ap_int<8>, 4, 16, 8, 2>(r), cache<ap_int<8>, 2, 8, 8, 4>(r), cache<ap_int<8>, 4, 8, 2, 4>(r),
        cache<float, 8, 8, 4, 1>(r);
    cache<ap_int<8>, 1, 16, 4, 2>(r), cache<ap_int<4>, 2, 8, 4, 2>(r), cache<ap_int<8>, 6, 8, 8, 3>(r);
    tiles<ap_int<8>, 4, 16, 8>(r), tiles<ap_int<8>, 16, 8, 4>(r), tiles<ap_int<8>, 8, 12, 4>(r),
        tiles<float, 2, 8, 8>(r);
    tiles<ap_int<4>, 4, 8, 4>(r), tiles<ap_int<8>, 2, 6, 2>(r);
    powers<4, false>(r), powers<1, true>(r), powers<8, true>(r), powers<3, false>(r);
    normalising<ap_uint<8>, ap_int<27>, 4>(r), normalising<ap_uint<8>, ap_int<24>, 1>(r);
    normalising<float, float, 2>(r);
    mask_and_softmax<4>(r), mask_and_softmax<1>(r), mask_and_softmax<16>(r);
  }
  return check::result();
}
