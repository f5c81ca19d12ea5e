// expect: attention_values_decode: sums in DSPs need all channels side by side
#include <flexllm/attention_values.hpp>

using namespace flexllm;
using U = ap_uint<8>;
using I = ap_int<8>;
void f(hls::stream<Vec<U, 4>>& p, hls::stream<WordFor<I, 8>> (&v)[1], hls::stream<Vec<AccFor<U, I, 32>, 4>>& out) {
  attention_values_decode<U, I, 4, 8, 16, 1, 32, true>(p, v, out, 1, 1);
}
