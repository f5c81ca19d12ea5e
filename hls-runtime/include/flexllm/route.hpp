// Processes that choose between streams: sharing one module between several users.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Reads a value where it is wanted. T: what the stream carries.
template <typename T> inline void read_if(bool wanted, T& value, hls::stream<T>& in) {
  if (wanted) value = in.read();
}

/// Writes a value where it is wanted. T: what the stream carries.
template <typename T> inline void write_if(bool wanted, const T& value, hls::stream<T>& out) {
  if (wanted) out.write(value);
}

/// Copies `count` vectors of input number `which` to the output. Cycles: count.
/// T: what the streams carry. Rest: streams of T, one for each further input.
template <typename T, typename... Rest>
void select_stream(int which, int count, hls::stream<T>& out, hls::stream<T>& in0, Rest&... rest) {
#pragma HLS inline
  FLEXLLM_REQUIRE(which >= 0 && which <= static_cast<int>(sizeof...(rest)), "select_stream: no input of that number");
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    T value;
    int input = 0;
    read_if<T>(which == input, value, in0);
    (read_if<T>(which == ++input, value, rest), ...);
    out.write(value);
  }
}

/// Copies `count` vectors of the input to output number `which`. Cycles: count.
/// T: what the streams carry. Rest: streams of T, one for each further output.
template <typename T, typename... Rest>
void dispatch_stream(int which, int count, hls::stream<T>& in, hls::stream<T>& out0, Rest&... rest) {
#pragma HLS inline
  FLEXLLM_REQUIRE(which >= 0 && which <= static_cast<int>(sizeof...(rest)),
                  "dispatch_stream: no output of that number");
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const T value = in.read();
    int output = 0;
    write_if<T>(which == output, value, out0);
    (write_if<T>(which == ++output, value, rest), ...);
  }
}

/// Takes `count` vectors from each input in turn, `rounds` times. Cycles: rounds*inputs*count.
/// T: what the streams carry. Rest: streams of T, one for each further input.
template <typename T, typename... Rest>
void merge_heads(int rounds, int count, hls::stream<T>& out, hls::stream<T>& in0, Rest&... rest) {
#pragma HLS inline
  constexpr int inputs = 1 + static_cast<int>(sizeof...(rest));
  for (int r = 0; r < rounds; ++r) {
    for (int which = 0; which < inputs; ++which) {
      for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        T value;
        int input = 0;
        read_if<T>(which == input, value, in0);
        (read_if<T>(which == ++input, value, rest), ...);
        out.write(value);
      }
    }
  }
}

}  // namespace flexllm
