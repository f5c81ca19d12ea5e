// expect: pack_values: the scale lies in four channels of its group; choose G of at least 4 channels
#include <flexllm/kv_pack.hpp>

using namespace flexllm;
void f(hls::stream<Vec<ap_int<8>, 2>>& in, hls::stream<Vec<ap_int<4>, 2>>& out) { pack_values<2, 2>(in, out, 4); }
