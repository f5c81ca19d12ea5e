// Norm, softmax and quantization of a token: every loop starts an iteration per cycle.
#include "flexllm/quantize.hpp"
#include "flexllm/rms_norm.hpp"
#include "flexllm/softmax.hpp"

using Reals = flexllm::Vec<float, 4>;
using Bytes = flexllm::Vec<ap_int<8>, 4>;
using Scale = flexllm::Vec<float, 2>;

static void normalise(hls::stream<Reals>& x, hls::stream<Reals>& g, hls::stream<Reals>& y) {
  flexllm::rms_norm_decode<4, 16, 4>(x, g, y, 16, 0.015625f, 0.00001f);
}

static void weigh(hls::stream<Reals>& x, hls::stream<Reals>& y) {
  flexllm::softmax_decode<4, 16>(x, y, 1, 16);
}

static void quantize(hls::stream<Reals>& x, hls::stream<Bytes>& q, hls::stream<Scale>& s) {
  flexllm::quantize_decode<ap_int<8>, false, 4, flexllm::Order::blocked, 16>(x, q, s, 64);
}

static void token_loops_pass(hls::stream<Reals>& x, hls::stream<Reals>& g, hls::stream<Bytes>& q,
                             hls::stream<Scale>& s) {
#pragma HLS dataflow
  hls::stream<Reals> normal;
#pragma HLS stream variable=normal depth=2
  hls::stream<Reals> weighed;
#pragma HLS stream variable=weighed depth=2
  normalise(x, g, normal);
  weigh(normal, weighed);
  quantize(weighed, q, s);
}

extern "C" void probe_token_loops(hls::stream<Reals>& x, hls::stream<Reals>& g, hls::stream<Bytes>& q,
                                  hls::stream<Scale>& s) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=g
#pragma HLS interface axis port=q
#pragma HLS interface axis port=s
#pragma HLS interface s_axilite port=return bundle=control
  token_loops_pass(x, g, q, s);
}
