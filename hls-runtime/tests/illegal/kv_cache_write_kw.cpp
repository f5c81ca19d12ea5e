// expect: kv_cache_write_prefill: KW must divide HD
#include <flexllm/kv_cache_write.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<WordFor<I, 6>> (&out)[1]) {
  kv_cache_write_prefill<I, 4, 64, 6, 1>(in, out, 1, 1);
}
