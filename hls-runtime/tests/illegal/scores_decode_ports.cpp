// expect: attention_scores_decode: PORTS must divide HP
#include <flexllm/attention_scores.hpp>

using namespace flexllm;
using S = hls::stream<Vec<ap_int<8>, 4>>;
void f(S& q, hls::stream<WordFor<ap_int<8>, 8>> (&k)[3], hls::stream<Vec<AccFor<ap_int<8>, ap_int<8>, 64>, 4>>& out) {
  attention_scores_decode<ap_int<8>, ap_int<8>, 4, 8, 64, 3, 2>(q, k, out, 1, 1);
}
