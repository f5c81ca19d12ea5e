// expect: memory_search: STEPS and ROWS must be positive
#include <flexllm/segment_memory.hpp>

using namespace flexllm;
using W = Vec<float, MEMORY_LANES>;
void f(hls::stream<W>& in, hls::stream<W>& rows, hls::stream<Vec<float, 1>>& gain, hls::stream<W>& out) {
  memory_search<1, 0>(in, rows, gain, out, 0, 1.0f);
}
