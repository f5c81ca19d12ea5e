// Tables of constants come through one port at the start of the kernel; processes read them in every call after that.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<float, 4>;
using Value = flexllm::Vec<float, 1>;

static void load(const Line* mem, hls::stream<Line>& lines) {
  flexllm::read_words<Line>(mem, lines, 0, 64, 1, 1, 0, 1);
}

static void read_scales(int layer, const Line (&scales)[16], hls::stream<Value>& values) {
  flexllm::read_table<1, 4, 16>(scales, values, layer * 16, 16, 1, 1, 0, 1);
}

static void scale(hls::stream<Value>& values, hls::stream<Line>& lines, hls::stream<Line>& scaled) {
  float factor = 0.0f;
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    if (i % 4 == 0) factor = values.read()[0];
    const Line x = lines.read();
    Line y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = x[l] * factor;
    }
    scaled.write(y);
  }
}

static void read_offsets(int layer, const Line (&offsets)[4], hls::stream<Line>& values) {
  flexllm::read_table<4, 4, 4>(offsets, values, layer, 1, 1, 1, 0, 1);
}

static void shift(hls::stream<Line>& values, hls::stream<Line>& scaled, hls::stream<Line>& shifted) {
  Line offset;
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    if (i == 0) offset = values.read();
    const Line x = scaled.read();
    Line y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = x[l] + offset[i / 16];
    }
    shifted.write(y);
  }
}

static void store(int layer, hls::stream<Line>& shifted, Line* mem) {
  flexllm::write_words<Line>(mem, shifted, layer * 64, 64, 1, 0, 1, 0);
}

static void constants_port_pass(int layer, const Line* source, const Line (&scales)[16], const Line (&offsets)[4],
                                Line* sink) {
#pragma HLS dataflow
  hls::stream<Value> factors;
#pragma HLS stream variable=factors depth=2
  hls::stream<Line> added;
#pragma HLS stream variable=added depth=2
  hls::stream<Line> lines;
#pragma HLS stream variable=lines depth=2
  hls::stream<Line> scaled;
#pragma HLS stream variable=scaled depth=2
  hls::stream<Line> shifted;
#pragma HLS stream variable=shifted depth=2
  load(source, lines);
  read_scales(layer, scales, factors);
  scale(factors, lines, scaled);
  read_offsets(layer, offsets, added);
  shift(added, scaled, shifted);
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
  FLEXLLM_BUFFER Line scales[16];
#pragma HLS bind_storage variable=scales type=ram_2p impl=lutram
  FLEXLLM_BUFFER Line offsets[4];
#pragma HLS bind_storage variable=offsets type=ram_2p impl=lutram
  flexllm::load_table<4, 16>(constants, 0, scales);
  flexllm::load_table<4, 4>(constants, 16, offsets);
  for (int layer = 0; layer < 4; ++layer) {
    constants_port_pass(layer, source, scales, offsets, sink);
  }
}
