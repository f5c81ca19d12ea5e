#include "expect.hpp"
#include "flexllm/types.hpp"

using Tokens = flexllm::Vec<ap_int<8>, 4>;
using Weights = flexllm::WordFor<ap_int<8>, 8>;
using Results = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 64>, 4>;
extern "C" void probe_prefill_engine(hls::stream<Tokens>& x, hls::stream<Weights>& w, hls::stream<Results>& y, int k,
                                     int n);

int main() {
  const int k = 48, n = 20;
  hls::stream<Tokens> x("x");
  hls::stream<Weights> w("w");
  hls::stream<Results> y("y");
  for (int b = 0; b < 2; ++b) {
    for (int c = 0; c < k; ++c) {
      Tokens tokens;
      for (int t = 0; t < 4; ++t) tokens[t] = ap_int<8>(probe::signed_byte(b * 4 + t, c));
      x.write(tokens);
    }
    for (int tile = 0; tile < 3; ++tile)
      for (int c = 0; c < k; ++c) {
        Weights word;
        for (int j = 0; j < 8; ++j)
          flexllm::word_set<ap_int<8>, 8>(word, j, ap_int<8>(probe::signed_byte(100 + c, tile * 8 + j)));
        w.write(word);
      }
  }
  probe_prefill_engine(x, w, y, k, n);
  for (int b = 0; b < 2; ++b)
    for (int j = 0; j < n; ++j) {
      const Results result = y.read();
      for (int t = 0; t < 4; ++t) {
        int sum = 0;
        for (int c = 0; c < k; ++c) sum += probe::signed_byte(b * 4 + t, c) * probe::signed_byte(100 + c, j);
        probe::expect(static_cast<int>(result[t]) == sum, "sum", b * n + j);
      }
    }
  return probe::result();
}
