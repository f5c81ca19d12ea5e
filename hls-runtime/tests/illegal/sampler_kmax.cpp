// expect: sampler: KMAX must be 1 to 64
#include <flexllm/sampler.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<int, 1>>& id, hls::stream<Vec<float, 4>>& copy) {
  sampler<4, Order::blocked, 65>(in, id, copy, 1, 1, 1.0f, 1u, 0, 0);
}
