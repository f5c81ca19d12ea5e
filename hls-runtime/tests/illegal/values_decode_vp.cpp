// expect: attention_values_decode: VP must divide HD
#include <flexllm/attention_values.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& p, hls::stream<WordFor<I, 6>> (&v)[1], hls::stream<Vec<AccFor<I, I, 32>, 4>>& out) {
  attention_values_decode<I, I, 4, 6, 64, 1, 32>(p, v, out, 1, 1);
}
