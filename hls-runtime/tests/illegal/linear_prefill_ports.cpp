// expect: linear_prefill: PORTS must divide WP
#include <flexllm/linear_prefill.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<WordFor<I, 2>> (&w)[3], hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  linear_prefill<I, I, 4, 8, 3, 64>(in, w, out, 1, 1, 1);
}
