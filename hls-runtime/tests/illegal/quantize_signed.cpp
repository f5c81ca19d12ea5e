// expect: quantize_prefill: asymmetric needs an unsigned T, symmetric a signed T
#include <flexllm/quantize.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<ap_int<8>, 4>>& out, hls::stream<Vec<float, 2>>& s) {
  quantize_prefill<ap_int<8>, true, 4, 64>(in, out, s, 1, 1);
}
