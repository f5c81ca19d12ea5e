// expect: hadamard_far: a token must have a multiple of 2*D lines
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 8>>& in, hls::stream<Vec<float, 8>>& out) { hadamard_far<8, 24, 8>(in, out, 1); }
