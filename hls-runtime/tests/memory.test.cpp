// memory.hpp, route.hpp, fork.hpp.
#include <flexllm/fork.hpp>
#include <flexllm/memory.hpp>
#include <flexllm/route.hpp>
#include <flexllm/six_bits.hpp>

#include "check.hpp"

using namespace flexllm;
using V = Vec<int, 2>;

static void words(check::Random& r) {
  using W = Vec<float, 4>;
  std::vector<W> mem(400);
  for (int i = 0; i < 400; ++i) for (int j = 0; j < 4; ++j) mem[i][j] = static_cast<float>(i * 4 + j);
  for (int trial = 0; trial < 20; ++trial) {
    const int offset = r.range(0, 20), count = r.range(0, 10), inner = r.range(0, 3), blocks = r.range(0, 5);
    const int stride = r.range(0, 30), outer = r.range(0, 3);
    hls::stream<W> s("words");
    CHECK_CYCLES(outer * blocks * inner * count,
                 (read_words<W>(mem.data(), s, offset, count, inner, blocks, stride, outer)));
    CHECK(static_cast<int>(s.size()) == outer * blocks * inner * count);
    for (int o = 0; o < outer; ++o)
      for (int b = 0; b < blocks; ++b)
        for (int n = 0; n < inner; ++n)
          for (int i = 0; i < count; ++i) CHECK(s.read()[1] == static_cast<float>((offset + b * stride + i) * 4 + 1));
  }
  for (int trial = 0; trial < 20; ++trial) {
    const int offset = r.range(0, 9), count = r.range(0, 5), next = r.range(0, 9), ahead = r.range(0, 5);
    hls::stream<W> s("ahead");
    CHECK_CYCLES(count + ahead, (read_ahead<W>(mem.data(), s, offset, count, next, ahead)));
    CHECK(static_cast<int>(s.size()) == count + ahead);
    for (int i = 0; i < count; ++i) CHECK(s.read()[1] == static_cast<float>((offset + i) * 4 + 1));
    for (int i = 0; i < ahead; ++i) CHECK(s.read()[1] == static_cast<float>((next + i) * 4 + 1));
  }
  for (int trial = 0; trial < 20; ++trial) {
    const int offset = r.range(0, 9), count = r.range(0, 5), blocks = r.range(0, 4), stride = count + r.range(0, 5);
    const int outer = r.range(0, 4), outer_stride = stride * blocks + r.range(0, 7);
    std::vector<W> to(400), wanted(400);
    for (int i = 0; i < 400; ++i) to[i] = wanted[i] = W(-1.0f);
    hls::stream<W> s("written");
    float next = 0;
    for (int o = 0; o < outer; ++o)
      for (int b = 0; b < blocks; ++b)
        for (int i = 0; i < count; ++i) {
          s.write(W(next));
          wanted[offset + o * outer_stride + b * stride + i] = W(next++);
        }
    CHECK_CYCLES(outer * blocks * count,
                 (write_words<W>(to.data(), s, offset, count, blocks, stride, outer, outer_stride)));
    for (int i = 0; i < 400; ++i) CHECK(to[i][3] == wanted[i][3]);
  }
  hls::stream<Vec<int, 1>> ids("ids");
  hls::stream<W> rows("rows");
  const int id[] = {3, 0, 19, 3};
  for (int i : id) ids.write(Vec<int, 1>(i));
  CHECK_CYCLES(4 * 20, (read_rows<W, 20>(mem.data(), ids, rows, 4)));
  for (int i : id) for (int w = 0; w < 20; ++w) CHECK(rows.read()[0] == static_cast<float>((i * 20 + w) * 4));
}

/// Weights of 6 bits without gaps: bit b of weight e is bit 6*e + b of the bytes of its word, and words follow one
/// another from the beginning of a round. N: weights of a word.
template <int N> static void six_bits(check::Random& r) {
  using T = ap_int<6>;
  constexpr int PORT = WordOf<T, N>::port_bytes, BYTES = WordOf<T, N>::bytes;
  static_assert(N > 64 ? 3 * PORT == 2 * BYTES : 3 * PORT == 4 * BYTES, "three words hold four, or two");
  for (int count = 0; count < 10; ++count) {
    const int rounds = r.range(0, 3), words = ceil_div(count * BYTES, PORT);
    hls::stream<PortWordFor<T, N>> port("port");
    hls::stream<WordFor<T, N>> out("words");
    std::vector<T> weights = check::random_values<T>(r, rounds * count * N);
    for (int round = 0; round < rounds; ++round) {
      std::vector<unsigned> bytes(words * PORT);
      for (unsigned& byte : bytes) byte = static_cast<unsigned>(r.range(0, 255));
      for (int w = 0; w < count; ++w)
        for (int bit = 0; bit < 6 * N; ++bit) {
          const int at = w * BYTES + bit / 8;
          const int value = native(weights[(round * count + w) * N + bit / 6]) >> (bit % 6) & 1;
          bytes[at] = (bytes[at] & ~(1u << (bit % 8))) | static_cast<unsigned>(value) << (bit % 8);
        }
      for (int w = 0; w < words; ++w) {
        PortWordFor<T, N> word;
        for (int b = 0; b < PORT; ++b) word[b] = ap_uint<8>(bytes[w * PORT + b]);
        port.write(word);
      }
    }
    CHECK_CYCLES(rounds * larger_of(count, words), (unpack_six<T, N>(port, out, rounds, count)));
    CHECK(port.empty() && static_cast<int>(out.size()) == rounds * count);
    for (int w = 0; w < rounds * count; ++w) {
      const WordFor<T, N> word = out.read();
      WordFor<T, N> copy = word_zero<T, N>();
      for (int e = 0; e < N; ++e) {
        CHECK((native(word_get<T, N>(word, e)) == native(weights[w * N + e])));
        word_set<T, N>(copy, e, T(-1));
        word_set<T, N>(copy, e, weights[w * N + e]);
      }
      for (int e = 0; e < N; ++e) CHECK((native(word_get<T, N>(copy, e)) == native(weights[w * N + e])));
    }
  }
}

/// Words of a table in rows: what is loaded comes back word by word, in the order of read_words.
template <int L, int R, int ROWS> static void table(check::Random& r) {
  constexpr int words = ROWS * R / L;
  const int first = r.range(0, 5);
  std::vector<Vec<float, 4>> mem(first + ROWS * R / 4);
  for (int i = 0; i < ROWS * R; ++i) mem[first + i / 4][i % 4] = static_cast<float>(i);
  static Vec<float, R> rows[ROWS];
  load_table<R, ROWS>(mem.data(), first, rows);
  const int count = r.range(0, words / 2), blocks = r.range(0, 2), inner = r.range(0, 2), outer = r.range(0, 2);
  const int stride = r.range(0, words / 4), offset = r.range(0, words - count - stride * blocks);
  hls::stream<Vec<float, L>> s("words");
  CHECK_CYCLES(outer * blocks * inner * count,
               (read_table<L, R, ROWS>(rows, s, offset, count, inner, blocks, stride, outer)));
  for (int o = 0; o < outer; ++o)
    for (int b = 0; b < blocks; ++b)
      for (int n = 0; n < inner; ++n)
        for (int i = 0; i < count; ++i) {
          const Vec<float, L> word = s.read();
          for (int j = 0; j < L; ++j) CHECK(word[j] == static_cast<float>((offset + b * stride + i) * L + j));
        }
}

template <typename T, int N, int L> static void pack(check::Random& r) {
  const int count = r.range(0, 9);
  const std::vector<T> v = check::random_values<T>(r, count * N);
  hls::stream<Vec<T, N>> in("in"), back("back");
  hls::stream<Vec<MemoryOf<T>, L>> packed("packed");
  check::put<T, N>(in, count, [&](int s, int i) { return v[s * N + i]; });
  CHECK_CYCLES(count * ceil_div(N, L), (pack_vectors<T, N, L>(in, packed, count)));
  std::vector<Vec<MemoryOf<T>, L>> copy;
  while (!packed.empty()) copy.push_back(packed.read());
  CHECK(static_cast<int>(copy.size()) == count * ceil_div(N, L));
  for (int s = 0; s < count; ++s) {
    for (int lane = 0; lane < ceil_div(N, L) * L; ++lane) {
      const auto x = native(copy[s * ceil_div(N, L) + lane / L][lane % L]);
      if (lane >= N) CHECK(x == 0);
      else CHECK(x == native(MemoryOf<T>(native(v[s * N + lane]))));
    }
  }
  for (const auto& w : copy) packed.write(w);
  CHECK_CYCLES(count * ceil_div(N, L), (unpack_vectors<T, N, L>(packed, back, count)));
  check::take<T, N>(back, count, [&](int s, int i, T x) { CHECK(x == v[s * N + i]); });
}

static void routes() {
  hls::stream<V> a("a"), b("b"), c("c"), out("out");
  auto fill = [](hls::stream<V>& s, int base) {
    check::put<int, 2>(s, 5, [&](int k, int i) { return base + 2 * k + i; });
  };
  for (int which = 0; which < 3; ++which) {
    hls::stream<V>& chosen = which == 0 ? a : which == 1 ? b : c;
    fill(chosen, which * 100);
    CHECK_CYCLES(5, select_stream(which, 5, out, a, b, c));
    check::take<int, 2>(out, 5, [&](int k, int i, int x) { CHECK(x == which * 100 + 2 * k + i); });
    fill(out, which);
    CHECK_CYCLES(5, dispatch_stream(which, 5, out, a, b, c));
    check::take<int, 2>(chosen, 5, [&](int k, int i, int x) { CHECK(x == which + 2 * k + i); });
    CHECK(a.empty() && b.empty() && c.empty());
  }
  fill(a, 7);
  CHECK_CYCLES(5, select_stream(0, 5, out, a));
  check::take<int, 2>(out, 5, [&](int k, int i, int x) { CHECK(x == 7 + 2 * k + i); });

  check::put<int, 2>(a, 6, [](int k, int) { return k; });
  check::put<int, 2>(b, 6, [](int k, int) { return 100 + k; });
  CHECK_CYCLES(2 * 2 * 3, merge_heads(2, 3, out, a, b));
  check::take<int, 2>(out, 12, [&](int k, int, int x) { CHECK(x == (k / 3 % 2) * 100 + k / 6 * 3 + k % 3); });

  fill(a, 50);
  CHECK_CYCLES(5, flexllm::fork(5, a, out, b, c));
  for (hls::stream<V>* s : {&out, &b, &c})
    check::take<int, 2>(*s, 5, [&](int k, int i, int x) { CHECK(x == 50 + 2 * k + i); });
  fill(a, 1);
  CHECK_CYCLES(5, flexllm::fork(5, a, out));
  check::take<int, 2>(out, 5, [&](int k, int i, int x) { CHECK(x == 1 + 2 * k + i); });
}

int main() {
  check::Random r(2);
  words(r);
  for (int trial = 0; trial < 20; ++trial) {
    table<1, 4, 12>(r);
    table<2, 4, 12>(r);
    table<4, 4, 20>(r);
    table<8, 8, 7>(r);
    table<16, 16, 5>(r);
    table<4, 16, 5>(r);
  }
  six_bits<2>(r);
  six_bits<6>(r);
  six_bits<128>(r);
  for (int trial = 0; trial < 5; ++trial) {
    pack<float, 8, 16>(r);
    pack<float, 5, 4>(r);
    pack<float, 1, 1>(r);
    pack<ap_int<8>, 16, 4>(r);
    pack<ap_uint<8>, 3, 64>(r);
    pack<ap_int<4>, 6, 4>(r);
    pack<ap_int<30>, 8, 16>(r);
    pack<ap_int<20>, 9, 2>(r);
  }
  routes();
  return check::result();
}
