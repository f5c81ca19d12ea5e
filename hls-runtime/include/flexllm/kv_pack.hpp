// Keys and values of 8 bits as a KV cache of 4 bits keeps them, and values as they come back.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Keys: those beyond 4 bits become the largest or the lowest. Cycles: count.
/// P: lanes.
template <int P> void narrow_keys(hls::stream<Vec<ap_int<8>, P>>& in, hls::stream<Vec<ap_int<4>, P>>& out, int count) {
#pragma HLS inline
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const Vec<ap_int<8>, P> x = in.read();
    Vec<ap_int<4>, P> y;
    for (int l = 0; l < P; ++l) {
#pragma HLS unroll
      const int key = native(x[l]);
      y[l] = ap_int<4>(key < -8 ? -8 : key > 7 ? 7 : key);
    }
    out.write(y);
  }
}

/// Channels of a group whose lowest bits are the bits of its scale, less 1.
constexpr int SCALE_BITS = 4;

/// The scale of a group whose largest magnitude is `top`: the smallest one, of 1 to 16, that takes it as 7 levels.
inline Reg<6> group_scale(const Reg<9>& top) {
  int scale = 1;
  for (int i = 1; i < 16; ++i) {
#pragma HLS unroll
    if (top > 7 * i) ++scale;
  }
  return Reg<6>(scale);
}

/// x / m, rounded half away from zero, in 4 bits; of the two neighbours of the same distance to it or the next one, the
/// one whose lowest bit is `bit`, if it carries one. Nothing is divided: the odd halves of m below |x| are counted.
inline ap_int<4> divided(const Reg<9>& x, const Reg<6>& m, bool carries, bool bit) {
  const Reg<9> size = x < 0 ? Reg<9>(-x) : x;
  int q = 0;
  for (int i = 1; i <= 8; ++i) {
#pragma HLS unroll
    if (2 * size >= (2 * i - 1) * m) ++q;
  }
  if (x < 0) q = -q;
  if (q > 7) q = 7;
  if (carries && ((q & 1) != 0) != bit) {
    q += x >= q * m ? 1 : -1;
    if (q > 7) q = 6;
    if (q < -8) q = -7;
  }
  return ap_int<4>(q);
}

/// Values: each G vectors are a group per lane; it leaves when the next one comes. A value is m*q, the scale m is that
/// of the lane's group, and the bits of m - 1 are the lowest bits of the first four q. Cycles: count + G, none if count
/// is 0.
/// P: lanes. G: channels of a group, at least 4. KEPT: where a group is kept.
template <int P, int G, Storage KEPT = Storage::automatic>
void pack_values(hls::stream<Vec<ap_int<8>, P>>& in, hls::stream<Vec<ap_int<4>, P>>& out, int count) {
#pragma HLS inline
  static_assert(G >= SCALE_BITS,
                "pack_values: the scale lies in four channels of its group; choose G of at least 4 channels");
  FLEXLLM_REQUIRE(count % G == 0, "pack_values: vectors come in whole groups; choose G from the divisors of the head");
  if (count == 0) return;
  FLEXLLM_BUFFER Vec<ap_int<8>, P> group[G];
  keep_in<KEPT>(group);
  Reg<9> top[P];
  Reg<6> scale[P];
#pragma HLS array_partition variable=top dim=1 complete
#pragma HLS array_partition variable=scale dim=1 complete
  for (int l = 0; l < P; ++l) {
#pragma HLS unroll
    top[l] = 0;
    scale[l] = 1;
  }
  int at = 0;  // channel of the group
  for (int c = 0; c < count + G; ++c) {
#pragma HLS pipeline II=1
    // A place is read before it is written, and again G cycles later.
#pragma HLS dependence variable=group inter false
    FLEXLLM_CYCLE(1);
    if (at == 0) {
      for (int l = 0; l < P; ++l) {
#pragma HLS unroll
        scale[l] = group_scale(top[l]);
        top[l] = 0;
      }
    }
    if (c >= G) {
      const Vec<ap_int<8>, P> held = group[at];
      Vec<ap_int<4>, P> y;
      for (int l = 0; l < P; ++l) {
#pragma HLS unroll
        const bool carries = at < SCALE_BITS;
        y[l] = divided(Reg<9>(native(held[l])), scale[l], carries, carries && (((scale[l] - 1) >> at) & 1) != 0);
      }
      out.write(y);
    }
    if (c < count) {
      const Vec<ap_int<8>, P> x = in.read();
      group[at] = x;
      for (int l = 0; l < P; ++l) {
#pragma HLS unroll
        const Reg<9> value = Reg<9>(native(x[l]));
        const Reg<9> size = value < 0 ? Reg<9>(-value) : value;
        if (size > top[l]) top[l] = size;
      }
    }
    at = at == G - 1 ? 0 : at + 1;
  }
}

/// Values as they come back: `count` words of N channels, m*q each. Cycles: count.
/// N: channels of a word, at least 4 and at most 64. G: channels of a group, a divisor or a multiple of N.
template <int N, int G>
void unpack_values(hls::stream<WordFor<ap_int<4>, N>>& in, hls::stream<WordFor<ap_int<8>, N>>& out, int count) {
#pragma HLS inline
  static_assert(N >= SCALE_BITS && G >= SCALE_BITS,
                "unpack_values: the scale lies in four channels of a word; choose N and G of at least 4 channels");
  static_assert(N % G == 0 || G % N == 0,
                "unpack_values: words are whole groups or groups whole words; choose N from the divisors of G");
  constexpr int GROUPS = N > G ? N / G : 1;  // of a word
  constexpr int WORDS = G > N ? G / N : 1;   // of a group
  Reg<6> scale[GROUPS];
#pragma HLS array_partition variable=scale dim=1 complete
  for (int g = 0; g < GROUPS; ++g) {
#pragma HLS unroll
    scale[g] = 1;
  }
  int at = 0;  // word of the group
  for (int c = 0; c < count; ++c) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    const WordFor<ap_int<4>, N> x = in.read();
    if (at == 0) {
      for (int g = 0; g < GROUPS; ++g) {
#pragma HLS unroll
        int code = 0;
        for (int i = 0; i < SCALE_BITS; ++i) {
#pragma HLS unroll
          code |= (static_cast<int>(native(word_get<ap_int<4>, N>(x, g * G + i))) & 1) << i;
        }
        scale[g] = Reg<6>(code + 1);
      }
    }
    WordFor<ap_int<8>, N> y = word_zero<ap_int<8>, N>();
    for (int j = 0; j < N; ++j) {
#pragma HLS unroll
      word_set<ap_int<8>, N>(y, j, ap_int<8>(native(word_get<ap_int<4>, N>(x, j)) * scale[GROUPS > 1 ? j / G : 0]));
    }
    out.write(y);
    at = at == WORDS - 1 ? 0 : at + 1;
  }
}

}  // namespace flexllm
