// Tables of one value per head, preloaded by the static quantization and scaling modules.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Prefill: `heads` values. Cycles: heads.
template <int MAXH> inline void load_heads(hls::stream<Vec<float, 1>>& table, float (&value)[MAXH], int heads) {
  FLEXLLM_REQUIRE(heads <= MAXH, "static table: heads exceed MAXH; raise MAXH");
  for (int h = 0; h < heads; ++h) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    value[h] = table.read()[0];
  }
}

/// Decode: P*hpl values, lane i holds heads i*hpl ... Cycles: P*hpl.
template <int P, int MAXHPL>
inline void load_lane_heads(hls::stream<Vec<float, 1>>& table, float (&value)[P][MAXHPL], int hpl) {
  FLEXLLM_REQUIRE(hpl <= MAXHPL, "static table: heads exceed MAXH; raise MAXH");
  for (int i = 0; i < P; ++i) {
    for (int h = 0; h < hpl; ++h) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      value[i][h] = table.read()[0];
    }
  }
}

}  // namespace flexllm
