// Attention values p * v, both stages.
#pragma once
#include "systolic.hpp"

namespace flexllm {

/// Prefill: rows = blocks*heads; per row `length` vectors of TP probabilities and, from value_tiles,
/// ceil(HD/VP)*length vectors of VP channels; HD vectors leave. MAXL >= length.
/// TA, TV: elements of probabilities and values, float and float or ap_uint<8> and ap_int<8>. TP: tokens side by side,
/// at least 1. VP: channels side by side, even; TP*VP at most 4096. HD: channels of a head. MAXL: most keys.
/// Cycles: rows*(length + (ceil(HD/VP)-1)*max(length,VP) + length + VP + TP - 1), none if length is 0.
/// KEPT: where the probabilities are kept.
template <typename TA, typename TV, int TP, int VP, int HD, int MAXL, Storage KEPT = Storage::automatic>
void attention_values_prefill(hls::stream<Vec<TA, TP>>& probs, hls::stream<Vec<TV, VP>>& values,
                              hls::stream<Vec<AccFor<TA, TV, MAXL>, TP>>& out, int rows, int length) {
#pragma HLS inline
  static_assert(VP % 2 == 0, "attention_values_prefill: VP must be even; choose an even VP");
  systolic_array<TA, TV, TP, VP, MAXL, Multipliers::dsp, KEPT>(probs, values, out, rows, length, HD);
}

/// A sum of at most MAXL products that grows in the accumulator of a DSP.
/// TA, TV: elements of the factors, integers of at most 8 bits, the second ones signed. MAXL: most products.
template <typename TA, typename TV, int MAXL> struct RunningSum {
  static_assert(!Element<TA>::is_float && !Element<TV>::is_float,
                "attention_values_decode: only integers are added up in DSPs; set IN_DSPS to false");
  using Result = AccFor<TA, TV, MAXL>;
  using Factor = Reg<Element<TA>::bits + 1>;
  using Sum = Reg<Element<Result>::bits>;
  /// The sum after one more product; from 0 if `start`.
  static Sum next(bool start, const Sum& sum, const TA& a, const TV& v) {
#ifdef __SYNTHESIS__
    const Factor factor = native(a);
    const ap_int<Element<TA>::bits + Element<TV>::bits + 1> product = factor * ap_int<Element<TV>::bits>(v);
#pragma HLS bind_op variable=product op=mul impl=dsp
    return (start ? Sum(0) : sum) + product;
#else
    return Sum((start ? Sum(0) : sum) + native(a) * native(v));
#endif
  }
};

/// The body of attention_values_decode with IN_DSPS: a DSP for each sum, whose results leave channel by channel.
/// TA, TV, HP, HD, PORTS, MAXL and cycles: see attention_values_decode, with VP = HD.
template <typename TA, typename TV, int HP, int HD, int PORTS, int MAXL>
void attention_values_sums(hls::stream<Vec<TA, HP>>& probs, hls::stream<WordFor<TV, HD>> (&v)[PORTS],
                           hls::stream<Vec<AccFor<TA, TV, MAXL>, HP>>& out, int hpl, int length) {
#pragma HLS inline
  using S = RunningSum<TA, TV, MAXL>;
  typename S::Sum sum[HP][HD];
#pragma HLS array_partition variable=sum dim=0 complete
  for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
    for (int j = 0; j < HD; ++j) {
#pragma HLS unroll
      sum[i][j] = 0;
    }
  }
  for (int h = 0; h < hpl; ++h) {
    for (int key = 0; key < length; ++key) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<TA, HP> x = probs.read();
      for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
        const WordFor<TV, HD> word = v[p].read();
        for (int i = p * (HP / PORTS); i < (p + 1) * (HP / PORTS); ++i) {
#pragma HLS unroll
          for (int j = 0; j < HD; ++j) {
#pragma HLS unroll
            sum[i][j] = S::next(key == 0, sum[i][j], x[i], word_get<TV, HD>(word, j));
          }
        }
      }
    }
    for (int j = 0; j < HD; ++j) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      Vec<typename S::Result, HP> y;
      for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
        y[i] = typename S::Result(sum[i][j]);
      }
      out.write(y);
    }
  }
}

/// The body of attention_values_decode with sums in logic.
/// TA, TV, HP, VP, HD, PORTS, MAXL and cycles: see attention_values_decode.
template <typename TA, typename TV, int HP, int VP, int HD, int PORTS, int MAXL>
void attention_values_rotating(hls::stream<Vec<TA, HP>>& probs, hls::stream<WordFor<TV, VP>> (&v)[PORTS],
                               hls::stream<Vec<AccFor<TA, TV, MAXL>, HP>>& out, int hpl, int length) {
#pragma HLS inline
  using M = Mac<TA, TV, MAXL>;
  constexpr int WORDS = HD / VP;
  constexpr int PAIRS = HP * VP / 2;
  typename M::Sum sum0[WORDS][PAIRS];  // pair lane*VP/2 + channel/2
  typename M::Sum sum1[WORDS][PAIRS];
  typename M::Activation a[HP];
#pragma HLS array_partition variable=sum0 dim=0 complete
#pragma HLS array_partition variable=sum1 dim=0 complete
#pragma HLS array_partition variable=a dim=1 complete
  for (int w = 0; w < WORDS; ++w) {
#pragma HLS unroll
    for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
      sum0[w][p] = 0;
      sum1[w][p] = 0;
    }
  }
  for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
    a[i] = 0;
  }
  for (int h = 0; h < hpl; ++h) {
    for (int key = 0; key < length; ++key) {
      for (int w = 0; w < WORDS; ++w) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        if (w == 0) {
          const Vec<TA, HP> x = probs.read();
          for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
            a[i] = M::activation(x[i]);
          }
        }
        typename M::Weight w0[PORTS][VP / 2], w1[PORTS][VP / 2];
#pragma HLS array_partition variable=w0 dim=0 complete
#pragma HLS array_partition variable=w1 dim=0 complete
        for (int p = 0; p < PORTS; ++p) {
#pragma HLS unroll
          const WordFor<TV, VP> word = v[p].read();
          for (int j = 0; j < VP; j += 2) {
#pragma HLS unroll
            M::weights(word_get<TV, VP>(word, j), word_get<TV, VP>(word, j + 1), w0[p][j / 2], w1[p][j / 2]);
          }
        }
        typename M::Sum next0[PAIRS], next1[PAIRS];
#pragma HLS array_partition variable=next0 dim=1 complete
#pragma HLS array_partition variable=next1 dim=1 complete
        for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
          for (int j = 0; j < VP / 2; ++j) {
#pragma HLS unroll
            const int p = i * (VP / 2) + j;
            typename M::Product p0, p1;
            M::multiply(a[i], w0[i / (HP / PORTS)][j], w1[i / (HP / PORTS)][j], p0, p1);
            next0[p] = M::add(key == 0 ? typename M::Sum(0) : sum0[0][p], p0);
            next1[p] = M::add(key == 0 ? typename M::Sum(0) : sum1[0][p], p1);
          }
        }
        for (int u = 0; u + 1 < WORDS; ++u) {
#pragma HLS unroll
          for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
            sum0[u][p] = sum0[u + 1][p];
            sum1[u][p] = sum1[u + 1][p];
          }
        }
        for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
          sum0[WORDS - 1][p] = next0[p];
          sum1[WORDS - 1][p] = next1[p];
        }
      }
    }
    for (int w = 0; w < WORDS; ++w) {
      for (int j = 0; j < VP; ++j) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        Vec<typename M::Result, HP> y;
        for (int i = 0; i < HP; ++i) {
#pragma HLS unroll
          const int p = i * (VP / 2) + j / 2;
          y[i] = M::result(j % 2 == 0 ? sum0[0][p] : sum1[0][p]);
        }
        out.write(y);
        if (j == VP - 1) {
          for (int u = 0; u + 1 < WORDS; ++u) {
#pragma HLS unroll
            for (int p = 0; p < PAIRS; ++p) {
#pragma HLS unroll
              sum0[u][p] = sum0[u + 1][p];
              sum1[u][p] = sum1[u + 1][p];
            }
          }
        }
      }
    }
  }
}

/// Decode: HP lanes, hpl heads per lane. Per head, for each key one vector of probabilities and HD/VP words of VP
/// channels from every port (lanes share port lane/(HP/PORTS)); then HD vectors leave. The sums of a lane rotate, so
/// that every cycle adds to the front; neighbouring channels share a packed multiplier. MAXL >= length.
/// TA, TV: elements of probabilities and values, float and float or ap_uint<8> and ap_int<8>. HP: lanes. VP: channels
/// of a value per word, even and a divisor of HD, its word at most 64 bytes. HD: channels of a head. PORTS: memory
/// ports of the values, a divisor of HP. MAXL: most keys.
/// IN_DSPS: a DSP for each product, which adds up in its own accumulator; needs VP = HD, since such sums cannot rotate.
/// Cycles: hpl*(length*HD/VP + HD), none if length is 0.
template <typename TA, typename TV, int HP, int VP, int HD, int PORTS, int MAXL, bool IN_DSPS = false>
void attention_values_decode(hls::stream<Vec<TA, HP>>& probs, hls::stream<WordFor<TV, VP>> (&v)[PORTS],
                             hls::stream<Vec<AccFor<TA, TV, MAXL>, HP>>& out, int hpl, int length) {
#pragma HLS inline
  static_assert(HD % VP == 0,
                "attention_values_decode: VP must divide HD; choose VP from the divisors of the head size");
  static_assert(VP % 2 == 0, "attention_values_decode: VP must be even; choose an even VP");
  static_assert(HP % PORTS == 0,
                "attention_values_decode: PORTS must divide HP; choose PORTS from the divisors of the lanes HP");
  static_assert(!IN_DSPS || VP == HD,
                "attention_values_decode: sums in DSPs need all channels side by side; set VP to HD");
  FLEXLLM_REQUIRE(length <= MAXL, "attention_values_decode: length exceeds MAXL; raise MAXL");
  if (length == 0) return;
  if constexpr (IN_DSPS) {
    attention_values_sums<TA, TV, HP, HD, PORTS, MAXL>(probs, v, out, hpl, length);
  } else {
    attention_values_rotating<TA, TV, HP, VP, HD, PORTS, MAXL>(probs, v, out, hpl, length);
  }
}

}  // namespace flexllm
