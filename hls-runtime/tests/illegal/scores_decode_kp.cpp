// expect: KP must divide HD; choose KP from the divisors of the head size
#include <flexllm/attention_scores.hpp>

using namespace flexllm;
using S = hls::stream<Vec<ap_int<8>, 4>>;
void f(S& q, hls::stream<WordFor<ap_int<8>, 6>> (&k)[1], hls::stream<Vec<AccFor<ap_int<8>, ap_int<8>, 64>, 4>>& out) {
  attention_scores_decode<ap_int<8>, ap_int<8>, 4, 6, 64, 1, 2>(q, k, out, 1, 1);
}
