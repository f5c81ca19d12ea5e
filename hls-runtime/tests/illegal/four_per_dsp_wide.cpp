// expect: four products fit a 27 x 18 bit multiplier
#include <flexllm/linear_prefill.hpp>

using namespace flexllm;
using A = ap_int<8>;
using W = ap_int<4>;
void f(hls::stream<Vec<A, 4>>& in, hls::stream<WordFor<W, 8>> (&w)[1], hls::stream<Vec<AccFor<A, W, 64>, 4>>& out) {
  linear_prefill<A, W, 4, 8, 1, 64, Multipliers::dsp4>(in, w, out, 1, 1, 1);
}
