// expect: PackedMul: weights must be signed
#include <flexllm/linear_decode.hpp>

using namespace flexllm;
using I = ap_uint<8>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<WordFor<I, 16>> (&w)[1], hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  linear_decode<I, I, 4, 4, 4, 1, 16>(in, w, out, 1, 1);
}
