// expect: write_window: a run must not be parted
#include <flexllm/memory.hpp>

using namespace flexllm;
using W = Vec<float, 1>;
void f(W* mem, hls::stream<W>& in) { write_window<W, 1, 4, 8, 6>(mem, in, 0, 0, 1, 1, 1); }
