// Speed of the matrix engines in C-simulation (not a test): prints million multiply-accumulates per second.
#include <flexllm/attention_scores.hpp>
#include <flexllm/attention_values.hpp>
#include <flexllm/linear_decode.hpp>
#include <flexllm/linear_prefill.hpp>

#include <chrono>

#include "check.hpp"

using namespace flexllm;

template <typename F> static void report(const char* name, double macs, F run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%-44s %8.0f M MAC/s\n", name, macs / seconds * 1e-6);
}

template <typename TA, typename TW, int BP, int WP> static void decode(const char* name, int in_steps, int out_steps) {
  using W = WordFor<TW, BP * WP>;
  static hls::stream<Vec<TA, 4>> in;
  static hls::stream<W> w[1];
  static hls::stream<Vec<AccFor<TA, TW, 2048 * 4>, BP>> out;
  check::Random r(1);
  check::put<TA, 4>(in, in_steps, [&](int, int) { return check::random_element<TA>(r); });
  const W word = word_zero<TW, BP * WP>();
  for (int i = 0; i < in_steps * 4 * ceil_div(out_steps, WP); ++i) w[0].write(word);
  report(name, 4.0 * in_steps * out_steps * BP, [&] {
    linear_decode<TA, TW, 4, BP, WP, 1, 2048>(in, w, out, in_steps, out_steps);
  });
  while (!out.empty()) out.read();
}

template <typename TA, typename TW, int TP, int WP> static void prefill(const char* name, int blocks, int k, int n) {
  using W = WordFor<TW, WP>;
  static hls::stream<Vec<TA, TP>> in;
  static hls::stream<W> w[1];
  static hls::stream<Vec<AccFor<TA, TW, 2048>, TP>> out;
  check::Random r(1);
  check::put<TA, TP>(in, blocks * k, [&](int, int) { return check::random_element<TA>(r); });
  const W word = word_zero<TW, WP>();
  for (int i = 0; i < blocks * k * ceil_div(n, WP); ++i) w[0].write(word);
  report(name, static_cast<double>(blocks) * TP * k * n, [&] {
    linear_prefill<TA, TW, TP, WP, 1, 2048>(in, w, out, blocks, k, n);
  });
  while (!out.empty()) out.read();
}

template <typename TA, typename TV, int HP, int VP, int HD>
static void attention(const char* scores, const char* values, int length) {
  using W = WordFor<TV, VP>;
  static hls::stream<Vec<TA, HP>> in;
  static hls::stream<W> w[1];
  static hls::stream<Vec<AccFor<TA, TV, HD>, HP>> out_scores;
  static hls::stream<Vec<AccFor<TA, TV, 1024>, HP>> out_values;
  const int hpl = 16;
  check::Random r(1);
  auto words = [&] { for (int i = 0; i < hpl * length * HD / VP; ++i) w[0].write(word_zero<TV, VP>()); };
  check::put<TA, HP>(in, hpl * HD, [&](int, int) { return check::random_element<TA>(r); });
  words();
  report(scores, 1.0 * hpl * length * HD * HP, [&] {
    attention_scores_decode<TA, TV, HP, VP, HD, 1, 16>(in, w, out_scores, hpl, length);
  });
  check::put<TA, HP>(in, hpl * length, [&](int, int) { return check::random_element<TA>(r); });
  words();
  report(values, 1.0 * hpl * length * HD * HP, [&] {
    attention_values_decode<TA, TV, HP, VP, HD, 1, 1024>(in, w, out_values, hpl, length);
  });
  while (!out_scores.empty()) out_scores.read();
  while (!out_values.empty()) out_values.read();
}

int main() {
  decode<ap_int<8>, ap_int<8>, 4, 8>("linear_decode int8 BP=4 WP=8", 512, 2048);
  decode<ap_uint<4>, ap_int<4>, 4, 16>("linear_decode int4 BP=4 WP=16", 512, 2048);
  decode<float, float, 2, 8>("linear_decode fp32 BP=2 WP=8", 512, 1024);
  prefill<ap_int<8>, ap_int<8>, 16, 16>("linear_prefill int8 16x16", 2, 1024, 1024);
  prefill<ap_uint<4>, ap_int<4>, 16, 16>("linear_prefill int4 16x16", 2, 1024, 1024);
  prefill<ap_int<8>, ap_int<8>, 4, 8>("linear_prefill int8 4x8", 2, 1024, 512);
  prefill<float, float, 8, 8>("linear_prefill fp32 8x8", 2, 1024, 512);
  attention<ap_int<8>, ap_int<8>, 4, 16, 64>("attention_scores_decode int8 HP=4 KP=16",
      "attention_values_decode int8 HP=4 VP=16", 1000);
  attention<float, float, 4, 8, 64>("attention_scores_decode fp32 HP=4 KP=8", "attention_values_decode fp32 HP=4 VP=8",
      1000);
  return 0;
}
