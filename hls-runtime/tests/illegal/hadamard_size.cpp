// expect: hadamard_prefill: C must be even
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<float, 4>>& out) { hadamard_prefill<4, 95>(in, out, 1); }
