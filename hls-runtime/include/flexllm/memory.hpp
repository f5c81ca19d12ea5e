// Processes that move words between memory and streams.
#pragma once
#include "types.hpp"

namespace flexllm {

/// Reads words: for outer, for blocks, for inner, for count: mem[offset + block*stride + i].
/// All arguments count words. Addresses are sums, and as wide as the arguments of the process that this is part of.
/// Cycles: outer*blocks*inner*count.
/// W: a memory word, a power of two of bytes.
template <typename W>
void read_words(const W* mem, hls::stream<W>& out, int offset, int count, int inner, int blocks, int stride,
                int outer) {
#pragma HLS inline
  for (int o = 0; o < outer; ++o) {
    int base = offset;
    for (int b = 0; b < blocks; ++b) {
      for (int r = 0; r < inner; ++r) {
        for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
          FLEXLLM_CYCLE(1);
          out.write(mem[base + i]);
        }
      }
      base += stride;
    }
  }
}

/// Reads the words of this pass, then the first ones of the next pass: mem[offset + i] for `count`, mem[next + i] for
/// `ahead`. What it reads ahead waits in the stream.
/// Cycles: count + ahead.
/// W: a memory word, a power of two of bytes.
template <typename W>
void read_ahead(const W* mem, hls::stream<W>& out, int offset, int count, int next, int ahead) {
#pragma HLS inline
  for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    out.write(mem[offset + i]);
  }
  for (int i = 0; i < ahead; ++i) {
#pragma HLS pipeline II=1
    FLEXLLM_CYCLE(1);
    out.write(mem[next + i]);
  }
}

/// Reads rows of a cache that holds the first SINKS rows and a ring of those behind: for outer, for blocks, for inner
/// the first min(length, SINKS) rows and then length - SINKS rows of the ring, from `oldest` on.
/// offset and stride count words, oldest and length rows. Cycles: outer*blocks*inner*length*ROW.
/// W: a memory word, a power of two of bytes. ROW: words of a row. SINKS, RING: rows, at least 1 each.
template <typename W, int ROW, int SINKS, int RING>
void read_window(const W* mem, hls::stream<W>& out, int offset, int oldest, int length, int inner, int blocks,
                 int stride, int outer) {
#pragma HLS inline
  static_assert(SINKS >= 1 && RING >= 1, "read_window: a cache has sinks and a ring; raise SINKS and RING to 1");
  const int sinks = length < SINKS ? length : SINKS;
  const int behind = length - sinks;
  const int room = SINKS + RING - oldest;
  const int before = behind < room ? behind : room;
  for (int o = 0; o < outer; ++o) {
    int base = offset;
    for (int b = 0; b < blocks; ++b) {
      for (int r = 0; r < inner; ++r) {
        for (int part = 0; part < 3; ++part) {
          const int row = part == 0 ? 0 : part == 1 ? oldest : SINKS;
          const int rows = part == 0 ? sinks : part == 1 ? before : behind - before;
          const int from = base + row * ROW, count = rows * ROW;
          for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
            FLEXLLM_CYCLE(1);
            out.write(mem[from + i]);
          }
        }
      }
      base += stride;
    }
  }
}

/// Writes runs of RUN rows to such a cache: for outer, for blocks, the rows from `row` on, which follow those of the
/// run before and begin the ring anew behind its end. offset and stride count words. Cycles: outer*blocks*RUN*ROW.
/// W: a memory word, a power of two of bytes. ROW: words of a row. RUN: rows, a divisor of SINKS and RING.
template <typename W, int ROW, int RUN, int SINKS, int RING>
void write_window(W* mem, hls::stream<W>& in, int offset, int row, int blocks, int stride, int outer) {
#pragma HLS inline
  static_assert(SINKS % RUN == 0 && RING % RUN == 0,
                "write_window: a run must not be parted; choose SINKS and RING from the multiples of RUN");
  int at = row;
  for (int o = 0; o < outer; ++o) {
    int base = offset + at * ROW;
    for (int b = 0; b < blocks; ++b) {
      for (int i = 0; i < RUN * ROW; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        mem[base + i] = in.read();
      }
      base += stride;
    }
    at = at + RUN == SINKS + RING ? SINKS : at + RUN;
  }
}

/// Writes words: for outer, for blocks, for count: mem[offset + o*outer_stride + b*block_stride + i].
/// All arguments count words. Cycles: outer*blocks*count.
/// W: a memory word, a power of two of bytes.
template <typename W>
void write_words(W* mem, hls::stream<W>& in, int offset, int count, int blocks, int block_stride, int outer,
                 int outer_stride) {
#pragma HLS inline
  int first = offset;
  for (int o = 0; o < outer; ++o) {
    int base = first;
    for (int b = 0; b < blocks; ++b) {
      for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        mem[base + i] = in.read();
      }
      base += block_stride;
    }
    first += outer_stride;
  }
}

/// Reads rows of a table: `rows` ids are taken, each yields the WORDS words of its row.
/// W: a memory word, a power of two of bytes. WORDS: words of a row.
/// Cycles: rows*WORDS.
template <typename W, int WORDS>
void read_rows(const W* mem, hls::stream<Vec<int, 1>>& ids, hls::stream<W>& out, int rows) {
#pragma HLS inline
  for (int r = 0; r < rows; ++r) {
    const int base = ids.read()[0] * WORDS;
    for (int i = 0; i < WORDS; ++i) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      out.write(mem[base + i]);
    }
  }
}

/// What read_rows does, where the row of id `other` lies in another memory, at word `at`.
/// W: a memory word, a power of two of bytes. WORDS: words of a row.
/// Cycles: rows*WORDS.
template <typename W, int WORDS>
void read_rows_or(const W* mem, const W* memory, hls::stream<Vec<int, 1>>& ids, hls::stream<W>& out, int rows,
                  int other, int at) {
#pragma HLS inline
  for (int r = 0; r < rows; ++r) {
    const int id = ids.read()[0];
    if (id == other) {
      for (int i = 0; i < WORDS; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        out.write(memory[at + i]);
      }
    } else {
      const int base = id * WORDS;
      for (int i = 0; i < WORDS; ++i) {
#pragma HLS pipeline II=1
        FLEXLLM_CYCLE(1);
        out.write(mem[base + i]);
      }
    }
  }
}

/// Fills a table of constants that a kernel keeps on chip, from `first` on: ROWS rows of R floats, four floats a cycle.
/// Part of no process; what it takes is added by the estimator.
/// R: floats of a row, a power of two from 4 to 16. ROWS: rows of the table.
template <int R, int ROWS>
inline void load_table(const Vec<float, 4>* constants, int first, Vec<float, R> (&table)[ROWS]) {
#pragma HLS inline
  static_assert(R % 4 == 0 && is_power_of_two(R), "load_table: rows have 4, 8 or 16 floats; choose such an R");
  Vec<float, R> row;
  int at = 0, part = 0;
  for (int i = 0; i < ROWS * (R / 4); ++i) {
#pragma HLS pipeline II=1
    const Vec<float, 4> word = constants[first + i];
    for (int p = 0; p < R / 4; ++p) {
#pragma HLS unroll
      for (int j = 0; j < 4; ++j) {
#pragma HLS unroll
        if (part == p) row[4 * p + j] = word[j];
      }
    }
    if (part == R / 4 - 1) {
      table[at] = row;
      ++at;
      part = 0;
    } else {
      ++part;
    }
  }
}

/// Reads words of L floats from a table of constants as read_words reads them from memory.
/// Cycles: outer*blocks*inner*count.
/// L: floats of a word, a power of two. R: floats of a row, a multiple of L. ROWS: rows of the table.
template <int L, int R, int ROWS>
void read_table(const Vec<float, R> (&table)[ROWS], hls::stream<Vec<float, L>>& out, int offset, int count, int inner,
                int blocks, int stride, int outer) {
#pragma HLS inline
  static_assert(R % L == 0 && is_power_of_two(R),
                "read_table: words must not cross rows; choose L from the divisors of R");
  constexpr int PARTS = R / L;
  for (int o = 0; o < outer; ++o) {
    int base = offset;
    for (int b = 0; b < blocks; ++b) {
      for (int r = 0; r < inner; ++r) {
        for (int i = 0; i < count; ++i) {
#pragma HLS pipeline II=1
          FLEXLLM_CYCLE(1);
          const Vec<float, R> row = table[(base + i) / PARTS];
          Vec<float, L> word;
          for (int j = 0; j < L; ++j) {
#pragma HLS unroll
            word[j] = row[j];
            for (int p = 1; p < PARTS; ++p) {
#pragma HLS unroll
              if ((base + i) % PARTS == p) word[j] = row[p * L + j];
            }
          }
          out.write(word);
        }
      }
      base += stride;
    }
  }
}

/// Turns vectors of N elements into words of L memory elements (float, one byte or int), zero padded:
/// ceil(N/L) words per vector. Cycles: count*ceil(N/L).
/// T: element, float or an integer of at most 32 bits. N: lanes. L: memory elements per word, a power of two.
template <typename T, int N, int L>
void pack_vectors(hls::stream<Vec<T, N>>& in, hls::stream<Vec<MemoryOf<T>, L>>& out, int count) {
#pragma HLS inline
  static_assert(N >= 1 && L >= 1, "pack_vectors: N and L must be positive; raise them");
  constexpr int words = ceil_div(N, L);
  Vec<T, N> vector;
  for (int c = 0; c < count; ++c) {
    for (int w = 0; w < words; ++w) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      if (w == 0) vector = in.read();
      Vec<MemoryOf<T>, L> word;
      for (int j = 0; j < L; ++j) {
#pragma HLS unroll
        const int lane = w * L + j;
        if (lane < N) word[j] = MemoryOf<T>(native(vector[lane < N ? lane : 0]));
        else word[j] = 0;
      }
      out.write(word);
    }
  }
}

/// The inverse of pack_vectors. Cycles: count*ceil(N/L).
/// T: element, float or an integer of at most 32 bits. N: lanes. L: memory elements per word, a power of two.
template <typename T, int N, int L>
void unpack_vectors(hls::stream<Vec<MemoryOf<T>, L>>& in, hls::stream<Vec<T, N>>& out, int count) {
#pragma HLS inline
  static_assert(N >= 1 && L >= 1, "unpack_vectors: N and L must be positive; raise them");
  constexpr int words = ceil_div(N, L);
  Vec<T, N> vector;
  for (int c = 0; c < count; ++c) {
    for (int w = 0; w < words; ++w) {
#pragma HLS pipeline II=1
      FLEXLLM_CYCLE(1);
      const Vec<MemoryOf<T>, L> word = in.read();
      for (int j = 0; j < L; ++j) {
#pragma HLS unroll
        const int lane = w * L + j;
        if (lane < N) vector[lane < N ? lane : 0] = T(word[j]);
      }
      if (w == words - 1) out.write(vector);
    }
  }
}

}  // namespace flexllm
