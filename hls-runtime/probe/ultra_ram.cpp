// An array and a FIFO bound to URAM: the array by the library, through a reference to it.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<int, 2>;

static void load(const Line* mem, hls::stream<Line>& lines) {
  flexllm::read_words<Line>(mem, lines, 0, 256, 1, 1, 0, 1);
}

static void turn(hls::stream<Line>& lines, hls::stream<Line>& turned) {
  FLEXLLM_BUFFER ap_uint<64> in_uram[4096];
  flexllm::keep_in<flexllm::Storage::uram>(in_uram);
  for (int i = 0; i < 256; ++i) {
#pragma HLS pipeline II=1
    const Line x = lines.read();
    in_uram[i * 16] = static_cast<unsigned long long>(static_cast<unsigned>(x[0])) << 32 | static_cast<unsigned>(x[1]);
  }
  for (int i = 0; i < 256; ++i) {
#pragma HLS pipeline II=1
    const unsigned long long both = in_uram[(255 - i) * 16];
    Line y;
    y[0] = static_cast<int>(both >> 32);
    y[1] = static_cast<int>(both & 0xffffffffULL);
    turned.write(y);
  }
}

static void store(hls::stream<Line>& turned, Line* mem) {
  flexllm::write_words<Line>(mem, turned, 0, 256, 1, 0, 1, 0);
}

static void ultra_ram_pass(const Line* source, Line* sink) {
#pragma HLS dataflow
  hls::stream<Line> uram_fifo;
#pragma HLS stream variable=uram_fifo depth=4096
#pragma HLS bind_storage variable=uram_fifo type=fifo impl=uram
  hls::stream<Line> turned;
#pragma HLS stream variable=turned depth=2
  load(source, uram_fifo);
  turn(uram_fifo, turned);
  store(turned, sink);
}

extern "C" void probe_ultra_ram(const Line* source, Line* sink) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=256
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=256
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  ultra_ram_pass(source, sink);
}
