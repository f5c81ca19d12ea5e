// Turns rows of the cache into the tiles that the attention of the prefill stage takes.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Keys: per block and KV head, per tile of PK keys: its rows are read (HD/KW words each), then HD vectors leave
/// (lane = key, 0 beyond length). The tiles stay on chip and leave group-1 more times. MAXL >= length.
/// T: element, float or ap_int<8>. PK: keys side by side. HD: channels of a head. KW: channels per word, a divisor of
/// HD whose word has at most 64 bytes. MAXL: most keys.
/// Cycles: blocks*kv_heads*(length*HD/KW + group*ceil(length/PK)*HD).
/// KEPT: where the keys of a head are kept.
template <typename T, int PK, int HD, int KW, int MAXL, Storage KEPT = Storage::automatic>
void key_tiles(hls::stream<WordFor<T, KW>>& in, hls::stream<Vec<T, PK>>& out, int blocks, int kv_heads, int group,
               int length) {
#pragma HLS inline
  static_assert(HD % KW == 0, "key_tiles: KW must divide HD; choose KW from the divisors of the head size");
  FLEXLLM_REQUIRE(length <= MAXL, "key_tiles: length exceeds MAXL; raise MAXL");
  constexpr int RW = HD / KW;
  constexpr int MAXTILES = ceil_div(MAXL, PK);
  FLEXLLM_BUFFER T rows[RW][KW][PK];         // registers: the tile that is read, turned from rows to lanes
  FLEXLLM_BUFFER T kept[MAXTILES * HD][PK];   // all tiles of the head
#pragma HLS array_partition variable=rows dim=0 complete
#pragma HLS array_reshape variable=kept dim=2 complete
  keep_in<KEPT>(kept);
  const int tiles = ceil_div(length, PK);
  for (int head = 0; head < blocks * kv_heads; ++head) {
    for (int tile = 0; tile < tiles; ++tile) {
      const int rest = length - tile * PK;
      const int count = rest < PK ? rest : PK;
      for (int key = 0; key < count; ++key) {
        for (int r = 0; r < RW; ++r) {
#pragma HLS pipeline II=1
          FLEXLLM_CYCLE(1);
          const WordFor<T, KW> word = in.read();
          for (int j = 0; j < KW; ++j) {
#pragma HLS unroll
            rows[r][j][key] = word_get<T, KW>(word, j);
          }
        }
      }
      for (int c = 0; c < HD; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        Vec<T, PK> keys;
        for (int i = 0; i < PK; ++i) {
#pragma HLS unroll
          keys[i] = i < count ? rows[c / KW][c % KW][i] : T(0);
          kept[tile * HD + c][i] = keys[i];
        }
        out.write(keys);
      }
    }
    for (int g = 1; g < group; ++g) {
      for (int c = 0; c < tiles * HD; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        Vec<T, PK> keys;
        for (int i = 0; i < PK; ++i) {
#pragma HLS unroll
          keys[i] = kept[c][i];
        }
        out.write(keys);
      }
    }
  }
}

/// Values: per block and KV head all rows are read, then group times, per tile of VP channels, `length` vectors leave
/// (lane = channel, 0 beyond HD). MAXL >= length.
/// T: element, float or ap_int<8>. VP: channels side by side, a divisor or a multiple of KW. HD: channels of a head.
/// KW: channels per word, a divisor of HD whose word has at most 64 bytes. MAXL: most keys.
/// Cycles: blocks*kv_heads*(length*HD/KW + group*ceil(HD/VP)*length).
/// KEPT: where the values of a head are kept.
template <typename T, int VP, int HD, int KW, int MAXL, Storage KEPT = Storage::automatic>
void value_tiles(hls::stream<WordFor<T, KW>>& in, hls::stream<Vec<T, VP>>& out, int blocks, int kv_heads, int group,
                 int length) {
#pragma HLS inline
  static_assert(HD % KW == 0, "value_tiles: KW must divide HD; choose KW from the divisors of the head size");
  static_assert(VP % KW == 0 || KW % VP == 0,
                "value_tiles: VP must divide KW or be a multiple of it; change VP or the port width KW");
  FLEXLLM_REQUIRE(length <= MAXL, "value_tiles: length exceeds MAXL; raise MAXL");
  constexpr int RW = HD / KW;
  constexpr int LANES = larger_of(KW, VP);
  constexpr int LINES = ceil_div(HD, LANES);  // lines of LANES channels per row
  constexpr int WORDS_PER_LINE = LANES / KW;
  constexpr int TILES_PER_LINE = LANES / VP;
  FLEXLLM_BUFFER T kept[MAXL * LINES][LANES];
#pragma HLS array_partition variable=kept dim=2 complete
  keep_in<KEPT>(kept);
  for (int head = 0; head < blocks * kv_heads; ++head) {
    for (int row = 0; row < length; ++row) {
      for (int r = 0; r < RW; ++r) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        const WordFor<T, KW> word = in.read();
        for (int i = 0; i < LANES; ++i) {
#pragma HLS unroll
          if (i / KW == r % WORDS_PER_LINE) {
            kept[row * LINES + r / WORDS_PER_LINE][i] = word_get<T, KW>(word, i % KW);
          }
        }
      }
    }
    for (int g = 0; g < group; ++g) {
      for (int tile = 0; tile < ceil_div(HD, VP); ++tile) {
        for (int row = 0; row < length; ++row) {
#pragma HLS pipeline II=1
          FLEXLLM_CYCLE(1);
          T line[LANES];
#pragma HLS array_partition variable=line dim=1 complete
          for (int i = 0; i < LANES; ++i) {
#pragma HLS unroll
            line[i] = kept[row * LINES + tile / TILES_PER_LINE][i];
          }
          Vec<T, VP> values;
          for (int i = 0; i < VP; ++i) {
#pragma HLS unroll
            values[i] = tile * VP + i < HD ? line[(tile % TILES_PER_LINE) * VP + i] : T(0);
          }
          out.write(values);
        }
      }
    }
  }
}

}  // namespace flexllm
