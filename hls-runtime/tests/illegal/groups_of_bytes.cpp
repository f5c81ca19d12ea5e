// expect: part_groups: groups have scales for weights of 2 and 4 bits
#include <flexllm/weight_groups.hpp>

using namespace flexllm;
using W = WordFor<ap_int<8>, 4>;
void f(hls::stream<W>& in, hls::stream<W>& weights, hls::stream<Vec<GroupScale, 4>>& scales) {
  part_groups<ap_int<8>, 4, 4>(in, weights, scales, 1, 1, 1);
}
