// expect: linear_decode: PORTS must divide BP
#include <flexllm/linear_decode.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<WordFor<I, 8>> (&w)[3], hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  linear_decode<I, I, 4, 4, 8, 3, 16>(in, w, out, 1, 1);
}
