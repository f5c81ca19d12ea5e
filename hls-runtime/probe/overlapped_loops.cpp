// Softmax of three rows that overlap: every iteration reads a place of a buffer for the row before, then writes it for
// the one that arrives.
#include "flexllm/softmax.hpp"

using Reals = flexllm::Vec<float, 4>;

static void weigh(hls::stream<Reals>& x, hls::stream<Reals>& y) {
  flexllm::softmax_prefill<4, 64, flexllm::Storage::bram, true>(x, y, 3, 64);
}

extern "C" void probe_overlapped_loops(hls::stream<Reals>& x, hls::stream<Reals>& y) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=y
#pragma HLS interface s_axilite port=return bundle=control
  weigh(x, y);
}
