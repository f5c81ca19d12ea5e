// Hierarchical memory: segment_memory.hpp, and the rows of another memory of memory.hpp.
#include <flexllm/memory.hpp>
#include <flexllm/segment_memory.hpp>

#include <algorithm>

#include "check.hpp"

using namespace flexllm;
using Floats = std::vector<float>;
using State = Vec<float, MEMORY_LANES>;

/// One token of a block is taken, whatever the others are, and has a root mean square of 1.
template <int TP, int W, int C> static void state(check::Random& r) {
  constexpr int words = ceil_div(TP, W), steps = ceil_div(C, MEMORY_LANES);
  const Floats x = check::random_values<float>(r, C * words * W);
  const int lane = r.range(0, TP - 1);
  hls::stream<Vec<float, W>> in("in");
  hls::stream<State> out("out");
  check::put<float, W>(in, C * words, [&](int s, int i) { return x[static_cast<std::size_t>(s * W + i)]; });
  CHECK_CYCLES(C * words + steps, (segment_state<TP, W, C>(in, out, lane, 1.0f / C, 1e-5f)));
  const auto own = [&](int c) { return x[static_cast<std::size_t>(c * words * W + lane)]; };
  check::ReferenceSum squares;
  for (int c = 0; c < C; ++c) squares.add(own(c) * own(c));
  const float inverse = 1.0f / std::sqrt(squares.value() * (1.0f / C) + 1e-5f);
  check::take<float, MEMORY_LANES>(out, steps, [&](int s, int i, float y) {
    const int c = s * MEMORY_LANES + i;
    CHECK_SAME(y, c < C ? own(c) * inverse : 0.0f);
  });
  CHECK(in.empty());
}

/// Rows that the queue does not hold have no part in what is found, whatever lies there.
template <int STEPS, int ROWS> static void search(check::Random& r) {
  constexpr int C = STEPS * MEMORY_LANES;
  const Floats query = check::random_values<float>(r, C), rows = check::random_values<float>(r, ROWS * C);
  const int held = r.range(1, ROWS);
  const float scale = 0.25f, gain = 1.5f;
  hls::stream<State> in("in"), queue("queue"), out("out");
  hls::stream<Vec<float, 1>> factor("factor");
  const auto row = [&](int j, int c) { return rows[static_cast<std::size_t>(j * C + c)]; };
  check::put<float, MEMORY_LANES>(in, STEPS, [&](int s, int i) {
    return query[static_cast<std::size_t>(s * MEMORY_LANES + i)];
  });
  check::put<float, MEMORY_LANES>(queue, 2 * ROWS * STEPS, [&](int s, int i) {
    return row(s / STEPS % ROWS, s % STEPS * MEMORY_LANES + i);
  });
  check::put<float, 1>(factor, 1, [&](int, int) { return gain; });
  CHECK_CYCLES(STEPS * (2 * ROWS + 2) + 2 * ROWS,
               (memory_search<STEPS, ROWS>(in, queue, factor, out, held, scale)));
  Floats weights;
  for (int j = 0; j < held; ++j) {
    check::ReferenceSum score;
    for (int c = 0; c < C; ++c) score.add(query[static_cast<std::size_t>(c)] * row(j, c));
    weights.push_back(score.value() * scale);
  }
  const float most = *std::max_element(weights.begin(), weights.end());
  check::ReferenceSum sum;
  for (float& weight : weights) {
    weight = exponential(weight - most);
    sum.add(weight);
  }
  const float inverse = reciprocal(sum.value());
  check::take<float, MEMORY_LANES>(out, STEPS, [&](int s, int i, float y) {
    check::ReferenceSum found;
    for (int j = 0; j < held; ++j)
      found.add(weights[static_cast<std::size_t>(j)] * inverse * row(j, s * MEMORY_LANES + i));
    CHECK_SAME(y, found.value() * gain);
  });
  CHECK(in.empty() && queue.empty() && factor.empty());
}

template <int C>
static void projection(check::Random& r) {
  constexpr int STEPS = ceil_div(C, MEMORY_LANES), PADDED = STEPS * MEMORY_LANES;
  const Floats x = check::random_values<float>(r, C), matrix = check::random_values<float>(r, C * C);
  hls::stream<State> in("in"), rows("rows"), out("out");
  const auto at = [](const Floats& values, int i) { return values[static_cast<std::size_t>(i)]; };
  check::put<float, MEMORY_LANES>(in, STEPS, [&](int s, int i) {
    const int c = s * MEMORY_LANES + i;
    return c < C ? at(x, c) : 0.0f;
  });
  check::put<float, MEMORY_LANES>(rows, C * STEPS, [&](int s, int i) {
    const int c = s * MEMORY_LANES % PADDED + i;
    return c < C ? at(matrix, s / STEPS * C + c) : 0.0f;
  });
  CHECK_CYCLES(STEPS * (C + 1), (memory_projection<C>(in, rows, out)));
  check::take<float, MEMORY_LANES>(out, STEPS, [&](int s, int i, float y) {
    const int n = s * MEMORY_LANES + i;
    check::ReferenceSum sum;
    if (n < C)
      for (int c = 0; c < C; ++c) sum.add(at(x, c) * at(matrix, n * C + c));
    CHECK_SAME(y, n < C ? sum.value() : 0.0f);
  });
  CHECK(in.empty() && rows.empty());
}

/// The row of one id comes from elsewhere.
static void rows_or(check::Random& r) {
  using W = Vec<float, 1>;
  constexpr int WORDS = 3;
  const int vocab = r.range(1, 9), count = r.range(1, 6), at = r.range(0, 4);
  std::vector<W> table(static_cast<std::size_t>(vocab * WORDS)), other(static_cast<std::size_t>(at + WORDS));
  for (std::size_t i = 0; i < table.size(); ++i) table[i][0] = static_cast<float>(i);
  for (std::size_t i = 0; i < other.size(); ++i) other[i][0] = -1.0f - static_cast<float>(i);
  std::vector<int> ids;
  hls::stream<Vec<int, 1>> in("in");
  hls::stream<W> out("out");
  for (int i = 0; i < count; ++i) {
    Vec<int, 1> id;
    id[0] = r.range(0, vocab);
    ids.push_back(id[0]);
    in.write(id);
  }
  CHECK_CYCLES(count * WORDS, (read_rows_or<W, WORDS>(table.data(), other.data(), in, out, count, vocab, at)));
  for (const int id : ids)
    for (int i = 0; i < WORDS; ++i)
      CHECK_SAME(out.read()[0], id == vocab ? -1.0f - static_cast<float>(at + i) : static_cast<float>(id * WORDS + i));
  CHECK(in.empty());
}

int main() {
  check::Random r(9);
  for (int trial = 0; trial < 10; ++trial) {
    state<4, 4, 32>(r), state<8, 8, 16>(r), state<3, 4, 10>(r), state<24, 16, 40>(r), state<1, 1, 17>(r);
    search<1, 1>(r), search<2, 3>(r), search<8, 16>(r);
    projection<1>(r), projection<16>(r), projection<40>(r);
    rows_or(r);
  }
  return check::result();
}
