// expect: sparse_slice: ternary weights have zeros of their own; use linear_slice
#include <flexllm/linear_slices.hpp>

using namespace flexllm;
using W = ap_int<2>;
using S = Sparse<2, 4, 2>;
void f(hls::stream<Vec<ap_int<8>, 4>>& in, hls::stream<WordFor<W, 8>>& w, hls::stream<IndicesFor<S, 8>>& indices,
       hls::stream<Vec<AccFor<ap_int<8>, W, 64>, 4>>& out) {
  sparse_slice_last<ap_int<8>, W, 4, 2, 2, 64, S>(in, w, indices, out, 1, 1, 1);
}
