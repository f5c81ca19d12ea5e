// The readers and the writer of the library: words of 64 bytes in bursts, rows of a table by their number.
#include "flexllm/memory.hpp"

using Wide = flexllm::Vec<int, 16>;
using Id = flexllm::Vec<int, 1>;
using Offset = flexllm::Index<5>;
using Count = flexllm::Index<2>;

static void load(const Wide* mem, hls::stream<Wide>& words, Offset offset, Count blocks) {
  flexllm::read_words<Wide>(mem, words, offset, 64, 2, blocks, 80, 1);
}

static void ids(hls::stream<Id>& wanted, Count blocks) {
  for (int i = 0; i < blocks * 2; ++i) {
#pragma HLS pipeline II=1
    Id id;
    id[0] = 7 - i;
    wanted.write(id);
  }
}

static void look_up(const Wide* mem, hls::stream<Id>& wanted, hls::stream<Wide>& rows, Count blocks) {
  flexllm::read_rows<Wide, 64>(mem, wanted, rows, blocks * 2);
}

static void add(hls::stream<Wide>& words, hls::stream<Wide>& rows, hls::stream<Wide>& sums, Count blocks) {
  for (int i = 0; i < blocks * 128; ++i) {
#pragma HLS pipeline II=1
    const Wide a = words.read(), b = rows.read();
    Wide sum;
    for (int l = 0; l < 16; ++l) {
#pragma HLS unroll
      sum[l] = a[l] + b[l];
    }
    sums.write(sum);
  }
}

static void store(hls::stream<Wide>& sums, Wide* mem, Count blocks) {
  flexllm::write_words<Wide>(mem, sums, 0, 128, blocks, 128, 1, 0);
}

static void bursts_pass(const Wide* source, const Wide* table, Wide* sink, Offset offset, Count blocks) {
#pragma HLS dataflow
  hls::stream<Wide> words;
#pragma HLS stream variable=words depth=32
  hls::stream<Id> wanted;
#pragma HLS stream variable=wanted depth=2
  hls::stream<Wide> rows;
#pragma HLS stream variable=rows depth=32
  hls::stream<Wide> sums;
#pragma HLS stream variable=sums depth=32
  load(source, words, offset, blocks);
  ids(wanted, blocks);
  look_up(table, wanted, rows, blocks);
  add(words, rows, sums, blocks);
  store(sums, sink, blocks);
}

extern "C" void probe_bursts(const Wide* source, const Wide* table, Wide* sink, int offset, int blocks) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=160 max_read_burst_length=64
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=table bundle=table offset=slave depth=512 max_read_burst_length=64
#pragma HLS interface s_axilite port=table bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=256 max_write_burst_length=64
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=offset bundle=control
#pragma HLS interface s_axilite port=blocks bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  const Offset first = offset;
  const Count count = blocks;
  bursts_pass(source, table, sink, first, count);
}
