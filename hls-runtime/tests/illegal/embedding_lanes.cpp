// expect: embedding_decode: interleaved lanes need P to divide EW or to be a multiple of it
#include <flexllm/embedding.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<float, 6>>& out) {
  embedding_decode<6, Order::interleaved, 64, 4>(in, out, 1);
}
