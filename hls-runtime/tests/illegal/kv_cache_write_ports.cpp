// expect: kv_cache_write_decode: PORTS must divide P or be a multiple of it
#include <flexllm/kv_cache_write.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<WordFor<I, 8>> (&out)[3]) {
  kv_cache_write_decode<I, 4, 64, 8, 3, 12>(in, out, 1);
}
