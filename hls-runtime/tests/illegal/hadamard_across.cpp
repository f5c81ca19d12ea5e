// expect: hadamard_across: N must be a multiple of 2*D
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 6>>& in, hls::stream<Vec<float, 6>>& out) { hadamard_across<6, 4, 1, 2>(in, out, 1); }
