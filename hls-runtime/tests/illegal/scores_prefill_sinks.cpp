// expect: attention_scores_prefill: a tile of keys has one query
#include <flexllm/attention_scores.hpp>

using namespace flexllm;
using I = ap_int<8>;
constexpr Storage kept = Storage::automatic;
void f(hls::stream<Vec<I, 4>>& q, hls::stream<Vec<I, 8>>& k, hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  attention_scores_prefill<I, I, 4, 8, 64, kept, 12>(q, k, out, 1, 1);
}
