#include "expect.hpp"
#include "flexllm/types.hpp"

using Token = flexllm::Vec<ap_int<8>, 4>;
using Weights = flexllm::WordFor<ap_int<8>, 32>;
using Results = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 64>, 4>;
extern "C" void probe_decode_engine(hls::stream<Token>& x, hls::stream<Weights>& w, hls::stream<Results>& y);

int main() {
  hls::stream<Token> x("x");
  hls::stream<Weights> w("w");
  hls::stream<Results> y("y");
  for (int s = 0; s < 12; ++s) {
    Token token;
    for (int l = 0; l < 4; ++l) token[l] = ap_int<8>(probe::signed_byte(0, s * 4 + l));
    x.write(token);
  }
  // Weight of input c, output step and lane: a series per input.
  for (int tile = 0; tile < 3; ++tile)
    for (int c = 0; c < 48; ++c) {
      Weights word;
      for (int e = 0; e < 32; ++e)
        flexllm::word_set<ap_int<8>, 32>(word, e, ap_int<8>(probe::signed_byte(1 + c, (tile * 8 + e % 8) * 4 + e / 8)));
      w.write(word);
    }
  probe_decode_engine(x, w, y);
  for (int s = 0; s < 20; ++s) {
    const Results result = y.read();
    for (int l = 0; l < 4; ++l) {
      int sum = 0;
      for (int c = 0; c < 48; ++c) sum += probe::signed_byte(0, c) * probe::signed_byte(1 + c, s * 4 + l);
      probe::expect(static_cast<int>(result[l]) == sum, "sum", s);
    }
  }
  return probe::result();
}
