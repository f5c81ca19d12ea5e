// C++17 as the library uses it: `if constexpr`, fold expressions over streams, nested templates, constexpr tables.
#include "flexllm/fork.hpp"
#include "flexllm/memory.hpp"
#include "flexllm/route.hpp"

using Nibbles = flexllm::WordFor<ap_int<4>, 8>;
using Line = flexllm::Vec<ap_int<4>, 8>;
using Answer = flexllm::Vec<int, 8>;

/// Elements of 4 bits out of a word: `if constexpr` chooses the branch of word_get.
static void unpack(hls::stream<Nibbles>& words, hls::stream<Line>& lines) {
  for (int i = 0; i < 32; ++i) {
#pragma HLS pipeline II=1
    const Nibbles word = words.read();
    Line line;
    for (int l = 0; l < 8; ++l) {
#pragma HLS unroll
      line[l] = flexllm::word_get<ap_int<4>, 8>(word, l);
    }
    lines.write(line);
  }
}

static void load(const Nibbles* mem, hls::stream<Nibbles>& words) {
  flexllm::read_words<Nibbles>(mem, words, 0, 32, 1, 1, 0, 1);
}

static void copy(hls::stream<Line>& lines, hls::stream<Line>& a, hls::stream<Line>& b, hls::stream<Line>& c) {
  flexllm::fork(32, lines, a, b, c);
}

static void merge(hls::stream<Line>& merged, hls::stream<Line>& a, hls::stream<Line>& b, hls::stream<Line>& c) {
  flexllm::merge_heads(1, 32, merged, a, b, c);
}

static void widen(hls::stream<Line>& merged, hls::stream<Answer>& answers) {
  for (int i = 0; i < 96; ++i) {
#pragma HLS pipeline II=1
    const Line line = merged.read();
    Answer answer;
    for (int l = 0; l < 8; ++l) {
#pragma HLS unroll
      answer[l] = static_cast<int>(line[l]);
    }
    answers.write(answer);
  }
}

static void store(hls::stream<Answer>& answers, Answer* mem) {
  flexllm::write_words<Answer>(mem, answers, 0, 96, 1, 0, 1, 0);
}

static void cpp17_pass(const Nibbles* source, Answer* sink) {
#pragma HLS dataflow
  hls::stream<Nibbles> words;
#pragma HLS stream variable=words depth=2
  hls::stream<Line> lines;
#pragma HLS stream variable=lines depth=2
  hls::stream<Line> a;
#pragma HLS stream variable=a depth=2
  hls::stream<Line> b;
#pragma HLS stream variable=b depth=32
  hls::stream<Line> c;
#pragma HLS stream variable=c depth=64
  hls::stream<Line> merged;
#pragma HLS stream variable=merged depth=2
  hls::stream<Answer> answers;
#pragma HLS stream variable=answers depth=2
  load(source, words);
  unpack(words, lines);
  copy(lines, a, b, c);
  merge(merged, a, b, c);
  widen(merged, answers);
  store(answers, sink);
}

extern "C" void probe_cpp17(const Nibbles* source, Answer* sink) {
#pragma HLS interface m_axi port=source bundle=source offset=slave depth=32
#pragma HLS interface s_axilite port=source bundle=control
#pragma HLS interface m_axi port=sink bundle=sink offset=slave depth=96
#pragma HLS interface s_axilite port=sink bundle=control
#pragma HLS interface s_axilite port=return bundle=control
  cpp17_pass(source, sink);
}
