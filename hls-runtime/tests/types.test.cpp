// Element types, words, fixed-point sums and packed products.
#include <flexllm/fixed_sum.hpp>
#include <flexllm/packed_mul.hpp>
#include <flexllm/rounding.hpp>

#include <type_traits>

#include "check.hpp"

using namespace flexllm;

static void integers() {
  CHECK(static_cast<int>(ap_int<4>(15)) == -1);
  CHECK(static_cast<int>(ap_int<4>(-9)) == 7);
  CHECK(static_cast<int>(ap_uint<4>(-1)) == 15);
  CHECK(static_cast<int>(ap_int<30>(1 << 30)) == 0);
  CHECK(static_cast<int>(ap_int<30>(-(1 << 29))) == -(1 << 29));
  CHECK(ap_int<40>(-5).to_int64() == -5);
  CHECK(ap_int<40>(1LL << 39).to_int64() == -(1LL << 39));
  CHECK(ap_int<8>(ap_uint<8>(200)).to_int() == -56);
  CHECK((ap_int<8>(-128) * ap_int<8>(-128)).to_int() == 16384);
  CHECK((ap_int<8>(-128) - ap_int<8>(127)).to_int() == -255);
  CHECK((ap_uint<8>(255) + ap_uint<8>(255)).to_int() == 510);
  CHECK((ap_uint<8>(255) * ap_int<8>(-128)).to_int() == -32640);
  ap_uint<8> x = 0;
  x.range(7, 4) = 9;
  x.range(3, 0) = 5;
  CHECK(x.to_int() == 0x95);
  CHECK(x.range(7, 4).to_int() == 9);
  ap_int<6> y = 31;
  ++y;
  CHECK(y.to_int() == -32);
  y -= 1;
  CHECK(y.to_int() == 31);
}

static void constants() {
  CHECK(ceil_log2(1) == 0 && ceil_log2(2) == 1 && ceil_log2(3) == 2 && ceil_log2(8192) == 13);
  CHECK(power_of_two_above(5) == 8 && power_of_two_above(8) == 8 && power_of_two_above(1) == 1);
  CHECK((std::is_same_v<AccFor<ap_int<8>, ap_int<8>, 8192>, ap_int<30>>));
  CHECK((std::is_same_v<AccFor<ap_uint<8>, ap_int<4>, 3000>, ap_int<25>>));
  CHECK((std::is_same_v<AccFor<float, float, 3000>, float>));
  CHECK((std::is_same_v<WordFor<ap_int<4>, 3>, Word<2>>));
  CHECK((std::is_same_v<WordFor<ap_int<8>, 33>, Word<64>>));
  CHECK((std::is_same_v<WordFor<ap_int<3>, 256>, Word<64>> && std::is_same_v<WordFor<ap_int<3>, 5>, Word<2>>));
  CHECK((std::is_same_v<WordFor<float, 5>, Vec<float, 8>>));
  CHECK((std::is_same_v<MemoryOf<ap_int<4>>, ap_uint<8>> && std::is_same_v<MemoryOf<ap_uint<8>>, ap_uint<8>>));
  CHECK((std::is_same_v<MemoryOf<ap_int<30>>, int> && std::is_same_v<MemoryOf<float>, float>));
  CHECK(sizeof(WordFor<ap_int<4>, 128>) == 64 && alignof(Vec<float, 16>) == 64 && alignof(Vec<float, 12>) == 16);
}

template <typename T, int N> static void words(check::Random& r) {
  const std::vector<T> v = check::random_values<T>(r, N);
  WordFor<T, N> word = word_zero<T, N>();
  for (int i = N - 1; i >= 0; --i) word_set<T, N>(word, i, v[i]);
  for (int i = 0; i < N; ++i) CHECK((word_get<T, N>(word, i) == v[i]));
  unsigned char bytes[sizeof word];
  std::memcpy(bytes, &word, sizeof word);
  if (Element<T>::bits == 3 && N > 3)
    for (int i = 0; i < 4; ++i) CHECK(((bytes[0] >> (2 * i)) & 3) == (static_cast<int>(v[i]) + 3) / 2);
  if (Element<T>::bits == 4 && N > 1)
    CHECK(bytes[0] == ((static_cast<int>(v[0]) & 15) | ((static_cast<int>(v[1]) & 15) << 4)));
}

static void fixed_point(check::Random& r) {
  auto one = [](float x) {
    check::ReferenceSum s;
    s.add(x);
    CHECK(static_cast<long long>(to_fixed(x)) == static_cast<long long>(s.sum));
  };
  const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 1.1754944e-38f, 1e-45f, 3.4028235e38f, -3.4028235e38f,
                           2147483648.0f, -2147483648.0f, 2147483520.0f, -2147483520.0f, 1.1641532e-10f,
                           1.16415321826934814453125e-10f, -1.16415321826934814453125e-10f, 3.4924596548080444e-10f,
                           5.8207660913467407e-11f, 1e9f, 12345.678f};
  for (float x : special) one(x);
  for (int i = 0; i < 200000; ++i) {
    const unsigned sign = r.range(0, 1) ? 0x80000000u : 0u;
    one(bits_float(sign | static_cast<unsigned>(r.range(80, 165)) << 23 | static_cast<unsigned>(r.range(0, 0x7fffff))));
  }
  CHECK(static_cast<long long>(to_fixed(bits_float(0x7f800000u))) == 0x7fffffffffffffffLL);
  FixedSum a = 0, b = 0;
  std::vector<float> v = check::random_values<float>(r, 1000);
  check::ReferenceSum reference;
  for (float x : v) reference.add(x);
  for (int i = 0; i < 1000; ++i) a += to_fixed(v[i]);
  for (int i = 999; i >= 0; --i) b += to_fixed(v[i]);
  CHECK(a == b);
  CHECK_SAME(from_fixed(a), reference.value());
}

template <typename TA, typename TW> static void packed() {
  using P = PackedMul<TA, TW>;
  const int a_low = Element<TA>::lowest, a_high = Element<TA>::highest;
  const int w_low = Element<TW>::lowest, w_high = Element<TW>::highest;
  const bool small = Element<TW>::bits == 4;
  int wrong = 0;
  for (int a = a_low; a <= a_high; ++a) {
    for (int w0 = w_low; w0 <= w_high; ++w0) {
      const auto edge = [&](int w) { return w <= w_low + 2 || w >= w_high - 2 || (w >= -2 && w <= 2); };
      for (int w1 = w_low; w1 <= w_high; w1 += small || edge(w1) ? 1 : 9) {
        int p0 = 0, p1 = 0;
        P::multiply(typename P::Activation(a), P::pack(TW(w0), TW(w1)), p0, p1);
        wrong += p0 != a * w0 || p1 != a * w1;
      }
      int p0 = 0, p1 = 0;  // the step above must not miss the largest value
      P::multiply(typename P::Activation(a), P::pack(TW(w0), TW(w_high)), p0, p1);
      wrong += p0 != a * w0 || p1 != a * w_high;
    }
  }
  CHECK(wrong == 0);
  CHECK(P::operand_bits <= 27);
}

template <typename TA, typename TW> static void packed_block() {
  using P = PackedBlock<TA, TW>;
  const int a_low = Element<TA>::lowest, a_high = Element<TA>::highest;
  const int w_low = Element<TW>::lowest, w_high = Element<TW>::highest;
  int wrong = 0;
  for (int a0 = a_low; a0 <= a_high; ++a0)
    for (int a1 = a_low; a1 <= a_high; ++a1)
      for (int w0 = w_low; w0 <= w_high; ++w0)
        for (int w1 = w_low; w1 <= w_high; ++w1) {
          typename P::Product p00 = 0, p01 = 0, p10 = 0, p11 = 0;
          P::multiply(P::pack_activations(TA(a0), TA(a1)), P::pack(TW(w0), TW(w1)), p00, p01, p10, p11);
          wrong += p00 != a0 * w0 || p01 != a0 * w1 || p10 != a1 * w0 || p11 != a1 * w1;
        }
  CHECK(wrong == 0);
  CHECK(P::operand_bits <= 27 && P::activation_bits <= 18);
}

static void rounding(check::Random& r) {
  const float special[] = {0.0f, -0.0f, 0.5f, -0.5f, 0.49999997f, 1.5f, 2.5f, -2.5f, 127.4f, 127.5f, 128.0f, -128.4f,
                           -128.5f,
                           -127.5f, 254.5f, 255.5f, 1e30f, -1e30f, 7.5f, -8.5f};
  auto one = [](float x) {
    CHECK(native(round_to<ap_int<8>>(x)) == check::reference_round(x, -128, 127));
    CHECK(native(round_to<ap_uint<8>>(x)) == check::reference_round(x, 0, 255));
    CHECK(native(round_to<ap_int<4>>(x)) == check::reference_round(x, -8, 7));
    CHECK(native(round_to<ap_uint<4>>(x)) == check::reference_round(x, 0, 15));
  };
  for (float x : special) one(x);
  for (int i = 0; i < 20000; ++i) one(r.real(300.0f));
}

int main() {
  check::Random r(1);
  integers();
  constants();
  words<ap_int<2>, 7>(r);
  words<ap_int<2>, 256>(r);
  words<ap_int<3>, 7>(r);
  words<ap_int<3>, 256>(r);
  words<ap_int<4>, 7>(r);
  words<ap_uint<4>, 128>(r);
  words<ap_int<8>, 5>(r);
  words<ap_uint<8>, 64>(r);
  words<float, 16>(r);
  words<float, 3>(r);
  fixed_point(r);
  packed<ap_int<4>, ap_int<4>>();
  packed<ap_uint<4>, ap_int<4>>();
  packed<ap_int<8>, ap_int<2>>();
  packed<ap_int<8>, ap_int<3>>();
  packed<ap_int<8>, ap_int<4>>();
  packed<ap_uint<8>, ap_int<4>>();
  packed<ap_int<8>, ap_int<8>>();
  packed<ap_uint<8>, ap_int<8>>();
  packed<ap_int<4>, ap_int<8>>();
  packed<ap_uint<4>, ap_int<8>>();
  packed_block<ap_int<4>, ap_int<4>>();
  packed_block<ap_uint<4>, ap_int<4>>();
  rounding(r);
  return check::result();
}
