// expect: unpack_six: only words of 6-bit weights lie in memory without gaps
#include <flexllm/six_bits.hpp>

using namespace flexllm;
using W = WordFor<ap_int<8>, 4>;
void f(hls::stream<W>& in, hls::stream<W>& out) { unpack_six<ap_int<8>, 4>(in, out, 1, 1); }
