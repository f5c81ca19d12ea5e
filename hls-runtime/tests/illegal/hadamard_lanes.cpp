// expect: hadamard_decode: P lanes cannot pair the channels of a block in this order
#include <flexllm/hadamard.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 8>>& in, hls::stream<Vec<float, 8>>& out) {
  hadamard_decode<8, 96, Order::blocked>(in, out);
}
