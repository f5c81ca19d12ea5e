// An array of streams: each element has a writer of its own and all have one reader, and the other way round.
#include "flexllm/memory.hpp"

using Line = flexllm::Vec<int, 4>;

static void read_0(const Line* mem, hls::stream<Line>& words) {
  flexllm::read_words<Line>(mem, words, 0, 64, 1, 1, 0, 1);
}

static void read_1(const Line* mem, hls::stream<Line>& words) {
  flexllm::read_words<Line>(mem, words, 0, 64, 1, 1, 0, 1);
}

static void mix(hls::stream<Line> (&taken)[2], hls::stream<Line> (&made)[2]) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    const Line a = taken[0].read(), b = taken[1].read();
    Line sum, difference;
    for (int l = 0; l < 4; ++l) {
#pragma HLS unroll
      sum[l] = a[l] + b[l];
      difference[l] = a[l] - b[l];
    }
    made[0].write(sum);
    made[1].write(difference);
  }
}

static void write_0(hls::stream<Line>& words, Line* mem) {
  flexllm::write_words<Line>(mem, words, 0, 64, 1, 0, 1, 0);
}

static void write_1(hls::stream<Line>& words, Line* mem) {
  flexllm::write_words<Line>(mem, words, 0, 64, 1, 0, 1, 0);
}

static void stream_array_pass(const Line* a, const Line* b, Line* sum, Line* difference) {
#pragma HLS dataflow
  hls::stream<Line> taken[2];
#pragma HLS stream variable=taken depth=32
  hls::stream<Line> made[2];
#pragma HLS stream variable=made depth=32
  read_0(a, taken[0]);
  read_1(b, taken[1]);
  mix(taken, made);
  write_0(made[0], sum);
  write_1(made[1], difference);
}

extern "C" void probe_stream_array(const Line* a, const Line* b, Line* sum, Line* difference) {
#pragma HLS interface m_axi port=a bundle=a offset=slave depth=64
#pragma HLS interface s_axilite port=a bundle=control
#pragma HLS interface m_axi port=b bundle=b offset=slave depth=64
#pragma HLS interface s_axilite port=b bundle=control
#pragma HLS interface m_axi port=sum bundle=sum offset=slave depth=64
#pragma HLS interface s_axilite port=sum bundle=control
#pragma HLS interface m_axi port=difference bundle=difference offset=slave depth=64
#pragma HLS interface s_axilite port=difference bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  stream_array_pass(a, b, sum, difference);
}
