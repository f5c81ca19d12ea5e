// hadamard.hpp, embedding.hpp, lane_adapter.hpp.
#include <flexllm/embedding.hpp>
#include <flexllm/hadamard.hpp>
#include <flexllm/lane_adapter.hpp>

#include "check.hpp"

using namespace flexllm;
using Floats = std::vector<float>;

/// Blocks of the largest power of two that divides the channels, one after another.
static int reference_block(int channels) {
  int block = 1;
  while (channels % (2 * block) == 0) block *= 2;
  return block;
}

static void reference_block_hadamard(float* x, int channels) {
  for (int d = 1; d < channels; d *= 2)
    for (int c = 0; c < channels; ++c)
      if ((c & d) == 0) {
        const float a = x[c], b = x[c + d];
        x[c] = a + b;
        x[c + d] = a - b;
      }
  const float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(channels)));
  for (int c = 0; c < channels; ++c) x[c] *= scale;
}

static void reference_hadamard(float* x, int channels) {
  const int block = reference_block(channels);
  for (int start = 0; start < channels; start += block) reference_block_hadamard(x + start, block);
}

static int reference_stages(int channels) { return ceil_log2(reference_block(channels)); }

/// The pipelined form: a stage between lines.
template <int N, int LINES, int D, int B>
static void stage_between(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int tokens) {
  if constexpr (D < HADAMARD_FAR) {
    CHECK_CYCLES(tokens * LINES + D, (hadamard_near<N, LINES, D, B>(in, out, tokens)));
  } else {
    constexpr Storage kept = D <= 64 ? Storage::lutram : Storage::bram;
    CHECK_CYCLES(tokens * LINES + D, (hadamard_far<N, LINES, D, B, kept>(in, out, tokens)));
  }
}

/// The pipelined form from the stage at distance D of the channel number on, stages between lanes one by one or all
/// together. Channels below distance RUN of each other lie in one line (ACROSS) or lane.
template <int N, int LINES, int BLOCK, int RUN, bool ACROSS, bool TOGETHER, int D = 1>
static void stages_from(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int tokens) {
  constexpr bool near = D < RUN;
  constexpr int distance = near ? D : D / RUN;
  constexpr int end = near && RUN < BLOCK ? RUN : BLOCK;  // of the stages that are of a kind
  constexpr bool lanes = near == ACROSS;
  constexpr int stages = !lanes || !TOGETHER ? 1 : ceil_log2(end / D);
  constexpr int next = D << stages;
  constexpr int scale = next == BLOCK ? BLOCK : 1;
  hls::stream<Vec<float, N>> wire("wire");
  hls::stream<Vec<float, N>>& to = next == BLOCK ? out : wire;
  if constexpr (lanes) {
    CHECK_CYCLES(tokens * LINES, (hadamard_across<N, LINES, distance, stages, scale>(in, to, tokens)));
  } else {
    stage_between<N, LINES, distance, scale>(in, to, tokens);
  }
  if constexpr (next < BLOCK) stages_from<N, LINES, BLOCK, RUN, ACROSS, TOGETHER, next>(wire, out, tokens);
}

template <int TP, int C, bool SHUFFLE = false> static void hadamard_tokens(check::Random& r) {
  const int blocks = r.range(0, 3);
  Floats x = check::random_values<float>(r, blocks * TP * C);
  hls::stream<Vec<float, TP>> in("in"), out("out");
  check::put<float, TP>(in, blocks * C, [&](int s, int t) { return x[(s / C * TP + t) * C + s % C]; });
  CHECK_CYCLES(blocks * (2 * C + reference_stages(C) * (C / 2 + (SHUFFLE ? C : 0))),
               (hadamard_prefill<TP, C, SHUFFLE>(in, out, blocks)));
  hls::stream<Vec<float, TP>> again("again"), piped("piped");
  check::put<float, TP>(again, blocks * C, [&](int s, int t) { return x[(s / C * TP + t) * C + s % C]; });
  stages_from<TP, C, hadamard_block(C), C, false, false>(again, piped, blocks);
  for (int t = 0; t < blocks * TP; ++t) reference_hadamard(&x[t * C], C);
  check::take<float, TP>(out, blocks * C, [&](int s, int t, float y) {
    CHECK_SAME(y, x[(s / C * TP + t) * C + s % C]);
  });
  check::take<float, TP>(piped, blocks * C, [&](int s, int t, float y) {
    CHECK_SAME(y, x[(s / C * TP + t) * C + s % C]);
  });
}

template <int P, int C, Order ORDER, bool SHUFFLE = false> static void hadamard_lanes_of(check::Random& r) {
  constexpr int S = ceil_div(C, P);
  Floats x = check::random_values<float>(r, C);
  hls::stream<Vec<float, P>> in("in"), out("out");
  check::put_token<float, P, ORDER>(in, x);
  CHECK_CYCLES(2 * S + reference_stages(C) * (ceil_div(S, 2) + (SHUFFLE ? S : 0)),
               (hadamard_decode<P, C, ORDER, SHUFFLE>(in, out)));
  hls::stream<Vec<float, P>> again("again"), one("one"), together("together");
  constexpr int run = ORDER == Order::blocked ? S : P;
  constexpr bool across = ORDER == Order::interleaved;
  check::put_token<float, P, ORDER>(again, x);
  stages_from<P, S, hadamard_block(C), run, across, false>(again, one, 1);
  check::put_token<float, P, ORDER>(again, x);
  stages_from<P, S, hadamard_block(C), run, across, true>(again, together, 1);
  reference_hadamard(x.data(), C);
  for (hls::stream<Vec<float, P>>* result : {&out, &one, &together})
    check::take<float, P>(*result, S, [&](int s, int i, float y) {
      const int c = channel_at<ORDER, P>(i, s, S);
      CHECK_SAME(y, c < C ? x[c] : 0.0f);
    });
}

template <int N, Order ORDER, int EW> static void embedding(check::Random& r) {
  const int blocks = r.range(0, 2), channels = r.range(1, 70), words = ceil_div(channels, EW),
      steps = ceil_div(channels, N);
  const Floats x = check::random_values<float>(r, blocks * N * words * EW + words * EW);
  hls::stream<Vec<float, EW>> rows("rows");
  hls::stream<Vec<float, N>> out("out");
  check::put<float, EW>(rows, blocks * N * words, [&](int s, int j) { return x[s * EW + j]; });
  CHECK_CYCLES(blocks * (N * words + channels), (embedding_prefill<N, 72, EW>(rows, out, blocks, channels)));
  check::take<float, N>(out, blocks * channels, [&](int s, int t, float y) {
    CHECK_SAME(y, x[(s / channels * N + t) * words * EW + s % channels]);
  });
  check::put<float, EW>(rows, words, [&](int s, int j) { return x[s * EW + j]; });
  CHECK_CYCLES(words + steps, (embedding_decode<N, ORDER, 72, EW>(rows, out, channels)));
  check::take<float, N>(out, steps, [&](int s, int i, float y) {
    const int c = channel_at<ORDER, N>(i, s, steps);
    CHECK_SAME(y, c < channels ? x[c] : 0.0f);
  });
}

template <typename T, int PI, Order OI, int PO, Order OO> static void adapter(check::Random& r) {
  for (int trial = 0; trial < 6; ++trial) {
    const int channels = r.range(0, 70), steps = ceil_div(channels, PO);
    const std::vector<T> x = check::random_values<T>(r, channels);
    hls::stream<Vec<T, PI>> in("in");
    hls::stream<Vec<T, PO>> out("out");
    check::put_token<T, PI, OI>(in, x);
    const bool serial = OI == OO && PI % PO != 0 && PO % PI != 0;
    CHECK_CYCLES(ceil_div(channels, PI) + steps * (serial ? PO : 1),
                 (lane_adapter<T, PI, OI, PO, OO, 70>(in, out, channels)));
    check::take<T, PO>(out, steps, [&](int s, int i, T y) {
      const int c = channel_at<OO, PO>(i, s, steps);
      CHECK(y == (c < channels ? x[c] : T(0)));
    });
  }
}

template <typename T, int PI, int PO> static void adapters(check::Random& r) {
  constexpr Order B = Order::blocked, I = Order::interleaved;
  adapter<T, PI, B, PO, I>(r), adapter<T, PI, I, PO, B>(r);
  adapter<T, PI, B, PO, B>(r), adapter<T, PI, I, PO, I>(r);
}

int main() {
  check::Random r(6);
  constexpr Order B = Order::blocked, I = Order::interleaved;
  for (int trial = 0; trial < 6; ++trial) {
    hadamard_tokens<4, 2>(r), hadamard_tokens<2, 64>(r), hadamard_tokens<8, 128>(r),
        hadamard_tokens<1, 32>(r);
    hadamard_lanes_of<4, 64, B>(r), hadamard_lanes_of<4, 64, I>(r), hadamard_lanes_of<8, 128, B>(r),
        hadamard_lanes_of<8, 128, I>(r);
    hadamard_lanes_of<1, 32, B>(r), hadamard_lanes_of<1, 32, I>(r), hadamard_lanes_of<8, 8, B>(r),
        hadamard_lanes_of<8, 8, I>(r);
    hadamard_tokens<2, 64, true>(r), hadamard_tokens<8, 128, true>(r);
    hadamard_lanes_of<4, 64, B, true>(r), hadamard_lanes_of<8, 128, I, true>(r), hadamard_lanes_of<8, 8, B, true>(r),
        hadamard_lanes_of<1, 32, I, true>(r);
    hadamard_lanes_of<4, 8, B>(r), hadamard_lanes_of<4, 8, I>(r);
    // Blocks: 24 = 3 x 8, 44 = 11 x 4, 6 = 3 x 2, 96 = 3 x 32, 176 = 11 x 16.
    hadamard_tokens<3, 24>(r), hadamard_tokens<2, 44>(r), hadamard_tokens<4, 6>(r), hadamard_tokens<2, 96, true>(r);
    // Interleaved: lanes divide a block, with an odd number of steps too.
    hadamard_lanes_of<4, 24, I>(r), hadamard_lanes_of<8, 24, I>(r), hadamard_lanes_of<16, 176, I>(r),
        hadamard_lanes_of<2, 96, I, true>(r);
    // Interleaved: lanes are whole blocks, and the last vector is filled up.
    hadamard_lanes_of<8, 44, I>(r), hadamard_lanes_of<16, 44, I>(r), hadamard_lanes_of<4, 6, I>(r),
        hadamard_lanes_of<6, 6, I>(r), hadamard_lanes_of<12, 44, I, true>(r), hadamard_lanes_of<32, 24, I>(r);
    // Blocked: a lane holds whole blocks.
    hadamard_lanes_of<1, 24, B>(r), hadamard_lanes_of<3, 24, B>(r), hadamard_lanes_of<11, 176, B>(r),
        hadamard_lanes_of<2, 32, B>(r);
    // Blocked: several lanes hold a block, some of them nothing.
    hadamard_lanes_of<6, 24, B>(r), hadamard_lanes_of<22, 44, B>(r), hadamard_lanes_of<24, 24, B>(r),
        hadamard_lanes_of<12, 96, B, true>(r), hadamard_lanes_of<16, 24, B>(r), hadamard_lanes_of<32, 24, B>(r);
    // Distances of many lines, whose delay lines are memories.
    hadamard_tokens<2, 512>(r), hadamard_lanes_of<4, 1024, B>(r), hadamard_lanes_of<4, 1024, I>(r);
    embedding<4, B, 4>(r), embedding<4, I, 4>(r), embedding<8, B, 4>(r), embedding<8, I, 4>(r), embedding<2, I, 16>(r);
    embedding<2, B, 16>(r), embedding<3, B, 4>(r), embedding<1, B, 8>(r), embedding<1, I, 8>(r),
        embedding<16, B, 16>(r);
    adapters<float, 4, 4>(r), adapters<float, 4, 8>(r), adapters<float, 8, 2>(r), adapters<ap_int<8>, 1, 4>(r);
    adapters<ap_int<8>, 16, 1>(r), adapters<ap_uint<4>, 6, 4>(r), adapters<float, 3, 9>(r),
        adapters<ap_int<24>, 2, 16>(r);
  }
  return check::result();
}
