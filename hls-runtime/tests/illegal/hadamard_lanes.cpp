// expect: hadamard_decode: P must be a power of two and at most C
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 8>>& in, hls::stream<Vec<float, 8>>& out) {
  hadamard_decode<8, 4, Order::blocked>(in, out);
}
