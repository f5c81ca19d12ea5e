// expect: key_tiles: KW must divide HD
#include <flexllm/kv_tiles.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<WordFor<I, 6>>& in, hls::stream<Vec<I, 4>>& out) { key_tiles<I, 4, 64, 6, 32>(in, out, 1, 1, 1, 1); }
