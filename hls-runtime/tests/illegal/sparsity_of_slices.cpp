// expect: sparse_slice: channels are kept in blocks
#include <flexllm/linear_slices.hpp>

using namespace flexllm;
using S = Sparse<2, 4, 1>;
using A = ap_int<8>;
using W = ap_int<4>;
void f(hls::stream<Vec<A, 2>>& in, hls::stream<WordFor<W, 4>>& w, hls::stream<IndicesFor<S, 4>>& indices,
       hls::stream<Vec<AccFor<A, W, 64>, 4>>& out) {
  sparse_slice_last<A, W, 4, 1, 64, 64, S>(in, w, indices, out, 64, 1, 1);
}
