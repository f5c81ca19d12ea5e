// sampler.hpp.
#include <flexllm/sampler.hpp>

#include <algorithm>

#include "check.hpp"

using namespace flexllm;

static float reference_unit(unsigned seed, int position) {
  unsigned z = seed + 0x9e3779b9u * static_cast<unsigned>(position + 1);
  z ^= z >> 16, z *= 0x85ebca6bu, z ^= z >> 13, z *= 0xc2b2ae35u, z ^= z >> 16;
  return static_cast<float>(z >> 8) * std::ldexp(1.0f, -24);
}

static int reference_sample(const std::vector<float>& x, int top_k, float temperature, unsigned seed, int position) {
  std::vector<int> ids(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) ids[i] = static_cast<int>(i);
  std::sort(ids.begin(), ids.end(), [&](int a, int b) { return x[a] > x[b] || (x[a] == x[b] && a < b); });
  if (temperature <= 0 || top_k == 1) return ids[0];
  ids.resize(std::min<std::size_t>(ids.size(), top_k));
  check::ReferenceSum total, running;
  std::vector<float> weight;
  for (int id : ids) weight.push_back(check::reference_exp((x[id] - x[ids[0]]) / temperature));
  for (float w : weight) total.add(w);
  const float goal = reference_unit(seed, position) * total.value();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    running.add(weight[i]);
    if (running.value() > goal) return ids[i];
  }
  return -1;
}

template <int P, Order ORDER, int KMAX> static void sample(check::Random& r) {
  for (int trial = 0; trial < 60; ++trial) {
    const int channels = r.range(1, 90), steps = ceil_div(channels, P), top_k = r.range(1, KMAX),
        copy_on = r.range(0, 1);
    const float temperature = r.range(0, 5) == 0 ? 0.0f : std::fabs(r.real(2.0f)) + 0.05f;
    const unsigned seed = static_cast<unsigned>(r.bits());
    const int position = r.range(0, 5000), levels = r.range(0, 1) ? 5 : 100000;
    std::vector<float> x(channels);
    for (float& v : x) v = static_cast<float>(r.range(-levels, levels)) * 6.0f / static_cast<float>(levels);
    if (trial % 10 == 0) for (float& v : x) v = v > 0 ? 0.0f : -0.0f;
    hls::stream<Vec<float, P>> in("logits"), copy("copy");
    hls::stream<Vec<int, 1>> token("token");
    check::put<float, P>(in, steps, [&](int s, int i) {
      const int c = channel_at<ORDER, P>(i, s, steps);
      return c < channels ? x[c] : 1000.0f;  // padding must never win
    });
    CHECK_CYCLES(steps + P * KMAX + 2 * KMAX,
                 (sampler<P, ORDER, KMAX>(in, token, copy, channels, top_k, temperature, seed, position, copy_on)));
    const int wanted = reference_sample(x, top_k, temperature, seed, position);
    check::take<int, 1>(token, 1, [&](int, int, int id) { CHECK(id == wanted); });
    check::take<float, P>(copy, copy_on ? steps : 0, [&](int s, int i, float y) {
      const int c = channel_at<ORDER, P>(i, s, steps);
      CHECK_SAME(y, c < channels ? x[c] : 1000.0f);
    });
  }
}

static void distribution() {
  // Two tokens at odds of 3 to 1.
  int first = 0;
  for (int position = 0; position < 4000; ++position) {
    hls::stream<Vec<float, 1>> in, copy;
    hls::stream<Vec<int, 1>> token;
    in.write(Vec<float, 1>(0.0f)), in.write(Vec<float, 1>(std::log(3.0f)));
    sampler<1, Order::blocked, 4>(in, token, copy, 2, 4, 1.0f, 99u, position, 0);
    first += token.read()[0];
  }
  CHECK(first > 2850 && first < 3150);
}

int main() {
  check::Random r(7);
  sample<4, Order::blocked, 8>(r);
  sample<4, Order::interleaved, 5>(r);
  sample<1, Order::blocked, 1>(r);
  sample<16, Order::interleaved, 16>(r);
  sample<3, Order::blocked, 64>(r);
  distribution();
  return check::result();
}
