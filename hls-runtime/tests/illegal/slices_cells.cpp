// expect: linear_slice: a slice takes at most 128 weights, or 256 ternary ones
#include <flexllm/linear_slices.hpp>

using namespace flexllm;
using W = ap_int<3>;
void f(hls::stream<Vec<ap_int<8>, 16>>& in, hls::stream<WordFor<W, 256>>& w,
       hls::stream<Vec<AccFor<ap_int<8>, W, 32>, 16>>& out) {
  linear_slice_last<ap_int<8>, W, 16, 16, 2, 32>(in, w, out, 1, 1, 1);
}
