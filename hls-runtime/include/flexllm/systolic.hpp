// The systolic array of the prefill matrix engines: TP rows (tokens) x WP columns (outputs), output stationary.
#pragma once
#include "mac.hpp"

namespace flexllm {

/// The WP weights of one cycle from PORTS memory streams: port p element j is column p*WP/PORTS + j.
/// TW: element of the weights. WP: columns. W: a memory word of WP/PORTS weights. PORTS: memory ports, a divisor of WP.
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
/// TW: element of the weights. WP: columns.
template <typename TW, int WP> inline void read_columns(hls::stream<Vec<TW, WP>>& weights, TW (&column)[WP]) {
  const Vec<TW, WP> vector = weights.read();
  for (int j = 0; j < WP; ++j) {
#pragma HLS unroll
    column[j] = vector[j];
  }
}

/// The even and the odd columns of one cycle, for C-simulation by whole words (see whole_words).
/// TW: element of the weights, an integer. WP: columns, even. W: a memory word of WP/PORTS weights. PORTS: memory
/// ports.
template <typename TW, int WP, typename W, int PORTS>
inline void read_halves(hls::stream<W> (&weights)[PORTS], signed char (&even)[WP / 2], signed char (&odd)[WP / 2]) {
  constexpr int per_port = WP / PORTS;
  if constexpr (per_port % 2 == 0) {
    for (int p = 0; p < PORTS; ++p) {
      signed char first[per_port / 2], second[per_port / 2];
      word_halves<TW, per_port>(weights[p].read(), first, second);
      for (int j = 0; j < per_port / 2; ++j) {
        even[p * (per_port / 2) + j] = first[j];
        odd[p * (per_port / 2) + j] = second[j];
      }
    }
  } else {
    TW column[WP];
    read_columns<TW, WP>(weights, column);
    for (int j = 0; j < WP / 2; ++j) {
      even[j] = static_cast<signed char>(native(column[2 * j]));
      odd[j] = static_cast<signed char>(native(column[2 * j + 1]));
    }
  }
}

/// The same from an on-chip stream.
/// TW: element of the weights, an integer. WP: columns, even.
template <typename TW, int WP>
inline void read_halves(hls::stream<Vec<TW, WP>>& weights, signed char (&even)[WP / 2], signed char (&odd)[WP / 2]) {
  const Vec<TW, WP> vector = weights.read();
  for (int j = 0; j < WP / 2; ++j) {
    even[j] = static_cast<signed char>(native(vector[2 * j]));
    odd[j] = static_cast<signed char>(native(vector[2 * j + 1]));
  }
}

/// Where the activations of a tile begin in the buffer. WP, SPLIT: see systolic_array.
template <int WP, int SPLIT> inline int systolic_set(int tile, int k) {
  return SPLIT == 0 || tile < SPLIT / WP ? 0 : k;
}

/// systolic_array for integers in C-simulation: reads and writes in the same cycles, but multiplies the weights of a
/// cycle at once, without skew. TA, TW, TP, WP, MAXK, MUL, KEPT, SPLIT and Weights: see systolic_array.
template <typename TA, typename TW, int TP, int WP, int MAXK, Multipliers MUL, Storage KEPT, int SPLIT,
          typename Weights>
void systolic_words(hls::stream<Vec<TA, TP>>& in, Weights& weights, hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out,
                    int rows, int k, int n) {
  using M = typename MacFor<TA, TW, MAXK, MUL>::type;
  constexpr int GROUPS = TP / M::ROWS;
  constexpr int PAIRS = WP / 2;
  // Tiles that are finished before the last column of a tile has left, and that tile.
  constexpr int KEPT_TILES = (GROUPS + WP - 1) / WP + 2;
  constexpr int SETS = SPLIT > 0 ? 2 : 1;
  FLEXLLM_BUFFER TA buffer[SETS * MAXK][TP];
  keep_in<KEPT>(buffer);
  typename M::Sum sum0[TP][PAIRS], sum1[TP][PAIRS];  // even and odd columns
  FLEXLLM_BUFFER typename M::Sum done[KEPT_TILES][WP][TP];
  keep_in<KEPT>(done);
  const int period = k > WP ? k : WP;
  const int tiles = ceil_div(n, WP);
  const int latency = k + GROUPS - 1;
  const int cycles = (tiles - 1) * period + k + WP + GROUPS - 1;
  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < SETS * k; ++c) {
      FLEXLLM_CYCLE(1);
      const Vec<TA, TP> x = in.read();
      for (int i = 0; i < TP; ++i) buffer[c][i] = x[i];
    }
    int at = 0, tile = 0, out_at = 0, out_tile = 0, out_column = 0;
    for (int c = 0; c < cycles; ++c) {
      FLEXLLM_CYCLE(1);
      if (c >= latency) {
        if (out_at < WP && out_column < n) {
          Vec<typename M::Result, TP> y;
          for (int i = 0; i < TP; ++i) y[i] = M::result(done[out_tile % KEPT_TILES][out_at][i]);
          out.write(y);
          ++out_column;
        }
        ++out_at;
        if (out_at == period) {
          out_at = 0;
          ++out_tile;
        }
      }
      if (tile < tiles && at < k) {
        signed char even[PAIRS], odd[PAIRS];
        read_halves<TW, WP>(weights, even, odd);
        if (at == 0) {
          clear(sum0);
          clear(sum1);
        }
        for (int i = 0; i < TP; ++i) {
          const int a = native(buffer[systolic_set<WP, SPLIT>(tile, k) + at][i]);
          for (int p = 0; p < PAIRS; ++p) sum0[i][p] += a * even[p];
          for (int p = 0; p < PAIRS; ++p) sum1[i][p] += a * odd[p];
        }
        if (at == k - 1) {
          for (int i = 0; i < TP; ++i) {
            for (int p = 0; p < PAIRS; ++p) {
              done[tile % KEPT_TILES][2 * p][i] = sum0[i][p];
              done[tile % KEPT_TILES][2 * p + 1][i] = sum1[i][p];
            }
          }
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
}

/// The cells of systolic_array, cycle by cycle. TA, TW, TP, WP, MAXK, MUL, KEPT, SPLIT and Weights: see there.
template <typename TA, typename TW, int TP, int WP, int MAXK, Multipliers MUL, Storage KEPT, int SPLIT,
          typename Weights>
void systolic_cells(hls::stream<Vec<TA, TP>>& in, Weights& weights, hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out,
                    int rows, int k, int n) {
#pragma HLS inline
  using M = typename MacFor<TA, TW, MAXK, MUL>::type;
  using Result = typename M::Result;
  constexpr int ROWS = M::ROWS;
  constexpr int GROUPS = TP / ROWS;
  constexpr int PAIRS = WP / 2;
  constexpr int DIAGONALS = GROUPS + PAIRS - 1;

  constexpr int SETS = SPLIT > 0 ? 2 : 1;
  FLEXLLM_BUFFER TA buffer[SETS * MAXK][TP];
#pragma HLS array_reshape variable=buffer dim=2 complete
  keep_in<KEPT>(buffer);
  typename M::Activation a[GROUPS][PAIRS];      // activations in each pair of columns of a group
  typename M::Weight w0[GROUPS][PAIRS];         // weights there
  typename M::Weight w1[GROUPS][PAIRS];
  typename M::Sum sum0[TP][PAIRS];              // sums of each pair of cells
  typename M::Sum sum1[TP][PAIRS];
  typename M::Activation a_skew[GROUPS][GROUPS];  // a_skew[d][g]: enters group g after g - d more cycles
  typename M::Weight w0_skew[PAIRS][PAIRS];
  typename M::Weight w1_skew[PAIRS][PAIRS];
  typename M::Sum chain[PAIRS + 2][TP];         // drain chain of each row, next column to leave first
  Result late[GROUPS][TP];                      // takes back the skew of the groups
  Reg<2> first[DIAGONALS];                      // the diagonal gets its first / last product of a tile
  Reg<2> last[DIAGONALS];
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
  clear(a);
  clear(w0);
  clear(w1);
  clear(sum0);
  clear(sum1);
  clear(a_skew);
  clear(w0_skew);
  clear(w1_skew);
  clear(chain);
  clear(late);
  clear(first);
  clear(last);

  const int tiles = ceil_div(n, WP);
  const int period = k > WP ? k : WP;
  const int latency = k + GROUPS - 1;  // cycles from the first weights to the first output
  const int cycles = (tiles - 1) * period + k + WP + GROUPS - 1;

  for (int row = 0; row < rows; ++row) {
    for (int c = 0; c < SETS * k; ++c) {
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
      for (int d = GROUPS - 1; d > 0; --d) {
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
        y[i] = late[GROUPS - 1 - i / ROWS][i];
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
      for (int d = GROUPS - 1; d > 0; --d) {
#pragma HLS unroll
        for (int g = 0; g < GROUPS; ++g) {
#pragma HLS unroll
          a_skew[d][g] = a_skew[d - 1][g];
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
      const int step = systolic_set<WP, SPLIT>(tile, k) + at;
      first[0] = feeding && at == 0;
      last[0] = feeding && at == k - 1;
      for (int g = 0; g < GROUPS; ++g) {
#pragma HLS unroll
        typename M::Activation entering = 0;
        if constexpr (ROWS == 2) {
          if (feeding) entering = M::activation(buffer[step][2 * g], buffer[step][2 * g + 1]);
        } else {
          if (feeding) entering = M::activation(buffer[step][g]);
        }
        a_skew[0][g] = entering;
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
      for (int g = GROUPS - 1; g > 0; --g) {
#pragma HLS unroll
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          w0[g][p] = w0[g - 1][p];
          w1[g][p] = w1[g - 1][p];
        }
      }
      for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
        w0[0][p] = w0_skew[p][p];
        w1[0][p] = w1_skew[p][p];
      }
      for (int g = 0; g < GROUPS; ++g) {
#pragma HLS unroll
        for (int p = PAIRS - 1; p > 0; --p) {
#pragma HLS unroll
          a[g][p] = a[g][p - 1];
        }
        a[g][0] = a_skew[g][g];
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          typename M::Product p0[ROWS], p1[ROWS];
#pragma HLS array_partition variable=p0 dim=1 complete
#pragma HLS array_partition variable=p1 dim=1 complete
          if constexpr (ROWS == 2) {
            M::multiply(a[g][p], w0[g][p], w1[g][p], p0[0], p1[0], p0[1], p1[1]);
          } else {
            M::multiply(a[g][p], w0[g][p], w1[g][p], p0[0], p1[0]);
          }
          const bool start = first[g + p] != 0;
          for (int r = 0; r < ROWS; ++r) {
#pragma HLS unroll
            const int i = g * ROWS + r;
            sum0[i][p] = M::add(start ? typename M::Sum(0) : sum0[i][p], p0[r]);
            sum1[i][p] = M::add(start ? typename M::Sum(0) : sum1[i][p], p1[r]);
          }
        }
      }
      for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
        for (int i = 0; i < TP; ++i) {
#pragma HLS unroll
          if (last[i / ROWS + p] != 0) {
            chain[p][i] = sum0[i][p];
            chain[p + 1][i] = sum1[i][p];
          }
        }
      }
    }
  }
}

/// For each of `rows` rows: out[j] = sum over k of in[k] * w[k][j] for TP tokens and n outputs.
/// Activations (k vectors) are buffered first; then per tile of WP outputs k weight vectors enter. Activations and
/// weights enter skewed and move one register per cycle: activations along the columns (a hop passes a pair of
/// columns, which shares its activation and, for integers, a packed multiplier), weights along the rows. When the
/// last product of a pair is added, its two sums enter the drain chain of their row, which yields one column per
/// cycle; the skew of the rows is taken back and one vector per cycle leaves. Columns beyond n are cropped.
/// MUL: what multiplies integers. With Multipliers::dsp4 two rows move as one (a group): they share their weights in
/// the same cycle, and a pair of columns of a group its multiplier.
/// TA, TW: elements of activations and weights, both float, or integers of at most 8 bits. TP: rows (tokens), at least
/// 1, even for dsp4. WP: columns, even; TP*WP at most 4096. MAXK: most activations of a row. Weights: a stream of
/// Vec<TW, WP>, or an array of streams of memory words.
/// SPLIT: with more than 0, a row has two sets of k activations, one behind the other: the first for its first SPLIT
/// outputs, a multiple of WP, the second for those behind.
/// Cycles per row: k + (ceil(n/WP)-1)*max(k,WP) + k + WP + GROUPS - 1, GROUPS = TP (dsp4: TP/2), with SPLIT k more;
/// none if k or n is 0. KEPT: where the activations are kept.
template <typename TA, typename TW, int TP, int WP, int MAXK, Multipliers MUL = Multipliers::dsp,
          Storage KEPT = Storage::automatic, int SPLIT = 0, typename Weights>
void systolic_array(hls::stream<Vec<TA, TP>>& in, Weights& weights, hls::stream<Vec<AccFor<TA, TW, MAXK>, TP>>& out,
                    int rows, int k, int n) {
#pragma HLS inline
  static_assert(TP >= 1 && WP >= 2 && WP % 2 == 0,
                "systolic_array: columns work in pairs; choose an even number of columns (at least 2)");
  static_assert(TP * WP <= 4096,
                "systolic_array: more than 4096 cells cannot be unrolled; choose fewer rows or columns");
  FLEXLLM_REQUIRE(k <= MAXK, "systolic_array: k exceeds the activation buffer; raise its maximum");
  using M = typename MacFor<TA, TW, MAXK, MUL>::type;
  static_assert(TP % M::ROWS == 0,
                "systolic_array: four products per DSP take pairs; choose an even number of rows or Multipliers::dsp");
  static_assert(SPLIT % WP == 0,
                "systolic_array: a tile has one set of activations; choose WP from the divisors of SPLIT");
  if (k == 0 || n == 0) return;
  if constexpr (whole_words && !Element<TA>::is_float) {
    systolic_words<TA, TW, TP, WP, MAXK, MUL, KEPT, SPLIT>(in, weights, out, rows, k, n);
  } else {
    systolic_cells<TA, TW, TP, WP, MAXK, MUL, KEPT, SPLIT>(in, weights, out, rows, k, n);
  }
}

}  // namespace flexllm
