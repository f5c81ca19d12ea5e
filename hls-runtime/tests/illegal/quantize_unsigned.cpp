// expect: quantize_decode: asymmetric needs an unsigned T, symmetric a signed T
#include <flexllm/quantize.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<ap_uint<8>, 4>>& out, hls::stream<Vec<float, 2>>& s) {
  quantize_decode<ap_uint<8>, false, 4, Order::blocked, 64>(in, out, s, 1);
}
