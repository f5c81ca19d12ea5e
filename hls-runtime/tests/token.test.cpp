// rms_norm.hpp, quantize.hpp, dequantize.hpp, quantize_static.hpp, scale_static.hpp, elementwise.hpp.
#include <flexllm/dequantize.hpp>
#include <flexllm/elementwise.hpp>
#include <flexllm/quantize.hpp>
#include <flexllm/quantize_static.hpp>
#include <flexllm/rms_norm.hpp>
#include <flexllm/scale_static.hpp>

#include "check.hpp"

using namespace flexllm;
using Floats = std::vector<float>;

static Floats reference_norm(const Floats& x, const Floats& gamma, float eps) {
  check::ReferenceSum sum;
  for (float v : x) sum.add(v * v);
  const float mean = sum.value() * (1.0f / static_cast<float>(x.size()));
  const float inv = 1.0f / std::sqrt(mean + eps);
  Floats y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] * inv) * gamma[i];
  return y;
}

template <int TP, int MAXC, bool OVERLAP> static void norm_prefill(check::Random& r) {
  const int blocks = r.range(0, 3), channels = r.range(1, MAXC);
  const Floats x = check::random_values<float>(r, blocks * TP * channels),
      gamma = check::random_values<float>(r, channels);
  hls::stream<Vec<float, TP>> in("in"), out("out");
  hls::stream<Vec<float, 1>> g("gamma");
  check::put<float, TP>(in, blocks * channels, [&](int s, int t) {
    return x[(s / channels * TP + t) * channels + s % channels];
  });
  check::put<float, 1>(g, channels, [&](int s, int) { return gamma[s]; });
  const float inverse = 1.0f / static_cast<float>(channels);
  if (OVERLAP) {
    hls::stream<Vec<float, TP>> waiting("waiting");
    hls::stream<Vec<float, 1>> inverses("inverses");
    CHECK_CYCLES(blocks * (channels + TP),
                 (rms_norm_squares<TP>(in, waiting, inverses, blocks, channels, inverse, 1e-6f)));
    CHECK_CYCLES(channels + blocks * (TP + channels),
                 (rms_norm_products<TP, MAXC>(waiting, inverses, g, out, blocks, channels)));
  } else {
    CHECK_CYCLES(channels + blocks * (2 * channels + TP),
                 (rms_norm_prefill<TP, MAXC>(in, g, out, blocks, channels, inverse, 1e-6f)));
  }
  Floats wanted;
  for (int t = 0; t < blocks * TP; ++t) {
    const Floats y = reference_norm(Floats(x.begin() + t * channels, x.begin() + (t + 1) * channels), gamma, 1e-6f);
    wanted.insert(wanted.end(), y.begin(), y.end());
  }
  check::take<float, TP>(out, blocks * channels, [&](int s, int t, float y) {
    CHECK_SAME(y, wanted[(s / channels * TP + t) * channels + s % channels]);
  });
}

template <int P, int GW, Order ORDER, bool OVERLAP = false> static void norm_decode(check::Random& r) {
  const int channels = r.range(1, 100), steps = ceil_div(channels, P), words = ceil_div(P, GW);
  const Floats x = check::random_values<float>(r, channels), gamma = check::random_values<float>(r, channels);
  const Floats wanted = reference_norm(x, gamma, 1e-5f);
  hls::stream<Vec<float, P>> in("in"), out("out");
  hls::stream<Vec<float, GW>> g("gamma");
  check::put_token<float, P, ORDER>(in, x);
  check::put<float, GW>(g, steps * words, [&](int s, int j) {
    const int lane = s % words * GW + j;
    const int c = lane < P ? channel_at<ORDER, P>(lane, s / words, steps) : channels;
    return c < channels ? gamma[c] : 0.0f;
  });
  constexpr Storage kept = Storage::automatic;
  const float inverse = 1.0f / static_cast<float>(channels);
  CHECK_CYCLES(steps * words + (OVERLAP ? 1 : 2) * steps,
               (rms_norm_decode<P, 128, GW, kept, kept, OVERLAP>(in, g, out, steps, inverse, 1e-5f)));
  check::take<float, P>(out, steps, [&](int s, int i, float y) {
    const int c = channel_at<ORDER, P>(i, s, steps);
    CHECK_SAME(y, c < channels ? wanted[c] : 0.0f);
  });
}

struct Quantized {
  float scale, offset;
  std::vector<int> q;
};

static Quantized reference_quantize(const Floats& x, bool asym, int bits) {
  float low = x[0], high = x[0], largest = 0;
  for (float v : x) {
    low = std::fmin(low, v);
    high = std::fmax(high, v);
    largest = std::fmax(largest, std::fabs(v));
  }
  Quantized r;
  r.scale = asym ? (high - low) / static_cast<float>((1 << bits) - 1)
      : largest / static_cast<float>((1 << (bits - 1)) - 1);
  r.offset = asym ? low : 0.0f;
  if (r.scale == 0) r.scale = 1;
  const float inverse = 1.0f / r.scale;
  for (float v : x)
    r.q.push_back(check::reference_round((v - r.offset) * inverse, asym ? 0 : -(1 << (bits - 1)),
                                         asym ? (1 << bits) - 1 : (1 << (bits - 1)) - 1));
  return r;
}

static Floats token_values(check::Random& r, int channels) {
  const int kind = r.range(0, 5);
  if (kind == 0) return Floats(channels, 0.0f);
  if (kind == 1) return Floats(channels, -3.25f);
  Floats x = check::random_values<float>(r, channels);
  if (kind == 2) for (float& v : x) v = std::fabs(v) + 10.0f;
  return x;
}

template <typename T, bool ASYM, int TP, bool OVERLAP> static void quant_prefill(check::Random& r) {
  const int blocks = r.range(0, 3), channels = r.range(1, 60);
  std::vector<Floats> x(blocks * TP);
  for (Floats& t : x) t = token_values(r, channels);
  hls::stream<Vec<float, TP>> in("in");
  hls::stream<Vec<T, TP>> out("out");
  hls::stream<Vec<float, 2>> scales("scales");
  check::put<float, TP>(in, blocks * channels, [&](int s, int t) { return x[s / channels * TP + t][s % channels]; });
  if (OVERLAP) {
    hls::stream<Vec<float, TP>> waiting("waiting");
    hls::stream<Vec<float, 2>> ranges("ranges");
    CHECK_CYCLES(blocks * (channels + TP),
                 (quantize_ranges<T, ASYM, TP>(in, waiting, ranges, scales, blocks, channels)));
    CHECK_CYCLES(blocks * (TP + channels), (quantize_values<T, TP>(waiting, ranges, out, blocks, channels)));
  } else {
    CHECK_CYCLES(blocks * (2 * channels + TP), (quantize_prefill<T, ASYM, TP, 64>(in, out, scales, blocks, channels)));
  }
  std::vector<Quantized> wanted;
  for (const Floats& t : x) wanted.push_back(reference_quantize(t, ASYM, Element<T>::bits));
  check::take<float, 2>(scales, blocks * TP, [&](int s, int i, float v) {
    CHECK_SAME(v, i ? wanted[s].offset : wanted[s].scale);
  });
  check::take<T, TP>(out, blocks * channels, [&](int s, int t, T q) {
    CHECK(native(q) == wanted[s / channels * TP + t].q[s % channels]);
  });
}

template <typename T, bool ASYM, int P, Order ORDER> static void quant_decode(check::Random& r) {
  const int channels = r.range(1, 60), steps = ceil_div(channels, P);
  const Floats x = token_values(r, channels);
  const Quantized wanted = reference_quantize(x, ASYM, Element<T>::bits);
  hls::stream<Vec<float, P>> in("in");
  hls::stream<Vec<T, P>> out("out");
  hls::stream<Vec<float, 2>> scales("scales");
  check::put_token<float, P, ORDER>(in, x);
  CHECK_CYCLES(2 * steps, (quantize_decode<T, ASYM, P, ORDER, 64>(in, out, scales, channels)));
  check::take<float, 2>(scales, 1, [&](int, int i, float v) { CHECK_SAME(v, i ? wanted.offset : wanted.scale); });
  check::take<T, P>(out, steps, [&](int s, int i, T q) {
    const int c = channel_at<ORDER, P>(i, s, steps);
    CHECK(native(q) == (c < channels ? wanted.q[c] : 0));
  });
}

template <typename TACC, bool ASYM, int TP> static void dequant_prefill(check::Random& r) {
  const int blocks = r.range(0, 3), channels = r.range(1, 40);
  const std::vector<TACC> acc = check::random_values<TACC>(r, blocks * channels * TP);
  const Floats scale = check::random_values<float>(r, blocks * TP * 2),
      weight = check::random_values<float>(r, channels * 2);
  hls::stream<Vec<TACC, TP>> in("in");
  hls::stream<Vec<float, 2>> scales("scales"), channel("channel scales");
  hls::stream<Vec<float, TP>> out("out");
  check::put<TACC, TP>(in, blocks * channels, [&](int s, int t) { return acc[s * TP + t]; });
  check::put<float, 2>(scales, blocks * TP, [&](int s, int i) { return scale[s * 2 + i]; });
  check::put<float, 2>(channel, blocks * channels, [&](int s, int i) { return weight[s % channels * 2 + i]; });
  CHECK_CYCLES(blocks * (TP + channels),
               (dequantize_prefill<TACC, ASYM, TP>(in, scales, channel, out, blocks, channels)));
  check::take<float, TP>(out, blocks * channels, [&](int s, int t, float y) {
    const float* token = &scale[(s / channels * TP + t) * 2];
    const float* w = &weight[s % channels * 2];
    float wanted = (static_cast<float>(native(acc[s * TP + t])) * token[0]) * w[0];
    if (ASYM) wanted = wanted + token[1] * w[1];
    CHECK_SAME(y, wanted);
  });
}

template <typename TACC, bool ASYM, int P, int SW> static void dequant_decode(check::Random& r) {
  const int steps = r.range(1, 20), words = ceil_div(P, SW / 2);
  const std::vector<TACC> acc = check::random_values<TACC>(r, steps * P);
  const Floats weight = check::random_values<float>(r, steps * words * SW);
  hls::stream<Vec<TACC, P>> in("in");
  hls::stream<Vec<float, 2>> scales("scales");
  hls::stream<Vec<float, SW>> channel("channel scales");
  hls::stream<Vec<float, P>> out("out");
  check::put<TACC, P>(in, steps, [&](int s, int i) { return acc[s * P + i]; });
  check::put<float, 2>(scales, 1, [&](int, int i) { return i ? -0.75f : 0.3f; });
  check::put<float, SW>(channel, steps * words, [&](int s, int i) { return weight[s * SW + i]; });
  CHECK_CYCLES(steps * words, (dequantize_decode<TACC, ASYM, P, SW>(in, scales, channel, out, steps)));
  check::take<float, P>(out, steps, [&](int s, int i, float y) {
    const float* w = &weight[s * words * SW + 2 * i];
    float wanted = (static_cast<float>(native(acc[s * P + i])) * 0.3f) * w[0];
    if (ASYM) wanted = wanted + -0.75f * w[1];
    CHECK_SAME(y, wanted);
  });
}

template <typename T, typename TIN, int P> static void fixed_scales(check::Random& r) {
  const int blocks = r.range(0, 3), heads = r.range(1, 6), channels = r.range(1, 16), hpl = r.range(1, 3);
  Floats table(24);
  for (float& m : table) m = std::fabs(r.real(60.0f));
  const Floats x = check::random_values<float>(r, 400 * P);
  const std::vector<TIN> n = check::random_values<TIN>(r, 400 * P);
  hls::stream<Vec<float, P>> in("in"), y("y");
  hls::stream<Vec<TIN, P>> acc("acc");
  hls::stream<Vec<float, 1>> m("table");
  hls::stream<Vec<T, P>> q("q");
  auto head = [&](int s) { return s / channels % heads; };
  const int count = blocks * heads * channels, decode_count = hpl * channels;
  auto fill = [&](int values, int vectors) {
    check::put<float, 1>(m, values, [&](int s, int) { return table[s]; });
    check::put<float, P>(in, vectors, [&](int s, int i) { return x[s * P + i]; });
    check::put<TIN, P>(acc, vectors, [&](int s, int i) { return n[s * P + i]; });
  };
  const int low = Element<T>::lowest, high = Element<T>::highest;
  fill(heads, count);
  CHECK_CYCLES(heads + count, (quantize_static_prefill<T, P, 8>(in, m, q, blocks, heads, channels)));
  check::take<T, P>(q, count, [&](int s, int i, T v) {
    CHECK(native(v) == check::reference_round(x[s * P + i] * table[head(s)], low, high));
  });
  check::put<float, 1>(m, heads, [&](int s, int) { return table[s]; });
  CHECK_CYCLES(heads + count, (scale_static_prefill<TIN, P, 8>(acc, m, y, blocks, heads, channels)));
  check::take<float, P>(y, count, [&](int s, int i, float v) {
    CHECK_SAME(v, static_cast<float>(native(n[s * P + i])) * table[head(s)]);
  });
  fill(P * hpl, decode_count);
  CHECK_CYCLES(P * hpl + decode_count, (quantize_static_decode<T, P, P * 3>(in, m, q, hpl, channels)));
  check::take<T, P>(q, decode_count, [&](int s, int i, T v) {
    CHECK(native(v) == check::reference_round(x[s * P + i] * table[i * hpl + s / channels], low, high));
  });
  check::put<float, 1>(m, P * hpl, [&](int s, int) { return table[s]; });
  CHECK_CYCLES(P * hpl + decode_count, (scale_static_decode<TIN, P, P * 3>(acc, m, y, hpl, channels)));
  check::take<float, P>(y, decode_count, [&](int s, int i, float v) {
    CHECK_SAME(v, static_cast<float>(native(n[s * P + i])) * table[i * hpl + s / channels]);
  });
}

static void elementwise(check::Random& r) {
  const Floats a = check::random_values<float>(r, 400), b = check::random_values<float>(r, 400);
  hls::stream<Vec<float, 8>> sa("a"), sb("b"), out("out");
  auto fill = [&](hls::stream<Vec<float, 8>>& s, const Floats& v) {
    check::put<float, 8>(s, 50, [&](int k, int i) { return v[k * 8 + i]; });
  };
  fill(sa, a);
  CHECK_CYCLES(50, silu<8>(sa, out, 50));
  check::take<float, 8>(out, 50, [&](int k, int i, float y) {
    CHECK_NEAR(y, a[k * 8 + i] / (1.0f + check::reference_exp(-a[k * 8 + i])));
  });
  fill(sa, a), fill(sb, b);
  CHECK_CYCLES(50, multiply<8>(sa, sb, out, 50));
  check::take<float, 8>(out, 50, [&](int k, int i, float y) { CHECK_SAME(y, a[k * 8 + i] * b[k * 8 + i]); });
  fill(sa, a), fill(sb, b);
  CHECK_CYCLES(50, add<8>(sa, sb, out, 50));
  check::take<float, 8>(out, 50, [&](int k, int i, float y) { CHECK_SAME(y, a[k * 8 + i] + b[k * 8 + i]); });
}

int main() {
  check::Random r(3);
  for (int trial = 0; trial < 12; ++trial) {
    norm_prefill<4, 64, false>(r), norm_prefill<1, 33, false>(r), norm_prefill<16, 40, false>(r);
    norm_prefill<4, 64, true>(r), norm_prefill<1, 33, true>(r), norm_prefill<16, 40, true>(r);
    norm_decode<4, 4, Order::blocked>(r), norm_decode<8, 4, Order::interleaved>(r),
        norm_decode<6, 4, Order::blocked>(r);
    norm_decode<4, 16, Order::interleaved>(r), norm_decode<1, 1, Order::blocked>(r);
    norm_decode<4, 4, Order::blocked, true>(r), norm_decode<6, 4, Order::interleaved, true>(r);
    quant_prefill<ap_uint<4>, true, 4, false>(r), quant_prefill<ap_int<8>, false, 8, false>(r);
    quant_prefill<ap_uint<8>, true, 1, false>(r), quant_prefill<ap_int<4>, false, 2, false>(r);
    quant_prefill<ap_uint<4>, true, 4, true>(r), quant_prefill<ap_int<8>, false, 8, true>(r);
    quant_prefill<ap_uint<8>, true, 1, true>(r), quant_prefill<ap_int<4>, false, 2, true>(r);
    quant_decode<ap_uint<4>, true, 4, Order::blocked>(r), quant_decode<ap_int<8>, false, 8, Order::interleaved>(r);
    quant_decode<ap_uint<8>, true, 16, Order::blocked>(r), quant_decode<ap_int<4>, false, 1, Order::interleaved>(r);
    dequant_prefill<ap_int<30>, true, 4>(r), dequant_prefill<ap_int<20>, false, 8>(r);
    dequant_decode<ap_int<30>, true, 4, 8>(r), dequant_decode<ap_int<24>, false, 8, 4>(r),
        dequant_decode<ap_int<24>, true, 3, 2>(r);
    dequant_decode<ap_int<24>, true, 4, 16>(r);
    fixed_scales<ap_int<8>, ap_int<24>, 4>(r), fixed_scales<ap_uint<8>, float, 8>(r),
        fixed_scales<ap_uint<8>, ap_int<20>, 1>(r);
  }
  elementwise(r);
  return check::result();
}
