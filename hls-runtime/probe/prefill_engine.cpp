// The systolic array of prefill: every loop starts an iteration per cycle.
#include "flexllm/linear_prefill.hpp"

using Tokens = flexllm::Vec<ap_int<8>, 4>;
using Weights = flexllm::WordFor<ap_int<8>, 8>;
using Results = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 64>, 4>;

static void feed(hls::stream<Weights>& weights, hls::stream<Weights>& words, int count) {
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    words.write(weights.read());
  }
}

static void engine(hls::stream<Tokens>& tokens, hls::stream<Weights> (&words)[1], hls::stream<Results>& results,
                   int blocks, int k, int n) {
  flexllm::linear_prefill<ap_int<8>, ap_int<8>, 4, 8, 1, 64>(tokens, words, results, blocks, k, n);
}

static void prefill_engine_pass(hls::stream<Tokens>& tokens, hls::stream<Weights>& weights,
                                hls::stream<Results>& results, int count, int blocks, int k, int n) {
#pragma HLS dataflow
  hls::stream<Weights> words[1];
#pragma HLS stream variable=words depth=32
  feed(weights, words[0], count);
  engine(tokens, words, results, blocks, k, n);
}

extern "C" void probe_prefill_engine(hls::stream<Tokens>& x, hls::stream<Weights>& w, hls::stream<Results>& y, int k,
                                     int n) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=w
#pragma HLS interface axis port=y
#pragma HLS interface s_axilite port=k bundle=control
#pragma HLS interface s_axilite port=n bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  const int blocks = 2;
  const int count = blocks * ((n + 7) / 8) * k;
  prefill_engine_pass(x, w, y, count, blocks, k, n);
}
