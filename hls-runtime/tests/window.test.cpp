// Attention windows: memory.hpp, causal_mask.hpp, rope.hpp, attention_scores.hpp.
#include <flexllm/attention_scores.hpp>
#include <flexllm/causal_mask.hpp>
#include <flexllm/memory.hpp>
#include <flexllm/rope.hpp>

#include "check.hpp"

using namespace flexllm;
using Floats = std::vector<float>;
using I8 = ap_int<8>;

/// A text goes through the cache in launches of any number of runs; what a reader finds is what the window says.
template <int ROW, int RUN, int SINKS, int BACK, int CHUNK> static void cache(check::Random& r) {
  constexpr int RING = BACK + CHUNK, ROWS = SINKS + RING;
  using W = Vec<float, 1>;
  const int heads = r.range(1, 3), stride = ROWS * ROW + r.range(0, 5), offset = r.range(0, 9);
  std::vector<W> mem(static_cast<std::size_t>(offset + heads * stride));
  auto value = [&](int position, int head, int word) {
    return static_cast<float>((position * 8 + head) * ROW + word);
  };
  for (int start = 0; start < 6 * ROWS;) {
    const int runs = r.range(1, CHUNK / RUN), end = start + runs * RUN;
    hls::stream<W> in("in"), out("out");
    for (int run = 0; run < runs; ++run)
      for (int h = 0; h < heads; ++h)
        for (int i = 0; i < RUN * ROW; ++i) {
          W word;
          word[0] = value(start + run * RUN + i / ROW, h, i % ROW);
          in.write(word);
        }
    const int row = start < SINKS ? start : SINKS + (start - SINKS) % RING;
    CHECK_CYCLES(runs * heads * RUN * ROW,
                 (write_window<W, ROW, RUN, SINKS, RING>(mem.data(), in, offset, row, heads, stride, runs)));
    // The sinks and at most BACK tokens in front of the launch, then the launch.
    const int before = start < SINKS + BACK ? start : SINKS + BACK, length = before + end - start;
    const int oldest = SINKS + (start - before) % RING, inner = r.range(1, 2), outer = r.range(1, 2);
    CHECK_CYCLES(outer * heads * inner * length * ROW,
                 (read_window<W, ROW, SINKS, RING>(mem.data(), out, offset, oldest, length, inner, heads, stride,
                                                   outer)));
    for (int o = 0; o < outer; ++o)
      for (int h = 0; h < heads; ++h)
        for (int again = 0; again < inner; ++again)
          for (int i = 0; i < length * ROW; ++i) {
            const int key = i / ROW;
            CHECK_SAME(out.read()[0], value(key < SINKS ? key : key + start - before, h, i % ROW));
          }
    CHECK(in.empty());
    CHECK(out.empty());
    start = end;
  }
}

template <int N, int SINKS, int RECENT> static void mask(check::Random& r) {
  const int blocks = r.range(1, 3), heads = r.range(1, 2), start = N * r.range(0, 9), end = start + blocks * N;
  const int back = (RECENT + N - 2) / N * N, before = start < SINKS + back ? start : SINKS + back;
  const int length = before + blocks * N;
  hls::stream<Vec<float, N>> in("in"), out("out");
  check::put<float, N>(in, blocks * heads * length, [&](int s, int t) { return static_cast<float>(s * N + t); });
  CHECK_CYCLES(blocks * heads * length,
               (window_mask_prefill<N, SINKS, RECENT>(in, out, blocks, heads, length, start)));
  std::vector<int> seen(static_cast<std::size_t>(blocks * heads * N), 0);
  check::take<float, N>(out, blocks * heads * length, [&](int s, int t, float y) {
    const int key = s % length, query = start + s / length / heads * N + t;
    const int position = key < SINKS ? key : key + end - length;
    const bool sees = position <= query && (position < SINKS || position > query - RECENT);
    CHECK_SAME(y, sees ? static_cast<float>(s * N + t) : -1e30f);
    if (sees) ++seen[static_cast<std::size_t>(s / length * N + t)];
  });
  // No key that the window has is left out.
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const int query = start + static_cast<int>(i) / N / heads * N + static_cast<int>(i) % N;
    int wanted = 0;
    for (int position = 0; position <= query; ++position) wanted += position < SINKS || position > query - RECENT;
    CHECK(seen[i] == wanted);
  }
}

/// Rotated value of channel c; x of one head, table of a position.
static float rotated(const float* x, const float* pairs, int hd, int c) {
  const int half = hd / 2, f = c % half;
  const float cosine = pairs[2 * f], sine = pairs[2 * f + 1];
  return c < half ? x[c] * cosine - x[c + half] * sine : x[c] * cosine + x[c - half] * sine;
}

template <int N, int HD, bool OVERLAP> static void rope(check::Random& r, int twice) {
  constexpr int CAP = 20;
  constexpr Storage kept = Storage::automatic;
  const int blocks = r.range(0, 2), heads = r.range(0, 3), start = N * r.range(0, 40 / N), halves = twice ? 4 : 2;
  const int turning = heads == 0 ? 0 : OVERLAP ? (halves * heads + 1) * HD / 2 : heads * (halves + 1) * HD / 2;
  const int far_cycles = twice ? HD / 2 : 0, leaving = halves / 2 * HD;
  const Floats far = check::random_values<float>(r, HD);
  hls::stream<Vec<float, 2>> cap("cap"), pairs("table");
  hls::stream<Vec<float, N>> in("in"), out("out");
  auto put_far = [&] { check::put<float, 2>(cap, far_cycles, [&](int s, int i) { return far[2 * s + i]; }); };
  // The first half of what leaves is for the sinks, where it leaves twice.
  auto wanted = [&](const float* x, const float* table, int position, int c) {
    const bool sinks = twice && c < HD;
    return rotated(x, sinks && position > CAP ? far.data() : table, HD, c % HD);
  };
  {
    const Floats x = check::random_values<float>(r, blocks * N * heads * HD);
    const Floats table = check::random_values<float>(r, blocks * N * HD);
    put_far();
    check::put<float, N>(in, blocks * heads * HD, [&](int s, int t) {
      return x[(s / (heads * HD) * N + t) * heads * HD + s % (heads * HD)];
    });
    check::put<float, 2>(pairs, blocks * N * HD / 2, [&](int s, int i) { return table[2 * s + i]; });
    CHECK_CYCLES(far_cycles + blocks * (N * HD / 2 + turning),
                 (rope_window_prefill<N, HD, CAP, kept, kept, OVERLAP>(in, cap, pairs, out, blocks, heads, start,
                                                                      twice)));
    check::take<float, N>(out, blocks * heads * leaving, [&](int s, int t, float y) {
      const int token = s / (heads * leaving) * N + t, head = s / leaving % heads;
      CHECK_SAME(y, wanted(&x[(token * heads + head) * HD], &table[token * HD], start + token, s % leaving));
    });
  }
  const Floats x = check::random_values<float>(r, N * heads * HD), table = check::random_values<float>(r, HD);
  put_far();
  check::put<float, N>(in, heads * HD, [&](int s, int i) { return x[i * heads * HD + s]; });
  check::put<float, 2>(pairs, HD / 2, [&](int s, int i) { return table[2 * s + i]; });
  CHECK_CYCLES(far_cycles + HD / 2 + turning,
               (rope_window_decode<N, HD, CAP, kept, kept, OVERLAP>(in, cap, pairs, out, heads, start, twice)));
  check::take<float, N>(out, heads * leaving, [&](int s, int i, float y) {
    CHECK_SAME(y, wanted(&x[(i * heads + s / leaving) * HD], table.data(), start, s % leaving));
  });
  CHECK(cap.empty() && pairs.empty() && in.empty());
}

template <typename T, int N, int PK, int HD, int SINKS> static void scores(check::Random& r) {
  using A = AccFor<T, T, HD>;
  constexpr Storage kept = Storage::automatic;
  const int rows = r.range(1, 3), length = r.range(1, 2 * SINKS), tiles = ceil_div(length, PK);
  // [row][lane][for the sinks, for the others][channel], and [row][key][channel]
  const std::vector<T> q = check::random_values<T>(r, rows * N * 2 * HD);
  const std::vector<T> k = check::random_values<T>(r, rows * length * HD);
  hls::stream<Vec<T, N>> in("q");
  hls::stream<Vec<T, PK>> keys("keys");
  hls::stream<Vec<A, N>> out("out");
  auto put_queries = [&] {
    check::put<T, N>(in, rows * 2 * HD, [&](int s, int t) {
      return q[(s / (2 * HD) * N + t) * 2 * HD + s % (2 * HD)];
    });
  };
  auto check_scores = [&] {
    check::take<A, N>(out, rows * length, [&](int s, int t, auto y) {
      const int row = s / length, key = s % length;
      check::Dot<T, T> dot;
      for (int c = 0; c < HD; ++c)
        dot.add(q[(row * N + t) * 2 * HD + (key < SINKS ? 0 : HD) + c], k[(row * length + key) * HD + c]);
      CHECK(dot.equals(y));
    });
  };
  put_queries();
  check::put<T, PK>(keys, rows * tiles * HD, [&](int s, int j) {
    const int key = s / HD % tiles * PK + j;
    return key < length ? k[(s / HD / tiles * length + key) * HD + s % HD] : T(0);
  });
  CHECK_CYCLES(rows * (2 * HD + (tiles - 1) * (HD > PK ? HD : PK) + HD + PK + N - 1),
               (attention_scores_prefill<T, T, N, PK, HD, kept, SINKS>(in, keys, out, rows, length)));
  check_scores();
  hls::stream<WordFor<T, HD>> port[1];
  put_queries();
  for (int row = 0; row < rows; ++row)
    for (int key = 0; key < length; ++key) {
      WordFor<T, HD> word = word_zero<T, HD>();
      for (int c = 0; c < HD; ++c) word_set<T, HD>(word, c, k[(row * length + key) * HD + c]);
      port[0].write(word);
    }
  CHECK_CYCLES(rows * (2 * HD + length),
               (attention_scores_decode<T, T, N, HD, HD, 1, 3, Multipliers::dsp, kept, SINKS>(in, port, out, rows,
                                                                                              length)));
  check_scores();
  CHECK(in.empty() && keys.empty() && port[0].empty());
}

int main() {
  check::Random r(6);
  for (int trial = 0; trial < 8; ++trial) {
    cache<1, 1, 1, 1, 1>(r), cache<2, 4, 4, 8, 4>(r), cache<3, 2, 6, 4, 8>(r), cache<1, 4, 8, 0, 12>(r);
    mask<1, 2, 1>(r), mask<4, 4, 6>(r), mask<3, 6, 20>(r), mask<4, 8, 1>(r);
    for (int twice = 0; twice < 2; ++twice) {
      rope<4, 8, false>(r, twice), rope<3, 2, false>(r, twice), rope<4, 8, true>(r, twice), rope<1, 16, true>(r, twice);
    }
    scores<I8, 4, 4, 8, 8>(r), scores<I8, 2, 16, 8, 16>(r), scores<I8, 8, 2, 16, 6>(r), scores<float, 4, 4, 8, 4>(r);
  }
  return check::result();
}
