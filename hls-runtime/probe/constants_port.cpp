// Tables of constants come through one port at the start of the kernel; processes read them in every call after that.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<float, 4>;

static void load(const Line* mem, hls::stream<Line>& lines) {
  flexllm::read_words<Line>(mem, lines, 0, 64, 1, 1, 0, 1);
}

static void scale(int layer, const float (&scales)[64], hls::stream<Line>& lines, hls::stream<Line>& scaled) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    const Line x = lines.read();
    Line y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = x[l] * scales[layer * 16 + i / 4];
    }
    scaled.write(y);
  }
}

static void shift(int layer, const float (&offsets)[16], hls::stream<Line>& scaled, hls::stream<Line>& shifted) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    const Line x = scaled.read();
    Line y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = x[l] + offsets[layer * 4 + i / 16];
    }
    shifted.write(y);
  }
}

static void store(int layer, hls::stream<Line>& shifted, Line* mem) {
  flexllm::write_words<Line>(mem, shifted, layer * 64, 64, 1, 0, 1, 0);
}

static void constants_port_pass(int layer, const Line* source, const float (&scales)[64], const float (&offsets)[16],
                                Line* sink) {
#pragma HLS dataflow
  hls::stream<Line> lines;
#pragma HLS stream variable=lines depth=2
  hls::stream<Line> scaled;
#pragma HLS stream variable=scaled depth=2
  hls::stream<Line> shifted;
#pragma HLS stream variable=shifted depth=2
  load(source, lines);
  scale(layer, scales, lines, scaled);
  shift(layer, offsets, scaled, shifted);
  store(layer, shifted, sink);
}

extern "C" void probe_constants_port(const Line* constants, const Line* source, Line* sink) {
#pragma HLS interface m_axi port=constants bundle=constants offset=slave depth=20 max_read_burst_length=64
#pragma HLS interface s_axilite port=constants bundle=control
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=64
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=256
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  float scales[64];
  float offsets[16];
  for (int i = 0; i < 20; ++i) {
    const Line word = constants[i];
    for (int l = 0; l < 4; ++l) {
      if (i < 16) scales[i * 4 + l] = word[l];
      else offsets[(i - 16) * 4 + l] = word[l];
    }
  }
  for (int layer = 0; layer < 4; ++layer) {
    constants_port_pass(layer, source, scales, offsets, sink);
  }
}
