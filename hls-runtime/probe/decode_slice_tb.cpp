#include "expect.hpp"
#include "flexllm/types.hpp"

constexpr int WP = 4, KP = 4, CHANNELS = 48, VECTORS = 5;
using Token = flexllm::Vec<ap_uint<4>, 8>;
using Weights = flexllm::WordFor<ap_int<4>, WP * KP>;
using Results = flexllm::Vec<flexllm::AccFor<ap_uint<4>, ap_int<4>, 64>, WP>;
extern "C" void probe_decode_slice(hls::stream<Token>& x, hls::stream<Weights>& w0, hls::stream<Weights>& w1,
                                   hls::stream<Results>& y);

static int activation(int channel) { return probe::signed_byte(0, channel) & 15; }
static int weight(int channel, int output) { return (probe::signed_byte(1 + channel, output) & 15) - 8; }

int main() {
  hls::stream<Token> x("x");
  hls::stream<Weights> w0("w0"), w1("w1");
  hls::stream<Results> y("y");
  for (int s = 0; s < CHANNELS / 8; ++s) {
    Token token;
    for (int l = 0; l < 8; ++l) token[l] = ap_uint<4>(activation(s * 8 + l));
    x.write(token);
  }
  // Vector of results v comes from slice v % 2.
  for (int v = 0; v < VECTORS; ++v)
    for (int step = 0; step < CHANNELS / KP; ++step) {
      Weights word;
      for (int i = 0; i < KP; ++i)
        for (int j = 0; j < WP; ++j)
          flexllm::word_set<ap_int<4>, WP * KP>(word, i * WP + j, ap_int<4>(weight(step * KP + i, v * WP + j)));
      (v % 2 == 0 ? w0 : w1).write(word);
    }
  probe_decode_slice(x, w0, w1, y);
  for (int v = 0; v < VECTORS; ++v) {
    const Results result = y.read();
    for (int j = 0; j < WP; ++j) {
      int sum = 0;
      for (int c = 0; c < CHANNELS; ++c) sum += activation(c) * weight(c, v * WP + j);
      probe::expect(static_cast<int>(result[j]) == sum, "sum", v);
    }
  }
  return probe::result();
}
