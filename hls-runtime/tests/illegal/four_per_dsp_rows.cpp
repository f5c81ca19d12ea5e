// expect: choose an even number of rows
#include <flexllm/linear_prefill.hpp>

using namespace flexllm;
using I = ap_int<4>;
void f(hls::stream<Vec<I, 3>>& in, hls::stream<WordFor<I, 8>> (&w)[1], hls::stream<Vec<AccFor<I, I, 64>, 3>>& out) {
  linear_prefill<I, I, 3, 8, 1, 64, Multipliers::dsp4>(in, w, out, 1, 1, 1);
}
