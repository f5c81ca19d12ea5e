// Not a test by itself: tests/exponential.test.ts compiles and runs it.
//   exponential worst        largest error over all fp32 numbers, in units of the last place, against double precision
//   exponential hash STRIDE  a hash of the results for every STRIDE-th bit pattern
#include <flexllm/exponential.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

using flexllm::bits_float;
using flexllm::float_bits;

struct Worst {
  double error;
  float at;
};

// One unit in the last place inside of the smallest normal number and the largest: beyond, 0 and infinite are right.
constexpr double SMALLEST = 1.1754945e-38, LARGEST = 3.4028232e+38;

static double last_place(double value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, exponent - 24);
}

static void compare(Worst& worst, float x, float got, double exact) {
  const double error = std::fabs(static_cast<double>(got) - exact) / last_place(exact);
  if (!(error <= worst.error)) worst = {error, x};
}

// Every number with this sign. Below 2^-29 the result is 1, and the error grows with the number; from 2^7 on it is 0 or
// infinite.
static Worst worst_exponential(unsigned sign) {
  Worst worst = {0.0, 0.0f};
  for (unsigned bits = 98u << 23; bits < 134u << 23; ++bits) {
    const float x = bits_float(bits | sign);
    const double exact = std::exp(static_cast<double>(x));
    const float got = flexllm::exponential(x);
    if (got == 0.0f) {
      if (exact > SMALLEST) worst = {1e9, x};
    } else if (std::isinf(got)) {
      if (exact < LARGEST) worst = {1e9, x};
    } else {
      compare(worst, x, got, exact);
    }
  }
  constexpr unsigned ENDS[] = {0u, 1u, 1u << 23, (98u << 23) - 1u};
  for (const unsigned bits : ENDS) {
    const float x = bits_float(bits | sign);
    compare(worst, x, flexllm::exponential(x), std::exp(static_cast<double>(x)));
  }
  return worst;
}

// Every significand at one exponent, and every 4,099th at the others: the exponent only shifts the result.
static Worst worst_reciprocal() {
  Worst worst = {0.0, 0.0f};
  for (unsigned exponent = 1; exponent < 253; ++exponent)
    for (unsigned fraction = 0; fraction < 1u << 23; fraction += exponent == 127 ? 1u : 4099u) {
      const float x = bits_float(exponent << 23 | fraction);
      compare(worst, x, flexllm::reciprocal(x), 1.0 / static_cast<double>(x));
    }
  return worst;
}

// Pairs of numbers whose significands and exponents a generator draws; every significand of the divisor under three
// numbers.
static Worst worst_quotient() {
  Worst worst = {0.0, 0.0f};
  unsigned state = 1u;
  for (unsigned fraction = 0; fraction < 1u << 23; ++fraction)
    for (unsigned i = 0; i < 3; ++i) {
      state = state * 1664525u + 1013904223u;
      const float x = bits_float((100u + (state >> 27)) << 23 | (i == 0 ? 0u : (state >> 4) & 0x7fffffu));
      const float y = bits_float((100u + (state & 31u)) << 23 | fraction);
      compare(worst, y, flexllm::quotient(x, y), static_cast<double>(x) / static_cast<double>(y));
    }
  return worst;
}

static unsigned mixed(unsigned hash, float y) {
  const unsigned bits = float_bits(y);
  return (hash ^ ((bits & 0x7fffffffu) > flexllm::FLOAT_INFINITE ? 0x7fc00000u : bits)) * 16777619u;
}

int main(int count, char** arguments) {
  if (count == 2 && std::strcmp(arguments[1], "worst") == 0) {
    Worst below = {0.0, 0.0f};
    std::thread half([&] { below = worst_exponential(0x80000000u); });
    const Worst above = worst_exponential(0u);
    half.join();
    const Worst exponential = below.error > above.error ? below : above, reciprocal = worst_reciprocal();
    const Worst quotient = worst_quotient();
    std::printf("exponential %.4f at %.9g\n", exponential.error, static_cast<double>(exponential.at));
    std::printf("reciprocal %.4f at %.9g\n", reciprocal.error, static_cast<double>(reciprocal.at));
    std::printf("quotient %.4f under %.9g\n", quotient.error, static_cast<double>(quotient.at));
    return 0;
  }
  if (count == 3 && std::strcmp(arguments[1], "hash") == 0) {
    const unsigned long long stride = std::strtoull(arguments[2], nullptr, 10);
    unsigned exponential = 0x811c9dc5u, reciprocal = 0x811c9dc5u, quotient = 0x811c9dc5u;
    for (unsigned long long bits = 0; bits < 1ULL << 32; bits += stride) {
      const float x = bits_float(static_cast<unsigned>(bits));
      exponential = mixed(exponential, flexllm::exponential(x));
      reciprocal = mixed(reciprocal, flexllm::reciprocal(x));
      // A divisor that is another number each time, of every exponent.
      quotient = mixed(quotient, flexllm::quotient(x, bits_float(static_cast<unsigned>(bits) * 2654435761u)));
    }
    std::printf("%08x %08x %08x\n", exponential, reciprocal, quotient);
    return 0;
  }
  std::fprintf(stderr, "usage: exponential worst | hash STRIDE\n");
  return 2;
}
