// expect: column_block: columns work in pairs; choose an even CB
#include <flexllm/linear_blocks.hpp>

using namespace flexllm;
using I = ap_int<4>;
void f(hls::stream<Vec<I, 4>>& in, hls::stream<Vec<I, 3>>& w, hls::stream<Vec<AccFor<I, I, 64>, 4>>& out) {
  column_block_last<I, I, 4, 3, 64>(in, w, out, 1, 1, 1, 3, 3);
}
