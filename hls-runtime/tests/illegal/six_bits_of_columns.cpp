// expect: deal_columns: a port brings at most 64 weights of 6 bits per cycle
#include <flexllm/linear_blocks.hpp>

using namespace flexllm;
using I = ap_int<6>;
void f(hls::stream<WordFor<I, 128>>& w, hls::stream<Vec<I, 128>>& a) { deal_columns<I, 128, 128>(1, w, a); }
