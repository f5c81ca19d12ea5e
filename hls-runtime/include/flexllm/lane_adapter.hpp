// Changes the number and the order of the lanes of a decode stream.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Where the lanes' channels of one cycle stand.
/// N: lanes.
template <int N> struct LaneAddresses {
  int channel[N], block[N], sub[N], line[N];
};

/// Where the channels of a step stand. N: lanes of the side. ORDER: its order. BLOCKS, SUB: blocks, and banks of each.
template <int N, Order ORDER, int BLOCKS, int SUB>
inline LaneAddresses<N> lane_addresses(int step, int steps, int block_size) {
  LaneAddresses<N> at;
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    const int c = channel_at<ORDER, N>(i, step, steps);
    int block = 0, base = 0;
    for (int b = 1; b < BLOCKS; ++b) {
#pragma HLS unroll
      if (c >= b * block_size) {
        block = b;
        base = b * block_size;
      }
    }
    at.channel[i] = c;
    at.block[i] = block;
    at.sub[i] = c % SUB;
    at.line[i] = (c - base) / SUB;
  }
  return at;
}

/// Whether lane i of N can ever use a bank: a side that defines the blocks (or the sub-banks) keeps to its own.
/// N: lanes of the side. ORDER: its order. BLOCKS, SUB: blocks, and banks of each.
template <int N, Order ORDER, int BLOCKS, int SUB> constexpr bool may_use(int i, int block, int sub) {
  return ORDER == Order::blocked ? (N != BLOCKS || i == block) : (N != SUB || i == sub);
}

/// One token between lane counts of which neither divides the other, in equal orders: PI banks (one per input lane)
/// take a vector per cycle, and one channel per cycle is read from them.
/// T: element. PI, PO: lanes that come and leave. ORDER: order of the channels on both sides. MAXC: most channels.
/// Cycles: ceil(channels/PI) + PO * ceil(channels/PO).
/// KEPT: where the token is kept.
template <typename T, int PI, int PO, Order ORDER, int MAXC, Storage KEPT = Storage::automatic>
void lane_adapter_serial(hls::stream<Vec<T, PI>>& in, hls::stream<Vec<T, PO>>& out, int channels) {
#pragma HLS inline
  constexpr int DEPTH = ceil_div(MAXC, PI);
  FLEXLLM_BUFFER T buffer[PI][DEPTH];
#pragma HLS array_partition variable=buffer dim=1 complete
  keep_in<KEPT>(buffer);
  const int steps_in = ceil_div(channels, PI);
  const int steps_out = ceil_div(channels, PO);
  for (int s = 0; s < steps_in; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<T, PI> vector = in.read();
    for (int i = 0; i < PI; ++i) {
#pragma HLS unroll
      buffer[i][s] = vector[i];
    }
  }
  Vec<T, PO> vector;
  for (int s = 0; s < steps_out; ++s) {
    for (int i = 0; i < PO; ++i) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const int c = channel_at<ORDER, PO>(i, s, steps_out);
      const bool real = c < channels;
      int lane = 0, step = c;
      if constexpr (ORDER == Order::blocked) {
        for (int l = 1; l < PI; ++l) {  // comparisons instead of a division
#pragma HLS unroll
          if (c >= l * steps_in) {
            lane = l;
            step = c - l * steps_in;
          }
        }
      } else {
        lane = c % PI;
        step = c / PI;
      }
      vector[i] = real ? buffer[real ? lane : 0][real ? step : 0] : T(0);
      if (i == PO - 1) out.write(vector);
    }
  }
}

/// The banked form, all lanes at once.
/// Banks that no cycle uses twice: channel c belongs to block c / S (S = steps of the blocked side with the most
/// lanes; one block if no side is blocked), is number l = c % S in it and stands in bank [block][c % SUB] at l / SUB,
/// SUB = lanes of the interleaved side with the most lanes, 1 if no side is interleaved.
/// T: element. PI, PO: lanes that come and leave. OI, OO: their orders. MAXC: most channels.
/// Cycles: ceil(channels/PI) + ceil(channels/PO).
/// KEPT: where the token is kept.
template <typename T, int PI, Order OI, int PO, Order OO, int MAXC, Storage KEPT = Storage::automatic>
void lane_adapter_banked(hls::stream<Vec<T, PI>>& in, hls::stream<Vec<T, PO>>& out, int channels) {
#pragma HLS inline
  constexpr bool block_in = OI == Order::blocked, block_out = OO == Order::blocked;
  constexpr int BLOCKS = larger_of(block_in ? PI : 1, block_out ? PO : 1);
  constexpr int SUB = larger_of(block_in ? 1 : PI, block_out ? 1 : PO);
  constexpr int DEPTH = ceil_div(ceil_div(MAXC, BLOCKS), SUB);
  FLEXLLM_BUFFER T buffer[BLOCKS][SUB][DEPTH];
#pragma HLS array_partition variable=buffer dim=1 complete
#pragma HLS array_partition variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  const int steps_in = ceil_div(channels, PI);
  const int steps_out = ceil_div(channels, PO);
  const int block_size = ceil_div(channels, BLOCKS);
  for (int s = 0; s < steps_in; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<T, PI> x = in.read();
    const LaneAddresses<PI> at = lane_addresses<PI, OI, BLOCKS, SUB>(s, steps_in, block_size);
    for (int block = 0; block < BLOCKS; ++block) {
#pragma HLS unroll
      for (int sub = 0; sub < SUB; ++sub) {
#pragma HLS unroll
        bool used = false;  // at most one lane writes this bank
        int line = 0;
        T value = T(0);
        for (int i = 0; i < PI; ++i) {
#pragma HLS unroll
          if (may_use<PI, OI, BLOCKS, SUB>(i, block, sub) && at.block[i] == block && at.sub[i] == sub &&
              at.channel[i] < channels) {
            FLEXLLM_REQUIRE(!used, "lane_adapter: two lanes write one bank");
            used = true;
            line = at.line[i];
            value = x[i];
          }
        }
        if (used) buffer[block][sub][line] = value;
      }
    }
  }
  for (int s = 0; s < steps_out; ++s) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const LaneAddresses<PO> at = lane_addresses<PO, OO, BLOCKS, SUB>(s, steps_out, block_size);
    Vec<T, PO> y;
    for (int i = 0; i < PO; ++i) {
#pragma HLS unroll
      y[i] = T(0);
    }
    for (int block = 0; block < BLOCKS; ++block) {
#pragma HLS unroll
      for (int sub = 0; sub < SUB; ++sub) {
#pragma HLS unroll
        int line = 0;  // at most one lane reads this bank
        for (int i = 0; i < PO; ++i) {
#pragma HLS unroll
          if (may_use<PO, OO, BLOCKS, SUB>(i, block, sub) && at.block[i] == block && at.sub[i] == sub &&
              at.channel[i] < channels) {
            line = at.line[i];
          }
        }
        const T value = buffer[block][sub][line];
        for (int i = 0; i < PO; ++i) {
#pragma HLS unroll
          if (may_use<PO, OO, BLOCKS, SUB>(i, block, sub) && at.block[i] == block && at.sub[i] == sub &&
              at.channel[i] < channels) {
            FLEXLLM_REQUIRE(at.line[i] == line, "lane_adapter: two lanes read one bank");
            y[i] = value;
          }
        }
      }
    }
    out.write(y);
  }
}

/// One token from PI lanes in order OI to PO lanes in order OO; padding lanes leave as 0. MAXC >= channels.
/// T: element. PI, PO: lanes that come and leave, at least 1. OI, OO: their orders. MAXC: most channels, at least 1.
/// Cycles: ceil(channels/PI) + ceil(channels/PO); between equal orders of which neither number of lanes divides the
/// other ceil(channels/PI) + PO * ceil(channels/PO).
/// KEPT: where the token is kept.
template <typename T, int PI, Order OI, int PO, Order OO, int MAXC, Storage KEPT = Storage::automatic>
void lane_adapter(hls::stream<Vec<T, PI>>& in, hls::stream<Vec<T, PO>>& out, int channels) {
#pragma HLS inline
  static_assert(PI >= 1 && PO >= 1 && MAXC >= 1, "lane_adapter: lanes and channels must be at least 1; raise them");
  FLEXLLM_REQUIRE(channels <= MAXC, "lane_adapter: channels exceed MAXC; raise MAXC");
  if constexpr (OI != OO || PI % PO == 0 || PO % PI == 0) {
    lane_adapter_banked<T, PI, OI, PO, OO, MAXC, KEPT>(in, out, channels);
  } else {
    lane_adapter_serial<T, PI, PO, OI, MAXC, KEPT>(in, out, channels);
  }
}

}  // namespace flexllm
