// Copies one stream to several.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Writes each of `count` vectors to every output. Cycles: count.
/// T: what the streams carry. Rest: streams of T, one for each further output.
template <typename T, typename... Rest>
void fork(int count, hls::stream<T>& in, hls::stream<T>& out0, Rest&... rest) {
#pragma HLS inline
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const T value = in.read();
    out0.write(value);
    (rest.write(value), ...);
  }
}

}  // namespace flexllm
