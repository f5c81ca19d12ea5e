// The systolic array of the prefill matrix engines: TP rows (tokens) x WP columns (outputs), output stationary.
#pragma once
#include "mac.hpp"

namespace flexllm {

/// The WP weights of one cycle from PORTS memory streams: port p element j is column p*WP/PORTS + j.
template <typename TW, int WP, typename W, int PORTS>
inline void read_columns(hls::stream<W> (&weights)[PORTS], TW (&column)[WP]) {
  constexpr int per_port = WP / PORTS;
  for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
    const W word = weights[p].read();
    for (int j = 0; j < per_port; ++j) {
#pragma HLS unroll
      column[p * per_port + j] = word_get<TW, per_port>(word, j);
    }
  }
}

/// The WP weights of one cycle from an on-chip stream.
template <typename TW, int WP> inline void read_columns(hls::stream<Vec<TW, WP>>& weights, TW (&column)[WP]) {
  const Vec<TW, WP> vector = weights.read();
  for (int j = 0; j < WP; ++j) {
#pragma HLS unroll
    column[j] = vector[j];
  }
}

/// For each of `rows` rows: out[j] = sum over k of in[k] * w[k][j] for TP tokens and n outputs.
/// Activations (k vectors) are buffered first; then per tile of WP outputs k weight vectors enter. Activations and
/// weights enter skewed and move one register per cycle: activations along the columns (a hop passes a pair of
/// columns, which shares its activation and, for integers, a packed multiplier), weights along the rows. When the
/// last product of a pair is added, its two sums enter the drain chain of their row, which yields one column per
/// cycle; the skew of the rows is taken back and one vector per cycle leaves. Columns beyond n are cropped.
/// IN_LOGIC: integer multipliers in LUTs instead of DSPs.
/// Cycles per row: k + (ceil(n/WP)-1)*max(k,WP) + k + WP + TP - 1; none if k or n is 0.
template <typename TA, typename TW, int TP, int WP, int MAXK, bool IN_LOGIC = false, typename Weights>
void systolic_array(hls::stream<Vec<TA, TP>>& in, Weights& weights, hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out,
                    int rows, int k, int n) {
  static_assert(TP >= 1 && WP >= 2 && WP % 2 == 0,
                "systolic_array: columns work in pairs; choose an even number of columns (at least 2)");
  static_assert(TP * WP <= 4096,
                "systolic_array: more than 4096 cells cannot be unrolled; choose fewer rows or columns");
  FLEXLLM_REQUIRE(k <= MAXK, "systolic_array: k exceeds the activation buffer; raise its maximum");
  using M = Mac<TA, TW, MAXK, IN_LOGIC>;
  using Result = typename M::Result;
  constexpr int PAIRS = WP / 2;
  constexpr int DIAGONALS = TP + PAIRS - 1;
  if (k == 0 || n == 0) return;

  FLEXLLM_BUFFER TA buffer[MAXK][TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  typename M::Activation a[TP][PAIRS] = {};        // activation in each pair of cells
  typename M::Weight w0[TP][PAIRS] = {};           // weights in each pair of cells
  typename M::Weight w1[TP][PAIRS] = {};
  typename M::Sum sum0[TP][PAIRS] = {};            // sums of each pair of cells
  typename M::Sum sum1[TP][PAIRS] = {};
  typename M::Activation a_skew[TP][TP] = {};      // a_skew[d][i]: enters row i after i - d more cycles
  typename M::Weight w0_skew[PAIRS][PAIRS] = {};
  typename M::Weight w1_skew[PAIRS][PAIRS] = {};
  typename M::Sum chain[PAIRS + 2][TP] = {};       // drain chain of each row, next column to leave first
  Result late[TP][TP] = {};                        // takes back the skew of the rows
  Reg<2> first[DIAGONALS] = {};                    // the diagonal gets its first / last product of a tile
  Reg<2> last[DIAGONALS] = {};
#pragma HLS array_partition variable=a dim=0 complete
#pragma HLS array_partition variable=w0 dim=0 complete
#pragma HLS array_partition variable=w1 dim=0 complete
#pragma HLS array_partition variable=sum0 dim=0 complete
#pragma HLS array_partition variable=sum1 dim=0 complete
#pragma HLS array_partition variable=a_skew dim=0 complete
#pragma HLS array_partition variable=w0_skew dim=0 complete
#pragma HLS array_partition variable=w1_skew dim=0 complete
#pragma HLS array_partition variable=chain dim=0 complete
#pragma HLS array_partition variable=late dim=0 complete
#pragma HLS array_partition variable=first dim=1 complete
#pragma HLS array_partition variable=last dim=1 complete

  const int tiles = ceil_div(n, WP);
  const int period = k > WP ? k : WP;
  const int latency = k + TP - 1;  // cycles from the first weights to the first output
  const int cycles = (tiles - 1) * period + k + WP + TP - 1;

  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < k; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TA, TP> x = in.read();
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        buffer[c][i] = x[i];
      }
    }

    int at = 0, tile = 0;            // input side: position in the period, tile
    int out_at = 0, out_column = 0;  // output side: position in the period, columns written
    for (int c = 0; c < cycles; ++c) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      // Output side: one column leaves every row's chain.
      Vec<Result, TP> y;
      for (int d = TP - 1; d > 0; --d) {
#pragma HLS unroll
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          late[d][i] = late[d - 1][i];
        }
      }
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        late[0][i] = M::result(chain[0][i]);
      }
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        y[i] = late[TP - 1 - i][i];
      }
      if (c >= latency) {
        if (out_at < WP && out_column < n) {
          out.write(y);
          ++out_column;
        }
        out_at = out_at == period - 1 ? 0 : out_at + 1;
      }
      for (int p = 0; p <= PAIRS; ++p) {
#pragma HLS unroll
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          chain[p][i] = chain[p + 1][i];
        }
      }

      // Input side: activations and weights of this cycle enter their skew registers.
      for (int d = TP - 1; d > 0; --d) {
#pragma HLS unroll
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          a_skew[d][i] = a_skew[d - 1][i];
        }
      }
      for (int d = PAIRS - 1; d > 0; --d) {
#pragma HLS unroll
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          w0_skew[d][p] = w0_skew[d - 1][p];
          w1_skew[d][p] = w1_skew[d - 1][p];
        }
      }
      for (int d = DIAGONALS - 1; d > 0; --d) {
#pragma HLS unroll
        first[d] = first[d - 1];
        last[d] = last[d - 1];
      }
      const bool feeding = tile < tiles && at < k;
      first[0] = feeding && at == 0;
      last[0] = feeding && at == k - 1;
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        a_skew[0][i] = feeding ? M::activation(buffer[at][i]) : typename M::Activation(0);
      }
      if (feeding) {
        TW column[WP];
#pragma HLS array_partition variable=column dim=1 complete
        read_columns<TW, WP>(weights, column);
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          M::weights(column[2 * p], column[2 * p + 1], w0_skew[0][p], w1_skew[0][p]);
        }
      } else {
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          w0_skew[0][p] = 0;
          w1_skew[0][p] = 0;
        }
      }
      if (at == period - 1) {
        at = 0;
        ++tile;
      } else {
        ++at;
      }

      // The cells: move and multiply-accumulate.
      for (int i = TP - 1; i > 0; --i) {
#pragma HLS unroll
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          w0[i][p] = w0[i - 1][p];
          w1[i][p] = w1[i - 1][p];
        }
      }
      for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
        w0[0][p] = w0_skew[p][p];
        w1[0][p] = w1_skew[p][p];
      }
      for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
        for (int p = PAIRS - 1; p > 0; --p) {
#pragma HLS unroll
          a[i][p] = a[i][p - 1];
        }
        a[i][0] = a_skew[i][i];
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          typename M::Product p0, p1;
          M::multiply(a[i][p], w0[i][p], w1[i][p], p0, p1);
          const bool start = first[i + p] != 0;
          sum0[i][p] = M::add(start ? typename M::Sum(0) : sum0[i][p], p0);
          sum1[i][p] = M::add(start ? typename M::Sum(0) : sum1[i][p], p1);
        }
      }
      for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          if (last[i + p] != 0) {
            chain[p][i] = sum0[i][p];
            chain[p + 1][i] = sum1[i][p];
          }
        }
      }
    }
  }
}

}  // namespace flexllm
