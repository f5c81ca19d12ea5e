// expect: dequantize_decode: SW counts floats of {scale, sum} pairs and must be even
#include <flexllm/dequantize.hpp>

using namespace flexllm;
using I = ap_int<24>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<Vec<float, 2>>& s, hls::stream<Vec<float, 3>>& c,
    hls::stream<Vec<float, 4>>& out) {
  dequantize_decode<I, false, 4, 3>(in, s, c, out, 1);
}
