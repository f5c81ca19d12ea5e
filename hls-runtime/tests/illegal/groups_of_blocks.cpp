// expect: deal_groups: a vector must hold CB scales for each block
#include <flexllm/weight_groups.hpp>

using namespace flexllm;
void f(hls::stream<Vec<GroupScale, 6>>& in, hls::stream<Vec<GroupScale, 4>>& block) {
  deal_groups<4, 6>(1, in, block);
}
