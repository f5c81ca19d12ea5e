// C-simulation stand-in for the vendor's <ap_int.h>: ap_int<N> and ap_uint<N> up to 64 bits.
// It is found only when the vendor's header is absent (put this folder on the path with -idirafter).
// Values are kept in the smallest built-in integer that holds N bits; assignments wrap to N bits;
// sums, differences and products of two ap values grow as documented for the vendor's type.
#pragma once
#include <type_traits>

template <int N> class ap_int;
template <int N> class ap_uint;

namespace ap_detail {

template <int N, bool SIGNED> struct Storage {
  static_assert(N >= 1 && N <= 64, "this stand-in of ap_int holds 1 to 64 bits");
  using Signed = std::conditional_t<
      (N <= 8), signed char,
      std::conditional_t<(N <= 16), short, std::conditional_t<(N <= 32), int, long long>>>;
  using type = std::conditional_t<SIGNED, Signed, std::make_unsigned_t<Signed>>;
  static constexpr int bits = static_cast<int>(sizeof(type)) * 8;

  /// The value of the low N bits of `x`.
  template <typename X> static constexpr type wrap(X x) {
    if constexpr (N == bits) {
      return static_cast<type>(x);
    } else if constexpr (sizeof(X) <= 4 && N <= 32) {
      const unsigned shifted = static_cast<unsigned>(x) << (32 - N);
      if constexpr (SIGNED) return static_cast<type>(static_cast<int>(shifted) >> (32 - N));
      else return static_cast<type>(shifted >> (32 - N));
    } else {
      const unsigned long long shifted = static_cast<unsigned long long>(x) << (64 - N);
      if constexpr (SIGNED) return static_cast<type>(static_cast<long long>(shifted) >> (64 - N));
      else return static_cast<type>(shifted >> (64 - N));
    }
  }
};

template <typename T> struct Traits { static constexpr bool is_ap = false; };
template <int N> struct Traits<ap_int<N>> {
  static constexpr bool is_ap = true, is_signed = true;
  static constexpr int bits = N;
};
template <int N> struct Traits<ap_uint<N>> {
  static constexpr bool is_ap = true, is_signed = false;
  static constexpr int bits = N;
};

constexpr int larger(int a, int b) { return a > b ? a : b; }
constexpr int at_most_64(int n) { return n > 64 ? 64 : n; }

template <typename A, typename B> struct Grow {
  static constexpr bool sa = Traits<A>::is_signed, sb = Traits<B>::is_signed;
  static constexpr int wa = Traits<A>::bits + (!sa && sb), wb = Traits<B>::bits + (!sb && sa);
  using Sum = std::conditional_t<(sa || sb), ap_int<at_most_64(larger(wa, wb) + 1)>,
                                 ap_uint<at_most_64(larger(wa, wb) + 1)>>;
  using Difference = ap_int<at_most_64(larger(wa, wb) + 1)>;
  static constexpr int wp = at_most_64(Traits<A>::bits + Traits<B>::bits);
  using Product = std::conditional_t<(sa || sb), ap_int<wp>, ap_uint<wp>>;
};

/// A bit range of a value: `x.range(hi, lo)` or `x(hi, lo)`.
template <typename V> class Range {
 public:
  Range(V& value, int high, int low) : value_(value), high_(high), low_(low) {}
  operator unsigned long long() const { return (value_.raw() >> low_) & mask(); }
  Range& operator=(unsigned long long x) {
    const unsigned long long keep = value_.raw() & ~(mask() << low_);
    value_ = V(keep | ((x & mask()) << low_));
    return *this;
  }
  Range& operator=(const Range& other) { return *this = static_cast<unsigned long long>(other); }
  int to_int() const { return static_cast<int>(static_cast<unsigned long long>(*this)); }
  unsigned to_uint() const { return static_cast<unsigned>(static_cast<unsigned long long>(*this)); }

 private:
  unsigned long long mask() const { return ~0ULL >> (63 - (high_ - low_)); }
  V& value_;
  int high_, low_;
};

/// What ap_int and ap_uint have in common.
template <typename Self, int N, bool SIGNED> class Base {
 public:
  using Native = typename Storage<N, SIGNED>::type;
  static constexpr int width = N;

  Base() = default;
  template <typename X, typename = std::enable_if_t<std::is_arithmetic_v<X>>> constexpr Base(X x) : value_(from(x)) {}

  constexpr operator Native() const { return value_; }
  int to_int() const { return static_cast<int>(value_); }
  unsigned to_uint() const { return static_cast<unsigned>(value_); }
  long long to_int64() const { return static_cast<long long>(value_); }
  unsigned long long to_uint64() const { return static_cast<unsigned long long>(value_); }
  float to_float() const { return static_cast<float>(value_); }
  double to_double() const { return static_cast<double>(value_); }
  static constexpr int length() { return N; }
  unsigned long long raw() const { return static_cast<unsigned long long>(value_); }

  Range<Self> range(int high, int low) { return Range<Self>(self(), high, low); }
  Range<Self> operator()(int high, int low) { return range(high, low); }
  Range<Self> operator[](int bit) { return range(bit, bit); }
  unsigned long long range(int high, int low) const { return (raw() >> low) & (~0ULL >> (63 - (high - low))); }
  unsigned long long operator()(int high, int low) const { return range(high, low); }
  bool operator[](int bit) const { return (raw() >> bit) & 1; }

  template <typename X> Self& operator+=(X x) { return set(raw() + static_cast<unsigned long long>(x)); }
  template <typename X> Self& operator-=(X x) { return set(raw() - static_cast<unsigned long long>(x)); }
  template <typename X> Self& operator*=(X x) { return set(raw() * static_cast<unsigned long long>(x)); }
  template <typename X> Self& operator&=(X x) { return set(raw() & static_cast<unsigned long long>(x)); }
  template <typename X> Self& operator|=(X x) { return set(raw() | static_cast<unsigned long long>(x)); }
  template <typename X> Self& operator^=(X x) { return set(raw() ^ static_cast<unsigned long long>(x)); }
  Self& operator<<=(int n) { return set(raw() << n); }
  Self& operator>>=(int n) { return set(static_cast<unsigned long long>(to_int64() >> n)); }
  Self& operator++() { return *this += 1; }
  Self& operator--() { return *this -= 1; }
  Self operator++(int) { Self old = self(); *this += 1; return old; }
  Self operator--(int) { Self old = self(); *this -= 1; return old; }

 private:
  template <typename X> static constexpr Native from(X x) {
    if constexpr (std::is_floating_point_v<X>) return Storage<N, SIGNED>::wrap(static_cast<long long>(x));
    else if constexpr (std::is_same_v<X, bool>) return Storage<N, SIGNED>::wrap(static_cast<int>(x));
    else return Storage<N, SIGNED>::wrap(x);
  }
  Self& self() { return static_cast<Self&>(*this); }
  Self& set(unsigned long long x) {
    value_ = Storage<N, SIGNED>::wrap(x);
    return self();
  }
  Native value_;
};

}  // namespace ap_detail

#define FLEXLLM_CSIM_AP_MEMBERS(NAME, SIGNED)                                                                  \
  using Parent = ap_detail::Base<NAME<N>, N, SIGNED>;                                                          \
  NAME() = default;                                                                                            \
  template <typename X, typename = std::enable_if_t<std::is_arithmetic_v<X>>> constexpr NAME(X x) : Parent(x) {} \
  template <int M> constexpr NAME(const ap_int<M>& x) : Parent(static_cast<typename ap_int<M>::Native>(x)) {}   \
  template <int M> constexpr NAME(const ap_uint<M>& x) : Parent(static_cast<typename ap_uint<M>::Native>(x)) {} \
  template <typename V> NAME(const ap_detail::Range<V>& x) : Parent(static_cast<unsigned long long>(x)) {}

/// Signed integer of N bits.
template <int N> class ap_int : public ap_detail::Base<ap_int<N>, N, true> {
 public:
  FLEXLLM_CSIM_AP_MEMBERS(ap_int, true)
};

/// Unsigned integer of N bits.
template <int N> class ap_uint : public ap_detail::Base<ap_uint<N>, N, false> {
 public:
  FLEXLLM_CSIM_AP_MEMBERS(ap_uint, false)
};
#undef FLEXLLM_CSIM_AP_MEMBERS

namespace ap_detail {
template <typename A, typename B> using IfBoth = std::enable_if_t<Traits<A>::is_ap && Traits<B>::is_ap>;
}

template <typename A, typename B, typename = ap_detail::IfBoth<A, B>>
typename ap_detail::Grow<A, B>::Sum operator+(const A& a, const B& b) {
  return a.raw() + b.raw();
}
template <typename A, typename B, typename = ap_detail::IfBoth<A, B>>
typename ap_detail::Grow<A, B>::Difference operator-(const A& a, const B& b) {
  return a.raw() - b.raw();
}
template <typename A, typename B, typename = ap_detail::IfBoth<A, B>>
typename ap_detail::Grow<A, B>::Product operator*(const A& a, const B& b) {
  return a.raw() * b.raw();
}
