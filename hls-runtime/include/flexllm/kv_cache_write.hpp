// Writes keys or values to the cache: rows [kv head][token][HD], heads in equal runs over PORTS memories.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Prefill: per block and head HD vectors of TP tokens come in, then TP*RW words (token outer, RW = HD/KW) leave to
/// port head/(heads/PORTS). Cycles: blocks*heads*(HD + TP*RW).
/// T: element, float or ap_int<8>. TP: tokens side by side, at least 1. HD: channels of a head. KW: channels per word,
/// a divisor of HD whose word has at most 64 bytes. PORTS: memories, a divisor of the heads.
/// KEPT: where the tokens of a head are kept.
template <typename T, int TP, int HD, int KW, int PORTS, Storage KEPT = Storage::automatic>
void kv_cache_write_prefill(hls::stream<Vec<T, TP>>& in, hls::stream<WordFor<T, KW>> (&out)[PORTS], int blocks,
                            int heads) {
#pragma HLS inline
  static_assert(HD % KW == 0,
                "kv_cache_write_prefill: KW must divide HD; choose KW from the divisors of the head size");
  FLEXLLM_REQUIRE(heads % PORTS == 0, "kv_cache_write_prefill: PORTS must divide the number of heads");
  constexpr int RW = HD / KW;
  FLEXLLM_BUFFER T buffer[RW][KW][TP];
#pragma HLS array_partition variable=buffer dim=2 complete
#pragma HLS array_partition variable=buffer dim=3 complete
  keep_in<KEPT>(buffer);
  for (int b = 0; b < blocks; ++b) {
    for (int port = 0; port < PORTS; ++port) {
      for (int h = 0; h < heads / PORTS; ++h) {
        for (int c = 0; c < HD; ++c) {
#pragma HLS pipeline II=1
          FLEXLLM_CYCLE(1);
          const Vec<T, TP> x = in.read();
          for (int t = 0; t < TP; ++t) {
#pragma HLS unroll
            buffer[c / KW][c % KW][t] = x[t];
          }
        }
        for (int t = 0; t < TP; ++t) {
          for (int r = 0; r < RW; ++r) {
#pragma HLS pipeline II=1
            FLEXLLM_CYCLE(1);
            WordFor<T, KW> word = word_zero<T, KW>();
            for (int j = 0; j < KW; ++j) {
#pragma HLS unroll
              word_set<T, KW>(word, j, buffer[r][j][t]);
            }
            for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
              if (p == port) out[p].write(word);
            }
          }
        }
      }
    }
  }
}

/// Decode: one token, P lanes, hpl heads per lane, heads = P*hpl <= MAXH. hpl*HD vectors are buffered, then every port
/// gets heads/PORTS*RW words, all ports in the same cycle. Cycles: hpl*HD + heads/PORTS*RW.
/// T: element, float or ap_int<8>. P: lanes. HD: channels of a head. KW: channels per word, a divisor of HD whose word
/// has at most 64 bytes. PORTS: memories, a divisor or a multiple of P and a divisor of the heads. MAXH: most heads.
/// KEPT: where the heads of the token are kept.
template <typename T, int P, int HD, int KW, int PORTS, int MAXH, Storage KEPT = Storage::automatic>
void kv_cache_write_decode(hls::stream<Vec<T, P>>& in, hls::stream<WordFor<T, KW>> (&out)[PORTS], int hpl) {
#pragma HLS inline
  static_assert(HD % KW == 0,
                "kv_cache_write_decode: KW must divide HD; choose KW from the divisors of the head size");
  static_assert(P % PORTS == 0 || PORTS % P == 0,
                "kv_cache_write_decode: PORTS must divide P or be a multiple of it; change PORTS or P");
  const int heads = P * hpl;
  FLEXLLM_REQUIRE(heads <= MAXH, "kv_cache_write_decode: heads exceed MAXH; raise MAXH");
  FLEXLLM_REQUIRE(heads % PORTS == 0, "kv_cache_write_decode: PORTS must divide the number of heads");
  constexpr int RW = HD / KW;
  constexpr int LANES = PORTS <= P ? P / PORTS : 1;     // lanes that one port serves
  constexpr int RUNS = PORTS <= P ? 1 : PORTS / P;      // ports that one lane serves, a run of its heads each
  constexpr int MAXRUN = ceil_div(ceil_div(MAXH, P), RUNS);
  FLEXLLM_BUFFER T buffer[RUNS][MAXRUN][RW][KW][P];
#pragma HLS array_partition variable=buffer dim=1 complete
#pragma HLS array_partition variable=buffer dim=4 complete
#pragma HLS array_partition variable=buffer dim=5 complete
  keep_in<KEPT>(buffer);
  const int run = hpl / RUNS;
  for (int g = 0; g < RUNS; ++g) {
    for (int h = 0; h < run; ++h) {
      for (int c = 0; c < HD; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const Vec<T, P> x = in.read();
        for (int i = 0; i < P; ++i) {
#pragma HLS unroll
          buffer[g][h][c / KW][c % KW][i] = x[i];
        }
      }
    }
  }
  for (int l = 0; l < LANES; ++l) {
    for (int h = 0; h < run; ++h) {
      for (int r = 0; r < RW; ++r) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
          WordFor<T, KW> word = word_zero<T, KW>();
          for (int j = 0; j < KW; ++j) {
#pragma HLS unroll
            word_set<T, KW>(word, j, buffer[p % RUNS][h][r][j][p / RUNS * LANES + l]);
          }
          out[p].write(word);
        }
      }
    }
  }
}

}  // namespace flexllm
