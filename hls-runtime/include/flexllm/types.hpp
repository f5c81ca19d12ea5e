// Element types, vectors, memory words and the accumulator types shared by all modules.
#pragma once
#include <ap_int.h>
#include <hls_stream.h>
#include <hls_vector.h>

#include "cycles.hpp"

/// Storage class of a large on-chip buffer: a plain local array when synthesised; in C-simulation it is kept
/// off the stack. Never read before it was written in the same call.
#ifdef __SYNTHESIS__
#define FLEXLLM_BUFFER
#else
#define FLEXLLM_BUFFER static
#endif

namespace flexllm {

/// Number of lanes N of a vector, checked: `value` is N.
template <int N> struct LaneCount {
  static_assert(N >= 1 && N <= 4096, "Vec: a vector has 1 to 4096 lanes, more cannot be unrolled; change the lanes");
  static constexpr int value = N < 1 ? 1 : N;
};

/// N lanes of T that travel in one cycle.
template <typename T, int N> using Vec = hls::vector<T, LaneCount<N>::value>;

/// A memory word of BYTES bytes.
template <int BYTES> using Word = Vec<ap_uint<8>, BYTES>;

/// Elements, of N, that each of PORTS memory ports brings in a cycle: `value`.
template <int N, int PORTS> struct PerPort {
  static_assert(PORTS >= 1, "PerPort: there must be at least one memory port; choose 1 or more PORTS");
  static constexpr int value = PORTS >= 1 ? N / (PORTS >= 1 ? PORTS : 1) : N;
};

/// Order of a token's channels on P lanes: blocked = lane*S + step, interleaved = step*P + lane.
enum class Order { blocked, interleaved };

constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }
constexpr int larger_of(int a, int b) { return a > b ? a : b; }
constexpr bool is_power_of_two(int n) { return n > 0 && (n & (n - 1)) == 0; }

/// The smallest l with 2^l >= n.
constexpr int ceil_log2(int n) {
  int l = 0;
  while (l < 31 && (1LL << l) < n) ++l;
  return l;
}

/// The smallest power of two >= n.
constexpr int power_of_two_above(int n) { return 1 << ceil_log2(n); }

/// Where an on-chip array is kept. automatic: the tool chooses, as for a single word per bank.
enum class Storage { automatic, lutram, bram, uram };

/// Binds an array, or each of its banks, to a kind of memory.
/// S: the kind. TWO_PORTS: banks read or write at two addresses per cycle. A: the array.
template <Storage S, bool TWO_PORTS = false, typename A> inline void keep_in(A& array) {
#pragma HLS inline
  static_assert(!TWO_PORTS || S != Storage::lutram,
                "keep_in: memory in LUTs has one port to write; choose Storage::bram or Storage::uram");
  if constexpr (TWO_PORTS && S == Storage::bram) {
#pragma HLS bind_storage variable=array type=ram_t2p impl=bram
  } else if constexpr (TWO_PORTS && S == Storage::uram) {
#pragma HLS bind_storage variable=array type=ram_t2p impl=uram
  } else if constexpr (S == Storage::lutram) {
#pragma HLS bind_storage variable=array type=ram_2p impl=lutram
  } else if constexpr (S == Storage::bram) {
#pragma HLS bind_storage variable=array type=ram_2p impl=bram
  } else if constexpr (S == Storage::uram) {
#pragma HLS bind_storage variable=array type=ram_2p impl=uram
  }
  static_cast<void>(array);
}

/// Sets all elements of an array of registers to zero. ap_int has no value after its construction, so registers that
/// are read before they are written are reset by this.
/// T: element. N: elements.
template <typename T, int N> inline void clear(T (&array)[N]) {
#pragma HLS inline
  for (int i = 0; i < N; ++i) {
#pragma HLS unroll
    array[i] = 0;
  }
}
/// T: element. M, N: rows, and elements of a row.
template <typename T, int M, int N> inline void clear(T (&array)[M][N]) {
#pragma HLS inline
  for (int i = 0; i < M; ++i) {
#pragma HLS unroll
    clear(array[i]);
  }
}

/// Channel carried by `lane` at `step` of a token sent over P lanes in `steps` steps.
/// ORDER: order of the channels. P: lanes.
template <Order ORDER, int P> inline int channel_at(int lane, int step, int steps) {
  return ORDER == Order::blocked ? lane * steps + step : step * P + lane;
}

/// A built-in integer of 32 bits, or of 64 if WIDE.
template <bool WIDE> struct NativeInteger { using type = int; };
template <> struct NativeInteger<true> { using type = long long; };

/// Registers and numbers that count or address something, from 0: exactly as wide as they have to be when synthesised,
/// built-in integers in C-simulation. FLEXLLM_EXACT_WIDTHS makes them as wide there, to show that nothing is cut off.
#if defined(__SYNTHESIS__) || defined(FLEXLLM_EXACT_WIDTHS)
/// A register of BITS signed bits. BITS: 1 to 64.
template <int BITS> using Reg = ap_int<BITS>;
/// A count or an address below 2^BITS. BITS: 1 to 31.
template <int BITS> using Index = ap_uint<BITS>;
#else
/// A register of BITS signed bits. BITS: 1 to 64.
template <int BITS> using Reg = typename NativeInteger<(BITS > 32)>::type;
/// A count or an address below 2^BITS. BITS: 1 to 31.
template <int BITS> using Index = typename NativeInteger<(BITS > 31)>::type;
#endif

/// What the modules need to know about an element type.
/// T: float, int, ap_int or ap_uint.
template <typename T> struct Element;
template <> struct Element<float> {
  static constexpr bool is_float = true, is_signed = true;
  static constexpr int bits = 32;
  using Native = float;
};
template <> struct Element<int> {
  static constexpr bool is_float = false, is_signed = true;
  static constexpr int bits = 32;
  using Native = int;
};
template <int N> struct Element<ap_int<N>> {
  static constexpr bool is_float = false, is_signed = true;
  static constexpr int bits = N;
  static constexpr int lowest = N <= 31 ? -(1 << (N <= 31 ? N - 1 : 0)) : 0;
  static constexpr int highest = N <= 31 ? (1 << (N <= 31 ? N - 1 : 0)) - 1 : 0;
  using Native = typename NativeInteger<(N > 32)>::type;
};
template <int N> struct Element<ap_uint<N>> {
  static constexpr bool is_float = false, is_signed = false;
  static constexpr int bits = N;
  static constexpr int lowest = 0;
  static constexpr int highest = N <= 30 ? (1 << (N <= 30 ? N : 0)) - 1 : 0;
  using Native = typename NativeInteger<(N > 31)>::type;
};

/// The value as a built-in number.
/// T: an element.
template <typename T> inline typename Element<T>::Native native(const T& x) {
  return static_cast<typename Element<T>::Native>(x);
}

/// Whether an element of weights is ternary.
/// T: an element.
template <typename T> constexpr bool is_ternary = Element<T>::bits == 2 && Element<T>::is_signed;

/// The memory word of N elements of T: float, or an integer of 4, 6 or 8 bits; or in 2 bits a ternary ap_int<2>: -1, 0
/// or 1, or an odd ap_int<3>: -3, -1, 1 or 3. Words of 6-bit integers have 3 bytes for every 4 of a power of two of
/// elements: memory holds them without gaps, and six_bits.hpp finds them in the words of a port.
template <typename T, int N> struct WordOf {
  static constexpr bool is_odd = Element<T>::bits == 3 && Element<T>::is_signed;
  static constexpr bool is_six = Element<T>::bits == 6;
  static constexpr int bits = is_odd ? 2 : Element<T>::bits;
  static_assert(is_odd || is_ternary<T> || bits == 4 || bits == 6 || bits == 8,
                "WordFor: integers in memory have 4, 6 or 8 bits; use ap_int<4>, ap_int<6>, ap_int<8> or ap_uint<8>");
  /// Bytes of a word of a memory port.
  static constexpr int port_bytes = is_six ? larger_of(4, N > 64 ? 64 : power_of_two_above(N))
                                           : power_of_two_above(ceil_div(N * bits, 8));
  static constexpr int bytes = is_six ? 3 * larger_of(4, power_of_two_above(N)) / 4 : port_bytes;
  static_assert(N >= 1 && bytes <= (is_six ? 96 : 64),
                "WordFor: the elements do not fit a memory word of 64 bytes; use more ports or fewer lanes");
  using type = Word<bytes>;
};
template <int N> struct WordOf<float, N> {
  static_assert(N >= 1 && N <= 16,
                "WordFor: the elements do not fit a memory word of 64 bytes; use more ports or fewer lanes");
  using type = Vec<float, power_of_two_above(N)>;
};

/// The memory word that holds N elements of T, rounded up to a power of two, at most 64 bytes; 6 bits: see WordOf.
template <typename T, int N> using WordFor = typename WordOf<T, N>::type;

/// Whether a memory port brings a word of N weights in one cycle: those of 6 bits up to 64, of a word of 96 bytes half.
/// T: element of the weights. N: weights of a word.
template <typename T, int N> constexpr bool word_per_cycle = Element<T>::bits != 6 || N <= 64;

/// Element i of a word.
/// T: element. N: elements of the word.
template <typename T, int N> inline T word_get(const WordFor<T, N>& word, int i) {
  if constexpr (Element<T>::bits == 3) {
    const unsigned four = static_cast<unsigned>(word[i >> 2]);
    return T(2 * static_cast<int>((four >> (2 * (i & 3))) & 3u) - 3);
  } else if constexpr (is_ternary<T>) {
    const int code = static_cast<int>((static_cast<unsigned>(word[i >> 2]) >> (2 * (i & 3))) & 3u);
    return T((code & 1) - (code & 2));
  } else if constexpr (Element<T>::bits == 4) {
    const unsigned pair = static_cast<unsigned>(word[i >> 1]);
    return T(static_cast<int>((i & 1) ? pair >> 4 : pair & 15u));
  } else if constexpr (Element<T>::bits == 6) {
    const int at = 6 * i >> 3, shift = 6 * i & 7;
    const unsigned two = static_cast<unsigned>(word[at]) | static_cast<unsigned>(word[shift > 2 ? at + 1 : at]) << 8;
    return T(static_cast<int>((two >> shift) & 63u));
  } else {
    return T(word[i]);
  }
}

/// Sets element i of a word.
/// T: element. N: elements of the word.
template <typename T, int N> inline void word_set(WordFor<T, N>& word, int i, const T& value) {
  if constexpr (Element<T>::bits == 3) {
    const unsigned four = static_cast<unsigned>(word[i >> 2]);
    const unsigned code = static_cast<unsigned>((static_cast<int>(native(value)) + 3) >> 1) & 3u;
    const int shift = 2 * (i & 3);
    word[i >> 2] = ap_uint<8>((four & ~(3u << shift)) | (code << shift));
  } else if constexpr (is_ternary<T>) {
    const unsigned four = static_cast<unsigned>(word[i >> 2]), code = static_cast<unsigned>(native(value)) & 3u;
    const int shift = 2 * (i & 3);
    word[i >> 2] = ap_uint<8>((four & ~(3u << shift)) | (code << shift));
  } else if constexpr (Element<T>::bits == 4) {
    const unsigned pair = static_cast<unsigned>(word[i >> 1]);
    const unsigned nibble = static_cast<unsigned>(native(value)) & 15u;
    word[i >> 1] = ap_uint<8>((i & 1) ? (pair & 15u) | (nibble << 4) : (pair & 240u) | nibble);
  } else if constexpr (Element<T>::bits == 6) {
    const int at = 6 * i >> 3, shift = 6 * i & 7;
    const unsigned six = static_cast<unsigned>(native(value)) & 63u;
    word[at] = ap_uint<8>((static_cast<unsigned>(word[at]) & ~(63u << shift)) | six << shift);
    if (shift > 2)
      word[at + 1] = ap_uint<8>((static_cast<unsigned>(word[at + 1]) & ~(63u >> (8 - shift))) | six >> (8 - shift));
  } else if constexpr (Element<T>::is_float) {
    word[i] = value;
  } else {
    word[i] = ap_uint<8>(native(value));
  }
}

/// A word of zeros; of odd elements, whose bits are zeros.
/// T: element. N: elements of the word.
template <typename T, int N> inline WordFor<T, N> word_zero() {
  using W = WordFor<T, N>;
  W word;
  for (int i = 0; i < static_cast<int>(sizeof(W) / sizeof(word[0])); ++i) {
#pragma HLS unroll
    word[i] = 0;
  }
  return word;
}

/// The accumulator of MAXK products of TA and TW, both float or both integers.
template <typename TA, typename TW, int MAXK> struct AccOf {
  static_assert(!Element<TA>::is_float && !Element<TW>::is_float,
                "AccFor: activations and weights must both be fp32 or both be integers; use the same kind for both");
  using type = ap_int<Element<TA>::bits + Element<TW>::bits + ceil_log2(MAXK) + 1>;
};
template <int MAXK> struct AccOf<float, float, MAXK> { using type = float; };

/// Accumulator of at most MAXK products: ap_int<bits(a) + bits(w) + ceil_log2(MAXK) + 1>, or float.
/// TA, TW: elements of the factors.
template <typename TA, typename TW, int MAXK> using AccFor = typename AccOf<TA, TW, MAXK>::type;

/// The element of memory for T: float, or an integer of at most 32 bits.
template <typename T> struct MemoryFormat {
  static_assert(Element<T>::bits <= 32,
                "MemoryOf: integers wider than 32 bits do not fit a memory element; choose a narrower one");
  using type = typename MemoryFormat<ap_uint<(Element<T>::bits <= 8 ? 8 : 16)>>::type;
};
template <> struct MemoryFormat<float> { using type = float; };
template <> struct MemoryFormat<ap_uint<8>> { using type = ap_uint<8>; };
template <> struct MemoryFormat<ap_uint<16>> { using type = int; };

/// How one element leaves a kernel unpacked: float, one byte (up to 8 bits) or int.
/// T: float, or an integer of at most 32 bits.
template <typename T> using MemoryOf = typename MemoryFormat<T>::type;

}  // namespace flexllm
