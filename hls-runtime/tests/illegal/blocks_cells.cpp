// expect: column_block: a block has at most 128 multipliers
#include <flexllm/linear_blocks.hpp>

using namespace flexllm;
using I = ap_int<4>;
void f(hls::stream<Vec<I, 16>>& in, hls::stream<Vec<I, 10>>& w, hls::stream<Vec<AccFor<I, I, 64>, 16>>& out) {
  column_block_last<I, I, 16, 10, 64>(in, w, out, 1, 1, 1, 10, 10);
}
