// expect: attention_scores_prefill: PK must be even
#include <flexllm/attention_scores.hpp>

using namespace flexllm;
using I = ap_int<8>;
void f(hls::stream<Vec<I, 4>>& q, hls::stream<Vec<I, 5>>& k, hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  attention_scores_prefill<I, I, 4, 5, 64>(q, k, out, 1, 1);
}
