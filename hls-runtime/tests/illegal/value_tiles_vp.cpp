// expect: value_tiles: VP must divide KW or be a multiple of it
#include <flexllm/kv_tiles.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<WordFor<I, 8>>& in, hls::stream<Vec<I, 6>>& out) {
  value_tiles<I, 6, 64, 8, 32>(in, out, 1, 1, 1, 1);
}
