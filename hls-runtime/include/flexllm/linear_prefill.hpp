// Linear layer of the prefill stage: weights from memory, one pass over them per block of TP tokens.
#pragma once
#include "systolic.hpp"

namespace flexllm {

/// out = in * W for `blocks` blocks of TP tokens: k input channels, n output channels.
/// Weights per block: tile of WP outputs outer, k inner; port p element j is column p*WP/PORTS + j; the columns of
/// the last tile beyond n are read and cropped. MAXK >= k.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits, the weights odd ap_int<3>,
/// ap_int<4>, <6> or <8>. TP: tokens side by side, at least 1, even for dsp4. WP: outputs side by side, even; TP*WP at
/// most 4096.
/// PORTS: memory ports of the weights, a divisor of WP; a port's word (WP/PORTS weights) has at most 64 bytes. MAXK:
/// most input channels. MUL: what multiplies integers; dsp4 takes 4-bit operands.
/// Cycles: blocks*(k + (ceil(n/WP)-1)*max(k,WP) + k + WP + GROUPS - 1), GROUPS = TP (dsp4: TP/2); none if k or n is 0.
/// KEPT: where the activations are kept.
template <typename TA, typename TW, int TP, int WP, int PORTS, int MAXK, Multipliers MUL = Multipliers::dsp,
          Storage KEPT = Storage::automatic>
void linear_prefill(hls::stream<Vec<TA, TP>>& in, hls::stream<WordFor<TW, PerPort<WP, PORTS>::value>> (&w)[PORTS],
                    hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out, int blocks, int k, int n) {
#pragma HLS inline
  static_assert(WP % 2 == 0, "linear_prefill: WP must be even; choose an even WP");
  static_assert(WP % PORTS == 0, "linear_prefill: PORTS must divide WP; choose PORTS from the divisors of WP");
  static_assert(word_per_cycle<TW, PerPort<WP, PORTS>::value>,
                "linear_prefill: a port brings at most 64 weights of 6 bits per cycle; use more PORTS");
  FLEXLLM_REQUIRE(k <= MAXK, "linear_prefill: k exceeds MAXK; raise MAXK");
  systolic_array<TA, TW, TP, WP, MAXK, MUL, KEPT>(in, w, out, blocks, k, n);
}

}  // namespace flexllm
