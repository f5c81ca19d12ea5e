// A static FIFO of a dataflow region, its writer before its reader: what one call wrote, a later call reads.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<int, 4>;
using Pass = flexllm::Index<2>;

static void load(Pass pass, const Line* mem, hls::stream<Line>& carried) {
  if (pass != 0) return;
  flexllm::read_words<Line>(mem, carried, 0, 64, 1, 1, 0, 1);
}

static void store(Pass pass, Pass round, hls::stream<Line>& carried, Line* mem) {
  if (pass != 2) return;
  flexllm::write_words<Line>(mem, carried, round * 64, 64, 1, 0, 1, 0);
}

static void carried_fifo_pass(Pass pass, Pass round, const Line* source, Line* sink) {
#pragma HLS dataflow disable_start_propagation
  static hls::stream<Line> carried;
#pragma HLS stream variable=carried depth=64
  load(pass, source, carried);
  store(pass, round, carried, sink);
}

extern "C" void probe_carried_fifo(const Line* source, Line* sink, int rounds) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=64
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=128
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=rounds bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  Pass pass = 0, round = 0;
  for (int run = 0; run < rounds * 3; ++run) {
#pragma HLS loop_tripcount min=6 max=6
    carried_fifo_pass(pass, round, source, sink);
    if (pass == 2) {
      pass = 0;
      ++round;
    } else {
      ++pass;
    }
  }
}
