// Softmax: m = max, e = exp(x - m), r = 1 / sum(e), y = e * r; or e alone, of rows that are normalised later.
#pragma once
#include "exponential.hpp"
#include "fixed_sum.hpp"

namespace flexllm {

/// N independent lanes, `rows` rows of `length` values each. Cycles: rows*(3*length + N).
/// MAXL: most values in a row.
/// KEPT: where scores and powers are kept.
template <int N, int MAXL, Storage KEPT = Storage::automatic>
inline void softmax_lanes(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int rows, int length) {
  FLEXLLM_REQUIRE(length <= MAXL, "softmax: length exceeds MAXL; raise MAXL");
  FLEXLLM_BUFFER float scores[MAXL][N];
  FLEXLLM_BUFFER float powers[MAXL][N];
#pragma HLS array_reshape variable=scores dim=2 complete
#pragma HLS array_reshape variable=powers dim=2 complete
  keep_in<KEPT>(scores);
  keep_in<KEPT>(powers);
  for (int row = 0; row < rows; ++row) {
    int highest[N];  // as order keys
    float inverse[N];
    FixedSum sum[N];
#pragma HLS array_partition variable=highest dim=1 complete
#pragma HLS array_partition variable=inverse dim=1 complete
#pragma HLS array_partition variable=sum dim=1 complete
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      highest[i] = KEY_BELOW;
      sum[i] = 0;
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<float, N> x = in.read();
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        scores[c][i] = x[i];
        const int key = order_key(x[i]);
        highest[i] = key > highest[i] ? key : highest[i];
      }
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        const float power = exponential(scores[c][i] - key_value(highest[i]));
        powers[c][i] = power;
        sum[i] += to_fixed(power);
      }
    }
    for (int i = 0; i < N; ++i) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      inverse[i] = reciprocal(from_fixed(sum[i]));
    }
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<float, N> y;
      for (int i = 0; i < N; ++i) {
#pragma HLS unroll
        y[i] = powers[c][i] * inverse[i];
      }
      out.write(y);
    }
  }
}

/// The same values with the three steps of neighbouring rows in one loop: in each cycle it scales row r-2, takes the
/// exponentials of row r-1 and receives row r. Cycles: (rows + 2)*length + rows*N, for one row those of softmax_lanes.
/// Place c of a buffer belongs to iteration c alone, which reads it for the older row before it writes the newer one,
/// so iterations do not depend on one another and no dependence pragma is needed. The loop of the reciprocals keeps
/// the loops from being flattened: the pipeline is empty before the next row reads what this one wrote.
/// N: lanes. MAXL: most values in a row. rows: at least 1.
/// KEPT: where scores and powers are kept.
template <int N, int MAXL, Storage KEPT = Storage::automatic>
inline void softmax_rows(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int rows, int length) {
#pragma HLS inline
  FLEXLLM_REQUIRE(rows >= 1, "softmax: no rows; call it with at least one");
  FLEXLLM_REQUIRE(length <= MAXL, "softmax: length exceeds MAXL; raise MAXL");
  FLEXLLM_BUFFER float scores[MAXL][N];
  FLEXLLM_BUFFER float powers[MAXL][N];
#pragma HLS array_reshape variable=scores dim=2 complete
#pragma HLS array_reshape variable=powers dim=2 complete
  keep_in<KEPT>(scores);
  keep_in<KEPT>(powers);
  int highest[N];    // of row r, as order keys
  float maximum[N];  // of row r-1
  FixedSum sum[N];   // of row r-1
  float inverse[N];  // of row r-2
#pragma HLS array_partition variable=highest dim=1 complete
#pragma HLS array_partition variable=maximum dim=1 complete
#pragma HLS array_partition variable=sum dim=1 complete
#pragma HLS array_partition variable=inverse dim=1 complete
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    highest[i] = KEY_BELOW;
    maximum[i] = 0.0f;
    sum[i] = 0;
    inverse[i] = 0.0f;
  }
  for (int row = 0; row < rows + 2; ++row) {
    const bool receives = row < rows;
    const bool raises = row >= 1 && row <= rows;
    const bool scales = row >= 2;
    for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      if (scales) {
        Vec<float, N> y;
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          y[i] = powers[c][i] * inverse[i];
        }
        out.write(y);
      }
      if (raises) {
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          const float power = exponential(scores[c][i] - maximum[i]);
          powers[c][i] = power;
          sum[i] += to_fixed(power);
        }
      }
      if (receives) {
        const Vec<float, N> x = in.read();
        for (int i = 0; i < N; ++i) {
#pragma HLS unroll
          scores[c][i] = x[i];
          const int key = order_key(x[i]);
          highest[i] = key > highest[i] ? key : highest[i];
        }
      }
    }
    if (raises) {
      for (int i = 0; i < N; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        inverse[i] = reciprocal(from_fixed(sum[i]));
      }
    }
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      maximum[i] = key_value(highest[i]);
      highest[i] = KEY_BELOW;
      sum[i] = 0;
    }
  }
}

/// Prefill: rows = blocks*heads, TP queries each. MAXL >= length.
/// Cycles: rows*(3*length + TP), with OVERLAP (rows + 2)*length + rows*TP.
/// TP: tokens side by side, at least 1. MAXL: most keys.
/// KEPT: where scores and powers are kept. OVERLAP: the steps of three rows in one loop.
template <int TP, int MAXL, Storage KEPT = Storage::automatic, bool OVERLAP = false>
void softmax_prefill(hls::stream<Vec<float, TP>>& in, hls::stream<Vec<float, TP>>& out, int rows, int length) {
#pragma HLS inline
  if constexpr (OVERLAP) softmax_rows<TP, MAXL, KEPT>(in, out, rows, length);
  else softmax_lanes<TP, MAXL, KEPT>(in, out, rows, length);
}

/// Decode: rows = heads per lane, P heads each. MAXL >= length.
/// Cycles: rows*(3*length + P), with OVERLAP (rows + 2)*length + rows*P.
/// P: lanes. MAXL: most keys.
/// KEPT: where scores and powers are kept. OVERLAP: the steps of three rows in one loop.
template <int P, int MAXL, Storage KEPT = Storage::automatic, bool OVERLAP = false>
void softmax_decode(hls::stream<Vec<float, P>>& in, hls::stream<Vec<float, P>>& out, int rows, int length) {
#pragma HLS inline
  if constexpr (OVERLAP) softmax_rows<P, MAXL, KEPT>(in, out, rows, length);
  else softmax_lanes<P, MAXL, KEPT>(in, out, rows, length);
}

/// Takes in a vector of scores: it goes to its place in the row and raises the maxima, which are order keys.
/// N: lanes. MAXL: most values in a row.
template <int N, int MAXL>
inline void take_scores(const Vec<float, N>& x, float (&scores)[MAXL][N], int (&highest)[N], int at) {
#pragma HLS inline
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    scores[at][i] = x[i];
    const int key = order_key(x[i]);
    highest[i] = key > highest[i] ? key : highest[i];
  }
}

/// The powers of the scores at a place of a row, of which the maxima are known.
/// N: lanes. MAXL: most values in a row.
template <int N, int MAXL>
inline Vec<float, N> powers_of(const float (&scores)[MAXL][N], const float (&maximum)[N], int at) {
#pragma HLS inline
  Vec<float, N> y;
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    y[i] = exponential(scores[at][i] - maximum[i]);
  }
  return y;
}

/// Softmax without its division, both stages, for attention whose result is normalised (normalise.hpp): e = exp(x - m),
/// of which the largest of a row is 1. N independent lanes, `rows` rows of `length` values each, MAXL >= length. With
/// OVERLAP a row leaves while the next arrives, in one loop whose iterations do not depend on one another, as those of
/// softmax_rows; the maxima between two rows keep the loops from being flattened.
/// Cycles: rows*2*length, with OVERLAP (rows + 1)*length.
/// N: lanes. MAXL: most values in a row. rows: at least 1.
/// KEPT: where scores are kept. OVERLAP: the steps of two rows in one loop.
template <int N, int MAXL, Storage KEPT = Storage::automatic, bool OVERLAP = false>
void softmax_powers(hls::stream<Vec<float, N>>& in, hls::stream<Vec<float, N>>& out, int rows, int length) {
#pragma HLS inline
  FLEXLLM_REQUIRE(rows >= 1, "softmax_powers: no rows; call it with at least one");
  FLEXLLM_REQUIRE(length <= MAXL, "softmax_powers: length exceeds MAXL; raise MAXL");
  FLEXLLM_BUFFER float scores[MAXL][N];
#pragma HLS array_reshape variable=scores dim=2 complete
  keep_in<KEPT>(scores);
  int highest[N];    // of the row that arrives, as order keys
  float maximum[N];  // of the row that leaves
#pragma HLS array_partition variable=highest dim=1 complete
#pragma HLS array_partition variable=maximum dim=1 complete
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    highest[i] = KEY_BELOW;
    maximum[i] = 0.0f;
  }
  for (int row = 0; row < (OVERLAP ? rows + 1 : rows); ++row) {
    if constexpr (OVERLAP) {
      for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        if (row >= 1) out.write(powers_of<N, MAXL>(scores, maximum, c));
        if (row < rows) take_scores<N, MAXL>(in.read(), scores, highest, c);
      }
    } else {
      for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        take_scores<N, MAXL>(in.read(), scores, highest, c);
      }
    }
    for (int i = 0; i < N; ++i) {
#pragma HLS unroll
      maximum[i] = key_value(highest[i]);
      highest[i] = KEY_BELOW;
    }
    if constexpr (!OVERLAP) {
      for (int c = 0; c < length; ++c) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        out.write(powers_of<N, MAXL>(scores, maximum, c));
      }
    }
  }
}

}  // namespace flexllm
