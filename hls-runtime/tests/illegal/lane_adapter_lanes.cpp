// expect: lane_adapter: between equal orders one number of lanes must divide the other
#include <flexllm/lane_adapter.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<float, 6>>& out) {
  lane_adapter<float, 4, Order::blocked, 6, Order::blocked, 64>(in, out, 1);
}
