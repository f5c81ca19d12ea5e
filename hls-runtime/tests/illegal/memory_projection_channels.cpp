// expect: memory_projection: C must be positive
#include <flexllm/segment_memory.hpp>

using namespace flexllm;
using W = Vec<float, MEMORY_LANES>;
void f(hls::stream<W>& in, hls::stream<W>& rows, hls::stream<W>& out) { memory_projection<0>(in, rows, out); }
