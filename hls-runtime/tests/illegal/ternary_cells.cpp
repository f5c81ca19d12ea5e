// expect: linear_slice: a slice takes at most 128 weights, or 256 ternary ones
#include <flexllm/linear_slices.hpp>

using namespace flexllm;
using W = ap_int<2>;
void f(hls::stream<Vec<ap_int<8>, 32>>& in, hls::stream<WordFor<W, 512>>& w,
       hls::stream<Vec<AccFor<ap_int<8>, W, 64>, 16>>& out) {
  linear_slice_last<ap_int<8>, W, 16, 32, 2, 64>(in, w, out, 1, 1, 1);
}
