// hls::vector of fp32 and of integers whose width is no power of two, over AXI4-Stream, as between kernels.
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
using Sums = flexllm::Vec<ap_int<26>, 4>;

extern "C" void probe_axis_vector(hls::stream<Reals>& a, hls::stream<Sums>& b, hls::stream<Reals>& c, int count) {
#pragma HLS interface axis port=a
#pragma HLS interface axis port=b
#pragma HLS interface axis port=c
#pragma HLS interface s_axilite port=count bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  for (int i = 0; i < count; ++i) {
#pragma HLS loop_tripcount min=64 max=64
#pragma HLS pipeline II=1
    const Reals x = a.read();
    const Sums s = b.read();
    Reals y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = x[l] * static_cast<float>(static_cast<int>(s[l]));
    }
    c.write(y);
  }
}
