// Arrays and FIFOs bound to BRAM and LUTRAM: arrays by the library, through a reference to them.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<int, 2>;

/// Every line goes to two arrays, which are read in two orders.
static void arrays(hls::stream<Line>& lines, hls::stream<Line>& made) {
  FLEXLLM_BUFFER ap_uint<64> in_bram[512];
  FLEXLLM_BUFFER ap_uint<64> in_lutram[256];
  flexllm::keep_in<flexllm::Storage::bram>(in_bram);
  flexllm::keep_in<flexllm::Storage::lutram>(in_lutram);
  for (int i = 0; i < 256; ++i) {
#pragma HLS pipeline II=1
    const Line x = lines.read();
    const ap_uint<64> both = static_cast<unsigned long long>(static_cast<unsigned>(x[0])) << 32 |
                             static_cast<unsigned>(x[1]);
    in_bram[i] = both;
    in_lutram[i] = both;
  }
  for (int i = 0; i < 256; ++i) {
#pragma HLS pipeline II=1
    const unsigned long long b = in_bram[255 - i], c = in_lutram[i ^ 1];
    Line y;
    y[0] = static_cast<int>(2 * (b >> 32) + 3 * (c >> 32));
    y[1] = static_cast<int>(2 * (b & 0xffffffffULL) + 3 * (c & 0xffffffffULL));
    made.write(y);
  }
}

static void load(const Line* mem, hls::stream<Line>& lines) {
  flexllm::read_words<Line>(mem, lines, 0, 256, 1, 1, 0, 1);
}

static void pass_on(hls::stream<Line>& from, hls::stream<Line>& to) {
  for (int i = 0; i < 256; ++i) {
#pragma HLS pipeline II=1
    to.write(from.read());
  }
}

static void store(hls::stream<Line>& made, Line* mem) {
  flexllm::write_words<Line>(mem, made, 0, 256, 1, 0, 1, 0);
}

static void storage_pass(const Line* source, Line* sink) {
#pragma HLS dataflow
  hls::stream<Line> bram_fifo;
#pragma HLS stream variable=bram_fifo depth=512
#pragma HLS bind_storage variable=bram_fifo type=fifo impl=bram
  hls::stream<Line> lutram_fifo;
#pragma HLS stream variable=lutram_fifo depth=256
#pragma HLS bind_storage variable=lutram_fifo type=fifo impl=lutram
  hls::stream<Line> made;
#pragma HLS stream variable=made depth=2
  load(source, bram_fifo);
  pass_on(bram_fifo, lutram_fifo);
  arrays(lutram_fifo, made);
  store(made, sink);
}

extern "C" void probe_storage(const Line* source, Line* sink) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=256
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=256
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  storage_pass(source, sink);
}
