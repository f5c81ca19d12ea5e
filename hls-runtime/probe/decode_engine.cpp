// The engine of decode, one token against weights that are used once: every loop starts an iteration per cycle.
#include "flexllm/linear_decode.hpp"

using Token = flexllm::Vec<ap_int<8>, 4>;
using Weights = flexllm::WordFor<ap_int<8>, 32>;
using Results = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 64>, 4>;

static void feed(hls::stream<Weights>& weights, hls::stream<Weights>& words, int count) {
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    words.write(weights.read());
  }
}

static void engine(hls::stream<Token>& token, hls::stream<Weights> (&words)[1], hls::stream<Results>& results,
                   int in_steps, int out_steps) {
  flexllm::linear_decode<ap_int<8>, ap_int<8>, 4, 4, 8, 1, 16>(token, words, results, in_steps, out_steps);
}

static void decode_engine_pass(hls::stream<Token>& token, hls::stream<Weights>& weights, hls::stream<Results>& results,
                               int count, int in_steps, int out_steps) {
#pragma HLS dataflow
  hls::stream<Weights> words[1];
#pragma HLS stream variable=words depth=32
  feed(weights, words[0], count);
  engine(token, words, results, in_steps, out_steps);
}

extern "C" void probe_decode_engine(hls::stream<Token>& x, hls::stream<Weights>& w, hls::stream<Results>& y) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=w
#pragma HLS interface axis port=y
#pragma HLS interface s_axilite port=return bundle=control
  const int in_steps = 12, out_steps = 20;
  const int count = 3 * 48;
  decode_engine_pass(x, w, y, count, in_steps, out_steps);
}
