// A static FIFO whose reader stands before its writer: data go round through one process, as an engine is reused.
#include "flexllm/memory.hpp"
#include "flexllm/route.hpp"

using Line = flexllm::Vec<int, 4>;
using Pass = flexllm::Index<2>;

static void load(Pass pass, const Line* mem, hls::stream<Line>& fresh) {
  if (pass != 0) return;
  flexllm::read_words<Line>(mem, fresh, 0, 64, 1, 1, 0, 1);
}

static void choose(Pass pass, hls::stream<Line>& used, hls::stream<Line>& fresh, hls::stream<Line>& carried) {
  if (pass > 2) return;
  flexllm::select_stream(pass == 0 ? 0 : 1, 64, used, fresh, carried);
}

static void engine(Pass pass, hls::stream<Line>& used, hls::stream<Line>& made) {
  if (pass > 2) return;
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    const Line x = used.read();
    Line y;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      y[l] = 3 * x[l] + pass;
    }
    made.write(y);
  }
}

static void hand_on(Pass pass, hls::stream<Line>& made, hls::stream<Line>& carried, hls::stream<Line>& leaving) {
  if (pass > 2) return;
  flexllm::dispatch_stream(pass == 2 ? 1 : 0, 64, made, carried, leaving);
}

static void store(Pass pass, hls::stream<Line>& leaving, Line* mem) {
  if (pass != 2) return;
  flexllm::write_words<Line>(mem, leaving, 0, 64, 1, 0, 1, 0);
}

static void backward_fifo_pass(Pass pass, const Line* source, Line* sink) {
#pragma HLS dataflow disable_start_propagation
  hls::stream<Line> fresh;
#pragma HLS stream variable=fresh depth=2
  hls::stream<Line> used;
#pragma HLS stream variable=used depth=2
  hls::stream<Line> made;
#pragma HLS stream variable=made depth=2
  static hls::stream<Line> carried;
#pragma HLS stream variable=carried depth=64
  hls::stream<Line> leaving;
#pragma HLS stream variable=leaving depth=2
  load(pass, source, fresh);
  choose(pass, used, fresh, carried);
  engine(pass, used, made);
  hand_on(pass, made, carried, leaving);
  store(pass, leaving, sink);
}

extern "C" void probe_backward_fifo(const Line* source, Line* sink) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=64
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=64
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  for (int run = 0; run < 4; ++run) {
    const Pass pass = run;
    backward_fifo_pass(pass, source, sink);
  }
}
