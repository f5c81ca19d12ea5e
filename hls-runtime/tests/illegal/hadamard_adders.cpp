// expect: hadamard_across: a loop of more than 128 adders
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 64>>& in, hls::stream<Vec<float, 64>>& out) { hadamard_across<64, 4, 1, 3>(in, out, 1); }
