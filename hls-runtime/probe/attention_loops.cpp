// Attention of decode, scores and values: every loop starts an iteration per cycle.
#include "flexllm/attention_scores.hpp"
#include "flexllm/attention_values.hpp"

using Query = flexllm::Vec<ap_int<8>, 2>;
using Rows = flexllm::WordFor<ap_int<8>, 8>;
using Scores = flexllm::Vec<flexllm::AccFor<ap_int<8>, ap_int<8>, 16>, 2>;
using Probabilities = flexllm::Vec<ap_uint<8>, 2>;
using Mixed = flexllm::Vec<flexllm::AccFor<ap_uint<8>, ap_int<8>, 64>, 2>;

static void feed_keys(hls::stream<Rows>& keys, hls::stream<Rows>& words, int count) {
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    words.write(keys.read());
  }
}

static void feed_values(hls::stream<Rows>& values, hls::stream<Rows>& words, int count) {
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    words.write(values.read());
  }
}

static void scores(hls::stream<Query>& q, hls::stream<Rows> (&keys)[1], hls::stream<Scores>& s, int length) {
  flexllm::attention_scores_decode<ap_int<8>, ap_int<8>, 2, 8, 16, 1, 2>(q, keys, s, 2, length);
}

static void values(hls::stream<Probabilities>& p, hls::stream<Rows> (&rows)[1], hls::stream<Mixed>& m, int length) {
  flexllm::attention_values_decode<ap_uint<8>, ap_int<8>, 2, 8, 16, 1, 64>(p, rows, m, 2, length);
}

static void attention_loops_pass(hls::stream<Query>& q, hls::stream<Rows>& k, hls::stream<Scores>& s,
                                 hls::stream<Probabilities>& p, hls::stream<Rows>& v, hls::stream<Mixed>& m, int count,
                                 int length) {
#pragma HLS dataflow
  hls::stream<Rows> keys[1];
#pragma HLS stream variable=keys depth=32
  hls::stream<Rows> rows[1];
#pragma HLS stream variable=rows depth=32
  feed_keys(k, keys[0], count);
  scores(q, keys, s, length);
  feed_values(v, rows[0], count);
  values(p, rows, m, length);
}

extern "C" void probe_attention_loops(hls::stream<Query>& q, hls::stream<Rows>& k, hls::stream<Scores>& s,
                                      hls::stream<Probabilities>& p, hls::stream<Rows>& v, hls::stream<Mixed>& m,
                                      int length) {
#pragma HLS interface axis port=q
#pragma HLS interface axis port=k
#pragma HLS interface axis port=s
#pragma HLS interface axis port=p
#pragma HLS interface axis port=v
#pragma HLS interface axis port=m
#pragma HLS interface s_axilite port=length bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  const int count = 4 * length;
  attention_loops_pass(q, k, s, p, v, m, count, length);
}
