// A pointer that is read and one that is written share an AXI port and a memory: one call writes, the next one reads.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<int, 16>;
using Pass = flexllm::Index<2>;

static void load(Pass pass, const Line* mem, hls::stream<Line>& words) {
  if (pass != 0) return;
  flexllm::read_words<Line>(mem, words, 0, 64, 1, 1, 0, 1);
}

static void keep(Pass pass, hls::stream<Line>& words, Line* mem) {
  if (pass != 0) return;
  flexllm::write_words<Line>(mem, words, 0, 64, 1, 0, 1, 0);
}

static void fetch(Pass pass, const Line* mem, hls::stream<Line>& words) {
  if (pass != 1) return;
  flexllm::read_words<Line>(mem, words, 0, 64, 1, 1, 0, 1);
}

static void store(Pass pass, hls::stream<Line>& words, Line* mem) {
  if (pass != 1) return;
  flexllm::write_words<Line>(mem, words, 0, 64, 1, 0, 1, 0);
}

static void shared_bundle_pass(Pass pass, const Line* source, Line* kept, const Line* fetched, Line* sink) {
#pragma HLS dataflow
  hls::stream<Line> arriving;
#pragma HLS stream variable=arriving depth=32
  hls::stream<Line> leaving;
#pragma HLS stream variable=leaving depth=32
  load(pass, source, arriving);
  keep(pass, arriving, kept);
  fetch(pass, fetched, leaving);
  store(pass, leaving, sink);
}

/// `kept` and `fetched` are the same memory.
extern "C" void probe_shared_bundle(const Line* source, Line* kept, const Line* fetched, Line* sink) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=64
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=kept bundle=memory offset=slave depth=64
#pragma HLS interface s_axilite port=kept bundle=control
#pragma HLS interface m_axi port=fetched bundle=memory offset=slave depth=64
#pragma HLS interface s_axilite port=fetched bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=64
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  for (Pass pass = 0; pass < 2; ++pass) {
    shared_bundle_pass(pass, source, kept, fetched, sink);
  }
}
