// Host program: loads bitstreams and memory images, runs prefill, hands keys and values over, runs decode, prints
// tokens.
//   host --bitstream NAME=FILE [--bitstream NAME=FILE] --images DIR --sequences FILE [--tokens N] [--temperature T]
//        [--top-k K] [--seed S] [--device DEVICE] [--chunk N]
// Prints, line by line: device NAME, prefilled LAUNCHES OF, sequence I, token ID, time PHASE SECONDS,
// power PHASE WATTS, done.
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "board.hpp"
#include "plan.hpp"
#include "sequences.hpp"

namespace {

constexpr int kMemoryCount = static_cast<int>(std::size(plan::kMemories));

struct Options {
  std::map<std::string, std::string> bitstreams;
  std::string images = "build/images";
  std::string sequences;
  std::string device;
  int tokens = 64;
  float temperature = 0.0f;
  int top_k = 1;
  unsigned seed = 0;
  /// Tokens that decode generates per start of the kernel, after the first: more costs less time, fewer show text
  /// earlier.
  int chunk = 8;
};

int whole(const std::string& name, const std::string& value, int least, int most) {
  char* end = nullptr;
  const long number = std::strtol(value.c_str(), &end, 10);
  if (value.empty() || *end != 0 || number < least || number > most)
    fail(name + " is \"" + value + "\", but must be a whole number from " + std::to_string(least) + " to " +
        std::to_string(most));
  return static_cast<int>(number);
}

float temperature(const std::string& value) {
  char* end = nullptr;
  const float number = std::strtof(value.c_str(), &end);
  if (value.empty() || *end != 0 || !(number >= 0.0f && number <= 100.0f))
    fail("--temperature is \"" + value + "\", but must be a number from 0 to 100");
  return number;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 >= argc) fail("option " + name + " needs a value");
    const std::string value = argv[i + 1];
    if (name == "--bitstream") {
      const std::size_t at = value.find('=');
      if (at == std::string::npos) fail("--bitstream is \"" + value + "\", but must be NAME=FILE");
      options.bitstreams[value.substr(0, at)] = value.substr(at + 1);
    } else if (name == "--images") options.images = value;
    else if (name == "--sequences") options.sequences = value;
    else if (name == "--device") options.device = value;
    else if (name == "--tokens") options.tokens = whole(name, value, 1, plan::kContextLimit);
    else if (name == "--temperature") options.temperature = temperature(value);
    else if (name == "--top-k") options.top_k = whole(name, value, 1, plan::kLargestTopK);
    else if (name == "--seed") options.seed = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
    else if (name == "--chunk") options.chunk = whole(name, value, 1, plan::kContextLimit);
    else fail("unknown option " + name);
  }
  if (options.sequences.empty()) fail("--sequences FILE is missing");
  for (const plan::Bitstream& bitstream : plan::kBitstreams)
    if (options.bitstreams.count(bitstream.name) == 0)
      fail(std::string("--bitstream ") + bitstream.name + "=FILE is missing");
  return options;
}

/// Adds up the seconds between its construction and its end.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum), start_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  double& sum_;
  std::chrono::steady_clock::time_point start_;
};

enum Phase { kIdle, kPrefill, kDecode, kOther };

/// Asks the card for its power in a thread of its own and keeps the mean of each phase.
class PowerMeter {
 public:
  explicit PowerMeter(const Board& board) : board_(board), thread_([this] { sample(); }) {}
  PowerMeter(const PowerMeter&) = delete;
  PowerMeter& operator=(const PowerMeter&) = delete;
  ~PowerMeter() { stop(); }

  void enter(Phase phase) { phase_ = phase; }

  void stop() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }

  void print(const char* name, Phase phase) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (counts_[phase] > 0) std::printf("power %s %.2f\n", name, sums_[phase] / counts_[phase]);
  }

 private:
  void sample() {
    while (!ended_) {
      const Phase before = phase_;
      const double watts = board_.watts();
      if (watts < 0.0) return;
      if (before == phase_) {
        const std::lock_guard<std::mutex> lock(mutex_);
        sums_[before] += watts;
        counts_[before] += 1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  const Board& board_;
  std::atomic<Phase> phase_{kIdle};
  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  double sums_[4] = {};
  int counts_[4] = {};
  std::thread thread_;
};

/// Memories that kernels of both stages use: what prefill hands over to decode.
std::vector<int> shared_memories() {
  std::vector<int> shared;
  for (int memory = 0; memory < kMemoryCount; ++memory) {
    bool used[2] = {};
    for (const plan::Kernel& kernel : plan::kKernels)
      for (int i = 0; i < kernel.count; ++i)
        if (kernel.arguments[i].memory == memory) used[kernel.stage == plan::Stage::decode] = true;
    if (used[0] && used[1]) shared.push_back(memory);
  }
  return shared;
}

void load_image(const std::string& directory, const plan::Memory& memory, char* data) {
  const std::string path = directory + "/" + memory.name + ".bin";
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) fail("cannot open " + path + "; run: node run.mjs pack");
  const std::size_t got = std::fread(data, 1, memory.bytes, file);
  const bool more = std::fgetc(file) != EOF;
  std::fclose(file);
  if (got != memory.bytes || more) fail(path + " has the wrong size; run: node run.mjs pack");
}

class Host {
 public:
  Host(const Options& options, Board& board) : options_(options), board_(board), meter_(board) {}

  void run(const std::vector<std::vector<int>>& sequences) {
    if (std::size(plan::kBitstreams) == 1) {
      load(plan::kBitstreams[0]);
      for (std::size_t s = 0; s < sequences.size(); ++s) {
        prefill(sequences[s]);
        decode(sequences[s], s);
      }
    } else {
      // Changing the bitstream takes long: all prompts first. Their keys and values wait in the host's memory.
      const std::vector<int> shared = shared_memories();
      std::vector<std::vector<std::vector<char>>> kept(sequences.size());
      load(plan::kBitstreams[0]);
      for (std::size_t s = 0; s < sequences.size(); ++s) {
        prefill(sequences[s]);
        const Stopwatch watch(handover_);
        for (const int memory : shared) {
          board_.from_card(memory);
          kept[s].emplace_back(board_.data(memory), board_.data(memory) + plan::kMemories[memory].bytes);
        }
      }
      load(plan::kBitstreams[1]);
      for (std::size_t s = 0; s < sequences.size(); ++s) {
        {
          const Stopwatch watch(handover_);
          for (std::size_t i = 0; i < shared.size(); ++i) {
            std::memcpy(board_.data(shared[i]), kept[s][i].data(), kept[s][i].size());
            board_.to_card(shared[i]);
          }
        }
        decode(sequences[s], s);
      }
    }
    meter_.stop();
    std::printf("time load %.6f\ntime prefill %.6f\ntime handover %.6f\ntime decode %.6f\n", load_, prefill_, handover_,
        decode_);
    meter_.print("idle", kIdle);
    meter_.print("prefill", kPrefill);
    meter_.print("decode", kDecode);
    std::printf("done\n");
  }

 private:
  void load(const plan::Bitstream& bitstream) {
    meter_.enter(kOther);
    const Stopwatch watch(load_);
    board_.load(bitstream, options_.bitstreams.at(bitstream.name));
    for (int memory = 0; memory < kMemoryCount; ++memory) {
      if (!board_.has(memory)) continue;
      const plan::Memory& what = plan::kMemories[memory];
      if (what.image) load_image(options_.images, what, board_.data(memory));
      else std::memset(board_.data(memory), 0, what.bytes);
      board_.to_card(memory);
    }
  }

  /// Hands the first `count` ids to prefill.
  void give(const std::vector<int>& ids, int count) {
    char* prompt = board_.data(plan::kPrompt);
    std::memset(prompt, 0, plan::kMemories[plan::kPrompt].bytes);
    std::memcpy(prompt, ids.data(), static_cast<std::size_t>(count) * sizeof(int));
    board_.to_card(plan::kPrompt);
  }

  void prefill(const std::vector<int>& ids) {
    const int count = static_cast<int>(ids.size()) - 1;
    if (count == 0) return;
    const Stopwatch watch(prefill_);
    if (plan::kSegments.segment > 0) {
      prefill_segments(segment_launches(plan::kSegments, ids, count + 1));
      return;
    }
    give(ids, count);
    meter_.enter(kPrefill);
    for (int start = 0; start < count; start += plan::kPrefillChunk) {
      const int tokens = count - start < plan::kPrefillChunk ? count - start : plan::kPrefillChunk;
      board_.run(plan::Stage::prefill, {{"tokens", tokens}, {"start", start}}, {});
    }
    meter_.enter(kOther);
  }

  /// One segment after another; says how many launches of all are done where there are several.
  void prefill_segments(const std::vector<Launch>& launches) {
    std::size_t done = 0;
    for (const Launch& launch : launches) {
      const int tokens = static_cast<int>(launch.ids.size());
      give(launch.ids, tokens);
      meter_.enter(kPrefill);
      board_.run(plan::Stage::prefill,
                 {{"tokens", tokens}, {"launch", launch.kind}, {"memories", launch.memories}}, {});
      meter_.enter(kOther);
      ++done;
      if (launches.size() > 1) std::printf("prefilled %zu %zu\n", done, launches.size());
      std::fflush(stdout);
    }
  }

  void decode(const std::vector<int>& ids, std::size_t sequence) {
    std::printf("sequence %zu\n", sequence);
    const Stopwatch watch(decode_);
    int token = ids.back();
    int position = decode_position(plan::kSegments, static_cast<int>(ids.size()));
    for (int left = options_.tokens, chunk = 1; left > 0; chunk = options_.chunk) {
      const int steps = chunk < left ? chunk : left;
      meter_.enter(kDecode);
      board_.run(plan::Stage::decode,
                 {{"first_token", token}, {"start", position}, {"steps", steps}, {"top_k", options_.top_k},
                     {"copy_logits", 0}},
                 {options_.temperature, options_.seed});
      meter_.enter(kOther);
      board_.from_card(plan::kGenerated);
      std::vector<int> generated(static_cast<std::size_t>(steps) + 1);
      std::memcpy(generated.data(), board_.data(plan::kGenerated), generated.size() * sizeof(int));
      const int count = generated[0];
      if (count < 1 || count > steps)
        fail("decode generated " + std::to_string(count) + " tokens where up to " + std::to_string(steps) +
            " were asked for");
      for (int i = 1; i <= count; ++i) {
        token = generated[static_cast<std::size_t>(i)];
        if (token < 0 || token >= plan::kVocabulary)
          fail("decode generated the id " + std::to_string(token) + ", which is outside the vocabulary");
        std::printf("token %d\n", token);
      }
      std::fflush(stdout);
      if (plan::is_end(token) || count < steps) break;
      left -= count;
      position += count;
    }
  }

  const Options& options_;
  Board& board_;
  PowerMeter meter_;
  double load_ = 0, prefill_ = 0, handover_ = 0, decode_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  const std::vector<std::vector<int>> sequences = read_sequences(options.sequences, plan::kVocabulary);
  for (const std::vector<int>& ids : sequences) {
    const int length = static_cast<int>(ids.size());
    if (plan::kSegments.segment == 0 && length > plan::kPromptLimit)
      fail("the prompt has " + std::to_string(length) + " tokens, but the design is limited to " +
          std::to_string(plan::kPromptLimit));
    if (decode_position(plan::kSegments, length) + options.tokens > plan::kContextLimit)
      fail("prompt and generated tokens exceed the context limit of " + std::to_string(plan::kContextLimit));
  }
  try {
    Board board(options.device);
    std::printf("device %s\n", board.name().c_str());
    Host(options, board).run(sequences);
  } catch (const std::exception& error) {
    fail(error.what());
  }
  return 0;
}
