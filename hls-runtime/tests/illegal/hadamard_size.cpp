// expect: hadamard_prefill: C must be a power of two
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<float, 4>>& out) { hadamard_prefill<4, 96>(in, out, 1); }
