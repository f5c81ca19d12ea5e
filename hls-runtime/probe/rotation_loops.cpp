// The Hadamard rotation of a token: two buffers that are read and written in turn, an iteration per cycle.
#include "flexllm/hadamard.hpp"

using Reals = flexllm::Vec<float, 4>;

static void rotate(hls::stream<Reals>& x, hls::stream<Reals>& y) {
  flexllm::hadamard_decode<4, 64, flexllm::Order::blocked>(x, y);
}

extern "C" void probe_rotation_loops(hls::stream<Reals>& x, hls::stream<Reals>& y) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=y
#pragma HLS interface s_axilite port=return bundle=control
  rotate(x, y);
}
