// A card for tests of the host programs: kernels are the C-simulated functions, device memory is separate from the
// host's, and whatever the real runtimes refuse is refused. A "bitstream" is a text file: lines `board NAME`,
// `argument INSTANCE INDEX NAME memory BANK|scalar TYPE|stream`.
#pragma once
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel_threads.hpp"

namespace card {

struct Buffer {
  std::string bank;
  std::vector<char> host, device;
  unsigned generation = 0;

  /// Device memory begins at a multiple of the widest word, as on the card: vectorised code relies on it.
  char* memory() {
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(device.data());
    return device.data() + ((start + kAlignment - 1) / kAlignment * kAlignment - start);
  }
  static constexpr std::uintptr_t kAlignment = 4096;
};

struct Value {
  std::string type;  // memory, int, float, unsigned; empty while not set
  Buffer* buffer = nullptr;
  std::uint32_t bits = 0;
};

/// What a kernel function gets.
class Arguments {
 public:
  explicit Arguments(const std::vector<Value>& values) : values_(values) {}
  template <typename T>
  T* pointer(int index) const {
    return reinterpret_cast<T*>(values_.at(static_cast<std::size_t>(index)).buffer->memory());
  }
  template <typename T> T value(int index) const {
    T result;
    std::memcpy(&result, &values_.at(static_cast<std::size_t>(index)).bits, sizeof(T));
    return result;
  }

 private:
  const std::vector<Value>& values_;
};

using Function = std::function<void(const Arguments&)>;

/// The kernels' functions by name; the generated glue registers them.
inline std::map<std::string, Function>& functions() {
  static std::map<std::string, Function> all;
  return all;
}
inline bool add(const std::string& name, Function function) {
  functions()[name] = std::move(function);
  return true;
}

/// A file with what the card says instead of loading a bitstream; nothing is wrong while it is empty or not there.
inline std::string& trouble() {
  static std::string path;
  return path;
}

struct Argument {
  std::string name, kind, detail;  // detail: bank or type
};

struct Started {
  std::string kernel;
  std::vector<Value> values;
  bool done = false;
};

class Card {
 public:
  void load(const std::string& file) {
    std::ostringstream words;
    words << std::ifstream(trouble()).rdbuf();
    if (!words.str().empty()) throw std::runtime_error(words.str());
    std::ifstream in(file);
    if (!in) throw std::runtime_error("failed to load xclbin: no such file " + file);
    kernels.clear();
    allocated.clear();
    ++generation;
    std::string word;
    while (in >> word) {
      if (word == "board") {
        in >> board;
      } else if (word == "argument") {
        std::string instance, kind, detail;
        std::size_t index = 0;
        Argument argument;
        in >> instance >> index >> argument.name >> argument.kind;
        if (argument.kind != "stream") in >> argument.detail;
        auto& arguments = kernels[instance];
        if (arguments.size() != index) throw std::runtime_error(file + " is damaged");
        arguments.push_back(argument);
      } else {
        throw std::runtime_error("failed to load xclbin: Invalid argument");
      }
    }
  }

  std::shared_ptr<Buffer> allocate(const std::string& bank, std::size_t bytes) {
    auto buffer = std::make_shared<Buffer>();
    buffer->bank = bank;
    // What is on the card before the host writes is not zero.
    buffer->host.assign(bytes, static_cast<char>(0x5a));
    buffer->device.assign(bytes + Buffer::kAlignment + 64, static_cast<char>(0xa5));
    buffer->generation = generation;
    std::size_t& used = allocated[bank];
    used += bytes;
    if (used > capacity(bank)) throw std::bad_alloc();
    return buffer;
  }

  void check(const Buffer& buffer) const {
    if (buffer.generation != generation) throw std::runtime_error("a buffer of another bitstream was used");
  }

  const std::vector<Argument>& arguments(const std::string& instance) const {
    const auto found = kernels.find(instance);
    if (found == kernels.end()) throw std::runtime_error("No such kernel '" + instance + "'");
    return found->second;
  }

  /// The kernel begins; it runs when somebody waits, together with all others that were started.
  std::shared_ptr<Started> start(const std::string& instance, const std::vector<Value>& values) {
    const auto& expected = arguments(instance);
    const std::string kernel = instance.substr(0, instance.rfind('_'));
    if (functions().count(kernel) == 0) throw std::runtime_error("No such kernel '" + kernel + "'");
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Argument& argument = expected[i];
      const Value& value = values.at(i);
      if (argument.kind == "stream") {
        if (!value.type.empty()) throw std::runtime_error(argument.name + " is a stream and cannot be set");
        continue;
      }
      if (value.type.empty()) throw std::runtime_error(instance + " was started without its argument " + argument.name);
      if (argument.kind == "scalar" && value.type != argument.detail)
        throw std::runtime_error(argument.name + " is of type " + argument.detail + ", but was set to " + value.type);
      if (argument.kind == "memory") {
        if (value.type != "memory") throw std::runtime_error(argument.name + " is a memory, but was set to a number");
        check(*value.buffer);
        if (value.buffer->bank != argument.detail)
          throw std::runtime_error(argument.name + " is connected to " + argument.detail + ", but its buffer lies in " +
              value.buffer->bank);
      }
    }
    for (const auto& other : running)
      if (other->kernel == kernel) throw std::runtime_error(instance + " was started while it runs");
    auto started = std::make_shared<Started>();
    started->kernel = kernel;
    started->values = values;
    running.push_back(started);
    return started;
  }

  void wait(const std::shared_ptr<Started>& started) {
    if (started->done) return;
    std::vector<std::function<void()>> all;
    for (const auto& one : running) all.push_back([one] { functions()[one->kernel](Arguments(one->values)); });
    flexllm_csim::KernelThreads::run(all);
    for (const auto& one : running) one->done = true;
    running.clear();
  }

  std::string board;
  std::map<std::string, std::vector<Argument>> kernels;

 private:
  /// Bytes of a bank, or of a range such as HBM[2:5].
  std::size_t capacity(const std::string& bank) const {
    if (bank.rfind("DDR", 0) == 0 || bank == "MEM") return std::size_t{16} << 30;
    const std::size_t one = std::size_t{board == "v80" ? 512u : 256u} << 20;
    const std::size_t colon = bank.find(':');
    if (colon == std::string::npos) return one;
    const std::size_t first = std::stoul(bank.substr(bank.find('[') + 1));
    return one * (std::stoul(bank.substr(colon + 1)) - first + 1);
  }

  std::map<std::string, std::size_t> allocated;
  std::vector<std::shared_ptr<Started>> running;
  unsigned generation = 0;
};

inline Card& card() {
  static Card one;
  return one;
}

template <typename T> Value number(T value) {
  static_assert(sizeof(T) == 4, "kernel arguments have 32 bits");
  Value result;
  result.type = std::is_same<T, float>::value ? "float" : std::is_unsigned<T>::value ? "unsigned" : "int";
  std::memcpy(&result.bits, &value, sizeof(T));
  return result;
}

inline Value memory(Buffer& buffer) {
  Value result;
  result.type = "memory";
  result.buffer = &buffer;
  return result;
}

}  // namespace card
