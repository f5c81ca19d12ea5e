// expect: rope_decode: HD must be even
#include <flexllm/rope.hpp>

using namespace flexllm;
void f(hls::stream<Vec<float, 4>>& in, hls::stream<Vec<float, 2>>& t, hls::stream<Vec<float, 4>>& out) {
  rope_decode<4, 5>(in, t, out, 1);
}
