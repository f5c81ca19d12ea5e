#include "expect.hpp"
#include "flexllm/types.hpp"

using Query = flexllm::Vec<ap_int<8>, 2>;
using Rows = flexllm::WordFor<ap_int<8>, 8>;
using Scores = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 16>, 2>;
using Probabilities = flexllm::Vec<ap_uint<8>, 2>;
using Mixed = flexllm::Vec<flexllm::AccFor<ap_uint<8>, ap_int<8>, 64>, 2>;
using Qs = hls::stream<Query>;
using Ws = hls::stream<Rows>;
using Ss = hls::stream<Scores>;
using Ps = hls::stream<Probabilities>;
using Ms = hls::stream<Mixed>;
extern "C" void probe_attention_loops(Qs& q, Ws& k, Ss& s, Ps& p, Ws& v, Ms& m, int length);

/// Two heads on each of two lanes, which share a memory: heads h, lanes i, channels c of 16.
static int query(int h, int i, int c) { return probe::signed_byte(h * 2 + i, c); }
static int key(int h, int t, int c) { return probe::signed_byte(10 + h, t * 16 + c); }
static int probability(int h, int i, int t) { return probe::pattern(20 + h * 2 + i, t); }
static int value(int h, int t, int c) { return probe::signed_byte(30 + h, t * 16 + c); }

static void put(Ws& words, int (*element)(int, int, int), int length) {
  for (int h = 0; h < 2; ++h)
    for (int t = 0; t < length; ++t)
      for (int part = 0; part < 2; ++part) {
        Rows word;
        for (int j = 0; j < 8; ++j) flexllm::word_set<ap_int<8>, 8>(word, j, ap_int<8>(element(h, t, part * 8 + j)));
        words.write(word);
      }
}

int main() {
  const int length = 40;
  Qs q("q");
  Ws k("k"), v("v");
  Ss s("s");
  Ps p("p");
  Ms m("m");
  for (int h = 0; h < 2; ++h) {
    for (int c = 0; c < 16; ++c) {
      Query x;
      for (int i = 0; i < 2; ++i) x[i] = ap_int<8>(query(h, i, c));
      q.write(x);
    }
    for (int t = 0; t < length; ++t) {
      Probabilities x;
      for (int i = 0; i < 2; ++i) x[i] = ap_uint<8>(probability(h, i, t));
      p.write(x);
    }
  }
  put(k, key, length);
  put(v, value, length);
  probe_attention_loops(q, k, s, p, v, m, length);
  for (int h = 0; h < 2; ++h) {
    for (int t = 0; t < length; ++t) {
      const Scores result = s.read();
      for (int i = 0; i < 2; ++i) {
        int sum = 0;
        for (int c = 0; c < 16; ++c) sum += query(h, i, c) * key(h, t, c);
        probe::expect(static_cast<int>(result[i]) == sum, "score", h * length + t);
      }
    }
    for (int c = 0; c < 16; ++c) {
      const Mixed result = m.read();
      for (int i = 0; i < 2; ++i) {
        int sum = 0;
        for (int t = 0; t < length; ++t) sum += probability(h, i, t) * value(h, t, c);
        probe::expect(static_cast<int>(result[i]) == sum, "mixed value", h * 16 + c);
      }
    }
  }
  return probe::result();
}
