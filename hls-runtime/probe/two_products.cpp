// One DSP for the products of one 8-bit activation and two 8-bit weights: 16 products, 8 DSPs.
#include "flexllm/packed_mul.hpp"

using Pack = flexllm::PackedMul<ap_uint<8>, ap_int<8>>;
using Weights = flexllm::Word<16>;
using Activation = flexllm::Vec<int, 1>;
using Products = flexllm::Vec<int, 16>;

extern "C" void probe_two_products(const Activation* a, const Weights* w, Products* p, int count) {
#pragma HLS interface m_axi port=a bundle=a offset=slave depth=256
#pragma HLS interface s_axilite port=a bundle=control
#pragma HLS interface m_axi port=w bundle=w offset=slave depth=256
#pragma HLS interface s_axilite port=w bundle=control
#pragma HLS interface m_axi port=p bundle=p offset=slave depth=256
#pragma HLS interface s_axilite port=p bundle=control
#pragma HLS interface s_axilite port=count bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  for (int i = 0; i < count; ++i) {
#pragma HLS loop_tripcount min=256 max=256
#pragma HLS pipeline II=1
    const Pack::Activation activation = flexllm::native(ap_uint<8>(a[i][0]));
    const Weights word = w[i];
    Products products;
    for (int pair = 0; pair < 8; ++pair) {
#pragma HLS unroll
      const ap_int<8> w0 = flexllm::word_get<ap_int<8>, 16>(word, 2 * pair);
      const ap_int<8> w1 = flexllm::word_get<ap_int<8>, 16>(word, 2 * pair + 1);
      flexllm::Reg<Pack::SHIFT> p0, p1;
      Pack::multiply(activation, Pack::pack(w0, w1), p0, p1);
      products[2 * pair] = static_cast<int>(p0);
      products[2 * pair + 1] = static_cast<int>(p1);
    }
    p[i] = products;
  }
}
