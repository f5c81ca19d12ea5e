// Two slices of the decode engine: a word of 4-bit weights per cycle each, 32 products added up in 16 DSPs.
#include "flexllm/linear_slices.hpp"

constexpr int WP = 4, KP = 4, MOST = 64;
using Token = flexllm::Vec<ap_uint<4>, 8>;
using Activations = flexllm::Vec<ap_uint<4>, KP>;
using Weights = flexllm::WordFor<ap_int<4>, WP * KP>;
using Results = flexllm::Vec<flexllm::AccFor<ap_uint<4>, ap_int<4>, MOST>, WP>;

static void words(hls::stream<Weights>& in, hls::stream<Weights>& out, int count) {
  for (int i = 0; i < count; ++i) {
#pragma HLS loop_tripcount min=24 max=36
#pragma HLS pipeline II=1
    out.write(in.read());
  }
}

static void feed(hls::stream<Token>& token, hls::stream<Activations>& activations, int in_steps, int tiles) {
  flexllm::slices_feed<ap_uint<4>, 8, KP, MOST / 8>(token, activations, in_steps, tiles);
}

static void slice0(hls::stream<Activations>& in, hls::stream<Weights>& w, hls::stream<Activations>& next,
                   hls::stream<Results>& out, int steps, int tiles, int own) {
  flexllm::linear_slice<ap_uint<4>, ap_int<4>, WP, KP, MOST / KP, MOST>(in, w, next, out, steps, tiles, own);
}

static void slice1(hls::stream<Activations>& in, hls::stream<Weights>& w, hls::stream<Results>& out, int steps,
                   int tiles, int own) {
  flexllm::linear_slice_last<ap_uint<4>, ap_int<4>, WP, KP, MOST / KP, MOST>(in, w, out, steps, tiles, own);
}

static void join(hls::stream<Results>& earlier, hls::stream<Results>& own, hls::stream<Results>& out, int count) {
  flexllm::slices_join(earlier, own, out, 1, count);
}

static void decode_slice_pass(hls::stream<Token>& token, hls::stream<Weights>& w0, hls::stream<Weights>& w1,
                              hls::stream<Results>& out, int in_steps, int steps, int tiles, int last, int words_0,
                              int words_1, int vectors) {
#pragma HLS dataflow
  hls::stream<Weights> words0;
  hls::stream<Weights> words1;
  hls::stream<Activations> activations0;
  hls::stream<Activations> activations1;
  hls::stream<Results> results0;
  hls::stream<Results> results1;
#pragma HLS stream variable=words0 depth=32
#pragma HLS stream variable=words1 depth=32
#pragma HLS stream variable=activations0 depth=2
#pragma HLS stream variable=activations1 depth=2
#pragma HLS stream variable=results0 depth=2
#pragma HLS stream variable=results1 depth=2
  words(w0, words0, words_0);
  words(w1, words1, words_1);
  feed(token, activations0, in_steps, tiles);
  slice0(activations0, words0, activations1, results0, steps, tiles, tiles);
  slice1(activations1, words1, results1, steps, tiles, last);
  join(results0, results1, out, vectors);
}

extern "C" void probe_decode_slice(hls::stream<Token>& x, hls::stream<Weights>& w0, hls::stream<Weights>& w1,
                                   hls::stream<Results>& y) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=w0
#pragma HLS interface axis port=w1
#pragma HLS interface axis port=y
#pragma HLS interface s_axilite port=return bundle=control
  const int in_steps = 6, vectors = 5;
  const int steps = in_steps * 8 / KP;
  const int tiles = 3, last = 2;
  const int words_0 = tiles * steps;
  const int words_1 = last * steps;
  decode_slice_pass(x, w0, w1, y, in_steps, steps, tiles, last, words_0, words_1, vectors);
}
