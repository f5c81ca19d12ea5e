// One DSP for the products of two 4-bit activations and two 4-bit weights: 16 products, 4 DSPs.
#include "flexllm/packed_mul.hpp"

using Pack = flexllm::PackedBlock<ap_uint<4>, ap_int<4>>;
using Weights = flexllm::Word<4>;
using Activations = flexllm::Vec<int, 2>;
using Products = flexllm::Vec<int, 16>;

extern "C" void probe_four_products(const Activations* a, const Weights* w, Products* p, int count) {
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
    const Activations both = a[i];
    const Pack::Activation activations = Pack::pack_activations(ap_uint<4>(both[0]), ap_uint<4>(both[1]));
    const Weights word = w[i];
    Products products;
    for (int pair = 0; pair < 4; ++pair) {
#pragma HLS unroll
      const ap_int<4> w0 = flexllm::word_get<ap_int<4>, 8>(word, 2 * pair);
      const ap_int<4> w1 = flexllm::word_get<ap_int<4>, 8>(word, 2 * pair + 1);
      Pack::Product p00, p01, p10, p11;
      Pack::multiply(activations, Pack::pack(w0, w1), p00, p01, p10, p11);
      products[4 * pair] = static_cast<int>(p00);
      products[4 * pair + 1] = static_cast<int>(p01);
      products[4 * pair + 2] = static_cast<int>(p10);
      products[4 * pair + 3] = static_cast<int>(p11);
    }
    p[i] = products;
  }
}
