// expect: unpack_values: words are whole groups or groups whole words; choose N from the divisors of G
#include <flexllm/kv_pack.hpp>

using namespace flexllm;
void f(hls::stream<WordFor<ap_int<4>, 16>>& in, hls::stream<WordFor<ap_int<8>, 16>>& out) {
  unpack_values<16, 24>(in, out, 3);
}
