// expect: more than 4096 cells cannot be unrolled
#include <flexllm/linear_prefill.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 128>>& in, hls::stream<WordFor<I, 64>> (&w)[1],
    hls::stream<Vec<AccFor<I, I, 64>, 128>>& out) {
  linear_prefill<I, I, 128, 64, 1, 64>(in, w, out, 1, 1, 1);
}
