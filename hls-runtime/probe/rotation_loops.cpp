// The Hadamard rotation in its two forms, an iteration per cycle: two buffers that are read and written in turn, and a
// process per stage with delay lines, of registers and of memory, through which two tokens stream.
#include "flexllm/hadamard.hpp"

using Reals = flexllm::Vec<float, 4>;

static void rotate(hls::stream<Reals>& x, hls::stream<Reals>& y) {
  flexllm::hadamard_decode<4, 64, flexllm::Order::blocked>(x, y);
}

static void stage_1(hls::stream<Reals>& from, hls::stream<Reals>& to, int tokens) {
  flexllm::hadamard_near<4, 16, 1>(from, to, tokens);
}

static void stage_2(hls::stream<Reals>& from, hls::stream<Reals>& to, int tokens) {
  flexllm::hadamard_near<4, 16, 2>(from, to, tokens);
}

static void stage_4(hls::stream<Reals>& from, hls::stream<Reals>& to, int tokens) {
  flexllm::hadamard_near<4, 16, 4>(from, to, tokens);
}

static void stage_8(hls::stream<Reals>& from, hls::stream<Reals>& to, int tokens) {
  flexllm::hadamard_far<4, 16, 8, 1, flexllm::Storage::lutram>(from, to, tokens);
}

static void lanes(hls::stream<Reals>& from, hls::stream<Reals>& to, int tokens) {
  flexllm::hadamard_across<4, 16, 1, 2, 64>(from, to, tokens);
}

static void rotation_loops_pass(hls::stream<Reals>& x, hls::stream<Reals>& y, hls::stream<Reals>& several,
                                hls::stream<Reals>& rotated, int tokens) {
#pragma HLS dataflow
  hls::stream<Reals> after_1;
#pragma HLS stream variable=after_1 depth=2
  hls::stream<Reals> after_2;
#pragma HLS stream variable=after_2 depth=2
  hls::stream<Reals> after_4;
#pragma HLS stream variable=after_4 depth=2
  hls::stream<Reals> after_8;
#pragma HLS stream variable=after_8 depth=2
  rotate(x, y);
  stage_1(several, after_1, tokens);
  stage_2(after_1, after_2, tokens);
  stage_4(after_2, after_4, tokens);
  stage_8(after_4, after_8, tokens);
  lanes(after_8, rotated, tokens);
}

extern "C" void probe_rotation_loops(hls::stream<Reals>& x, hls::stream<Reals>& y, hls::stream<Reals>& several,
                                     hls::stream<Reals>& rotated) {
#pragma HLS interface axis port=x
#pragma HLS interface axis port=y
#pragma HLS interface axis port=several
#pragma HLS interface axis port=rotated
#pragma HLS interface s_axilite port=return bundle=control
  const int tokens = 2;
  rotation_loops_pass(x, y, several, rotated, tokens);
}
