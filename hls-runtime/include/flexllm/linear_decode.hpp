// Linear layer of the decode stage: BP lanes x WP outputs, one activation broadcast per cycle.
#pragma once
#include "mac.hpp"

namespace flexllm {

/// One token: IL input lanes, in_steps steps, out_steps steps of BP lanes. Activations are buffered; then position
/// k = step*IL + lane runs over K = in_steps*IL, every activation is multiplied by BP*WP weights. Output step t*WP+j
/// of lane b is accumulator j of tile t; steps beyond out_steps are cropped. Per cycle one word from each port:
/// port q element e is lane q*BP/PORTS + e/WP, output e%WP; neighbouring outputs share a packed multiplier.
/// MAXIN >= in_steps.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits, the weights odd ap_int<3>,
/// ap_int<4>, <6> or <8>. IL: input lanes. BP: output lanes. WP: outputs that a lane computes side by side, even;
/// BP*WP at most 4096. PORTS: memory ports of the weights, a divisor of BP; a port's word (BP/PORTS*WP weights) has at
/// most 64 bytes. MAXIN: most input steps. MUL: what multiplies integers, dsp or lut.
/// Cycles: in_steps + (ceil(out_steps/WP)-1)*max(K,WP) + K + WP, none if in_steps or out_steps is 0.
/// KEPT: where the activations are kept.
template <typename TA, typename TW, int IL, int BP, int WP, int PORTS, int MAXIN, Multipliers MUL = Multipliers::dsp,
          Storage KEPT = Storage::automatic>
void linear_decode(hls::stream<Vec<TA, IL>>& in, hls::stream<WordFor<TW, PerPort<BP, PORTS>::value * WP>> (&w)[PORTS],
                   hls::stream<Vec<AccFor<TA, TW, MAXIN * IL>, BP>>& out, int in_steps, int out_steps) {
#pragma HLS inline
  static_assert(WP >= 2 && WP % 2 == 0, "linear_decode: WP must be even; choose an even WP");
  static_assert(BP % PORTS == 0, "linear_decode: PORTS must divide BP; choose PORTS from the divisors of BP");
  static_assert(BP * WP <= 4096, "linear_decode: more than 4096 cells cannot be unrolled; choose a smaller BP or WP");
  static_assert(word_per_cycle<TW, PerPort<BP, PORTS>::value * WP>,
                "linear_decode: a port brings at most 64 weights of 6 bits per cycle; use more PORTS");
  FLEXLLM_REQUIRE(in_steps <= MAXIN, "linear_decode: in_steps exceed MAXIN; raise MAXIN");
  using M = Mac<TA, TW, MAXIN * IL, MUL>;
  using Result = typename M::Result;
  constexpr int PAIRS = BP * WP / 2;
  constexpr int PER_PORT = PerPort<BP, PORTS>::value * WP;
  if (in_steps == 0 || out_steps == 0) return;

  FLEXLLM_BUFFER TA buffer[MAXIN][IL];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  typename M::Sum sum0[PAIRS];  // pair lane*WP/2 + j/2
  typename M::Sum sum1[PAIRS];
  typename M::Sum drain[WP][BP];  // sums of the finished tile, next step to leave first (whole words: in place)
#pragma HLS array_partition variable=sum0 dim=1 complete
#pragma HLS array_partition variable=sum1 dim=1 complete
#pragma HLS array_partition variable=drain dim=0 complete
  clear(sum0);
  clear(sum1);
  clear(drain);

  for (int s = 0; s < in_steps; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<TA, IL> x = in.read();
    for (int i = 0; i < IL; ++i) {
#pragma HLS unroll
      buffer[s][i] = x[i];
    }
  }

  const int k = in_steps * IL;
  const int tiles = ceil_div(out_steps, WP);
  const int period = k > WP ? k : WP;
  const int cycles = (tiles - 1) * period + k + WP;
  int at = 0, tile = 0, step = 0, lane = 0;  // input side
  int out_at = 0, out_step = 0;              // output side
  for (int c = 0; c < cycles; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    if (c >= k) {
      if (out_at < WP && out_step < out_steps) {
        Vec<Result, BP> y;
        for (int b = 0; b < BP; ++b) {
#pragma HLS unroll
          y[b] = M::result(drain[whole_words ? out_at : 0][b]);
        }
        out.write(y);
        ++out_step;
      }
      out_at = out_at == period - 1 ? 0 : out_at + 1;
    }
    if constexpr (!whole_words) {
      for (int j = 0; j + 1 < WP; ++j) {
#pragma HLS unroll
        for (int b = 0; b < BP; ++b) {
#pragma HLS unroll
          drain[j][b] = drain[j + 1][b];
        }
      }
    }
    if (tile < tiles && at < k) {
      const bool start = at == 0;
      if constexpr (whole_words && !Element<TA>::is_float) {
        constexpr int HALF = PER_PORT / 2;
        if (start) {
          clear(sum0);
          clear(sum1);
        }
        const int a = native(buffer[step][lane]);
        for (int q = 0; q < PORTS; ++q) {
          signed char even[HALF], odd[HALF];
          word_halves<TW, PER_PORT>(w[q].read(), even, odd);
          for (int p = 0; p < HALF; ++p) sum0[q * HALF + p] += a * even[p];
          for (int p = 0; p < HALF; ++p) sum1[q * HALF + p] += a * odd[p];
        }
      } else {
        const typename M::Activation a = M::activation(buffer[step][lane]);
        typename M::Weight w0[PAIRS], w1[PAIRS];
#pragma HLS array_partition variable=w0 dim=1 complete
#pragma HLS array_partition variable=w1 dim=1 complete
        for (int q = 0; q < PORTS; ++q) {
#pragma HLS unroll
          const WordFor<TW, PER_PORT> word = w[q].read();
          for (int e = 0; e < PER_PORT; e += 2) {
#pragma HLS unroll
            const int pair = (q * PER_PORT + e) / 2;
            M::weights(word_get<TW, PER_PORT>(word, e), word_get<TW, PER_PORT>(word, e + 1), w0[pair], w1[pair]);
          }
        }
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          typename M::Product p0, p1;
          M::multiply(a, w0[p], w1[p], p0, p1);
          sum0[p] = M::add(start ? typename M::Sum(0) : sum0[p], p0);
          sum1[p] = M::add(start ? typename M::Sum(0) : sum1[p], p1);
        }
      }
      if (at == k - 1) {
        for (int b = 0; b < BP; ++b) {
#pragma HLS unroll
          for (int j = 0; j < WP; j += 2) {
#pragma HLS unroll
            drain[j][b] = sum0[(b * WP + j) / 2];
            drain[j + 1][b] = sum1[(b * WP + j) / 2];
          }
        }
      }
      if (lane == IL - 1) {
        lane = 0;
        step = step == in_steps - 1 ? 0 : step + 1;
      } else {
        ++lane;
      }
    }
    if (at == period - 1) {
      at = 0;
      ++tile;
    } else {
      ++at;
    }
  }
}

}  // namespace flexllm
