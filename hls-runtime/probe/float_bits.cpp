// fp32 in RTL gives the bits of C-simulation: products and sums rounded apart, the library's own exponential.
#include "flexllm/elementwise.hpp"

using Reals = flexllm::Vec<float, 4>;

static void multiply(hls::stream<Reals>& a, hls::stream<Reals>& b, hls::stream<Reals>& product) {
  flexllm::multiply<4>(a, b, product, 64);
}

static void multiply_add(hls::stream<Reals>& a, hls::stream<Reals>& b, hls::stream<Reals>& sum) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    const Reals x = a.read(), y = b.read();
    Reals z;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      z[l] = x[l] * y[l] + x[(l + 1) % 4];
    }
    sum.write(z);
  }
}

static void gate(hls::stream<Reals>& product, hls::stream<Reals>& y) {
  flexllm::silu<4>(product, y, 64);
}

static void float_bits_pass(hls::stream<Reals>& a, hls::stream<Reals>& b, hls::stream<Reals>& c, hls::stream<Reals>& d,
                            hls::stream<Reals>& y, hls::stream<Reals>& z) {
#pragma HLS dataflow
  hls::stream<Reals> product;
#pragma HLS stream variable=product depth=2
  multiply(a, b, product);
  gate(product, y);
  multiply_add(c, d, z);
}

extern "C" void probe_float_bits(hls::stream<Reals>& a, hls::stream<Reals>& b, hls::stream<Reals>& c,
                                 hls::stream<Reals>& d, hls::stream<Reals>& y, hls::stream<Reals>& z) {
#pragma HLS interface axis port=a
#pragma HLS interface axis port=b
#pragma HLS interface axis port=c
#pragma HLS interface axis port=d
#pragma HLS interface axis port=y
#pragma HLS interface axis port=z
#pragma HLS interface s_axilite port=return bundle=control
  float_bits_pass(a, b, c, d, y, z);
}
