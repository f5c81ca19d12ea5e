// expect: deal_columns: a word must hold CB columns for each block
#include <flexllm/linear_blocks.hpp>

using namespace flexllm;
using I = ap_int<4>;
void f(hls::stream<WordFor<I, 6>>& w, hls::stream<Vec<I, 4>>& a) { deal_columns<I, 4, 6>(1, w, a); }
