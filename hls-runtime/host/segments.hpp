// A text of any length in segments: the launches of prefill that it becomes, for the test bench and the host program.
#pragma once
#include <algorithm>
#include <vector>

/// How prefill reads a text, in tokens. `segment` is 0 where it reads texts in one piece.
struct Segments {
  int segment;
  /// Tokens at the begin of a segment for which the memory is searched.
  int summary;
  /// Tokens of the segment before that stand in front of it.
  int recall;
  /// The begin token, below 0 where there is none, and the ids of the topic token and of what was retrieved.
  int begin, topic, retrieved;
};

/// What a launch is for: the keys and values of its tokens alone, a search of the memory, or a memory of its segment.
enum LaunchKind { kPlainLaunch = 0, kSummaryLaunch = 1, kMemoryLaunch = 2 };

struct Launch {
  LaunchKind kind;
  /// Memories that were appended before.
  int memories;
  std::vector<int> ids;
};

/// The launches for the first `count` ids, with the last of which decode starts: it is in none of them.
inline std::vector<Launch> segment_launches(const Segments& sizes, const std::vector<int>& ids, int count) {
  std::vector<Launch> launches;
  const int segments = (count + sizes.segment - 1) / sizes.segment;
  const auto add = [&](LaunchKind kind, int memories, bool retrieved, int from, int to, int last) {
    Launch launch = {kind, memories, {}};
    if (memories > 0 && sizes.begin >= 0) launch.ids.push_back(sizes.begin);
    if (retrieved) launch.ids.push_back(sizes.retrieved);
    launch.ids.insert(launch.ids.end(), ids.begin() + from, ids.begin() + to);
    if (last >= 0) launch.ids.push_back(last);
    if (!launch.ids.empty()) launches.push_back(launch);
  };
  for (int i = 0; i < segments; ++i) {
    const int first = i * sizes.segment;
    const int end = std::min(count, first + sizes.segment);
    if (i > 0) add(kSummaryLaunch, i, false, first, std::min(end, first + sizes.summary), sizes.topic);
    const int from = std::max(0, first - sizes.recall);
    if (i + 1 < segments) add(kMemoryLaunch, i, i > 0, from, end, i > 0 ? sizes.retrieved : sizes.topic);
    else add(kPlainLaunch, i, i > 0, from, end - 1, -1);
  }
  return launches;
}

/// The position at which decode starts behind a prompt of `count` tokens: that of its last token in the last launch.
inline int decode_position(const Segments& sizes, int count) {
  if (sizes.segment == 0 || count <= sizes.segment) return count - 1;
  const int last = (count - 1) % sizes.segment + 1;
  return (sizes.begin >= 0 ? 1 : 0) + 1 + sizes.recall + last - 1;
}
