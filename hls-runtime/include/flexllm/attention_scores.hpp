// Attention scores q * k, both stages.
#pragma once
#include "systolic.hpp"

namespace flexllm {

/// Prefill: rows = blocks*heads; per row HD vectors of TP queries and, from key_tiles, ceil(length/PK)*HD vectors of
/// PK keys; `length` vectors of scores leave (key inner).
/// TQ, TK: elements of queries and keys, both float or both ap_int<8>. TP: queries (tokens) side by side, at least 1.
/// PK: keys side by side, even; TP*PK at most 4096. HD: channels of a head.
/// SINKS: with more than 0, a query comes twice, HD vectors each: for the first SINKS keys, a multiple of PK, and for
/// the others. KEPT: where the queries are kept.
/// Cycles: rows*(HD + (ceil(length/PK)-1)*max(HD,PK) + HD + PK + TP - 1), with SINKS rows*HD more, none if length is 0.
template <typename TQ, typename TK, int TP, int PK, int HD, Storage KEPT = Storage::automatic, int SINKS = 0>
void attention_scores_prefill(hls::stream<Vec<TQ, TP>>& q, hls::stream<Vec<TK, PK>>& keys,
                              hls::stream<Vec<AccFor<TQ, TK, HD>, TP>>& out, int rows, int length) {
#pragma HLS inline
  static_assert(PK % 2 == 0, "attention_scores_prefill: PK must be even; choose an even PK");
  static_assert(SINKS % PK == 0,
                "attention_scores_prefill: a tile of keys has one query; choose PK from the divisors of SINKS");
  systolic_array<TQ, TK, TP, PK, HD, Multipliers::dsp, KEPT, SINKS>(q, keys, out, rows, HD, length);
}

/// Decode: HP lanes, hpl heads per lane (lane i carries heads i*hpl ...). The queries (hpl*HD vectors) are buffered;
/// then for each head and key HD/KP words come from every port (lanes share port lane/(HP/PORTS)) and one vector of
/// scores leaves. MAXHPL >= hpl. Cycles: hpl*HD + hpl*length*HD/KP, with SINKS hpl*HD more. TQ, TK: elements of queries
/// and keys, both float or both ap_int<8>. HP: lanes. KP: channels of a key per word, a divisor of HD whose word has at
/// most 64 bytes. HD: channels of a head. PORTS: memory ports of the keys, a divisor of HP. MAXHPL: most heads per
/// lane. MUL: what multiplies integers: logic, or DSPs, of which two lanes of a port share one for the same key. KEPT:
/// where the queries are kept. SINKS: with more than 0, a query comes twice, HD vectors each: for the first SINKS keys,
/// and for the others.
template <typename TQ, typename TK, int HP, int KP, int HD, int PORTS, int MAXHPL, Multipliers MUL = Multipliers::lut,
          Storage KEPT = Storage::automatic, int SINKS = 0>
void attention_scores_decode(hls::stream<Vec<TQ, HP>>& q, hls::stream<WordFor<TK, KP>> (&k)[PORTS],
                             hls::stream<Vec<AccFor<TQ, TK, HD>, HP>>& out, int hpl, int length) {
#pragma HLS inline
  static_assert(HD % KP == 0,
                "attention_scores_decode: KP must divide HD; choose KP from the divisors of the head size");
  static_assert(HP % PORTS == 0,
                "attention_scores_decode: PORTS must divide HP; choose PORTS from the divisors of the lanes HP");
  FLEXLLM_REQUIRE(hpl <= MAXHPL, "attention_scores_decode: hpl exceeds MAXHPL; raise MAXHPL");
  using M = Mac<TQ, TK, HD>;
  // The key is what two lanes have in common: it takes the part of the activation, the queries that of the weights.
  using Pair = Mac<TK, TQ, HD>;
  constexpr bool SHARED = MUL == Multipliers::dsp && !Element<TQ>::is_float && (HP / PORTS) % 2 == 0;
  constexpr int WORDS = HD / KP;
  constexpr int SETS = SINKS > 0 ? 2 : 1;
  FLEXLLM_BUFFER TQ buffer[MAXHPL * SETS * WORDS][KP][HP];
#pragma HLS array_partition variable=buffer dim=2 complete
#pragma HLS array_reshape variable=buffer dim=3 complete
  keep_in<KEPT>(buffer);
  for (int h = 0; h < hpl; ++h) {
    for (int c = 0; c < SETS * HD; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TQ, HP> x = q.read();
      for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
        buffer[h * SETS * WORDS + c / KP][c % KP][i] = x[i];
      }
    }
  }
  typename M::Sum sum[HP];
#pragma HLS array_partition variable=sum dim=1 complete
  clear(sum);
  for (int h = 0; h < hpl; ++h) {
    for (int key = 0; key < length; ++key) {
      for (int w = 0; w < WORDS; ++w) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const int at = (h * SETS + (SINKS > 0 && key >= SINKS ? 1 : 0)) * WORDS + w;
        Vec<typename M::Result, HP> y;
        for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
          const WordFor<TK, KP> word = k[p].read();
          typename M::Sum part[HP / PORTS];
#pragma HLS array_partition variable=part dim=1 complete
          for (int l = 0; l < HP / PORTS; ++l) {
#pragma HLS unroll
            part[l] = 0;
          }
          for (int j = 0; j < KP; ++j) {
#pragma HLS unroll
            const TK key_element = word_get<TK, KP>(word, j);
            if constexpr (SHARED) {
              for (int l = 0; l < HP / PORTS; l += 2) {
#pragma HLS unroll
                const int i = p * (HP / PORTS) + l;
                typename Pair::Product p0, p1;
                typename Pair::Weight first, second;
                Pair::weights(buffer[at][j][i], buffer[at][j][i + 1], first, second);
                Pair::multiply(Pair::activation(key_element), first, second, p0, p1);
                part[l] = M::add(part[l], p0);
                part[l + 1] = M::add(part[l + 1], p1);
              }
            } else {
              for (int l = 0; l < HP / PORTS; ++l) {
#pragma HLS unroll
                const int i = p * (HP / PORTS) + l;
                part[l] = M::add(part[l], M::product(buffer[at][j][i], key_element));
              }
            }
          }
          for (int l = 0; l < HP / PORTS; ++l) {
#pragma HLS unroll
            const int i = p * (HP / PORTS) + l;
            sum[i] = w == 0 ? part[l] : M::add(sum[i], part[l]);
            y[i] = M::result(sum[i]);
          }
        }
        if (w == WORDS - 1) out.write(y);
      }
    }
  }
}

}  // namespace flexllm
