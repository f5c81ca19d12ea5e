// The card through VRT, the runtime of SLASH (Alveo V80). The same program runs hardware, simulation and emulation.
#pragma once
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <vrt/buffer.hpp>
#include <vrt/device.hpp>
#include <vrt/kernel.hpp>

#include "plan.hpp"

/// Values of the arguments that are no whole numbers.
struct Sampling {
  float temperature = 0.0f;
  unsigned seed = 0;
};

class Board {
 public:
  /// `device` is the bus address of the card, such as 0000:03:00.
  explicit Board(const std::string& device) : address_(device) {
    if (device.empty()) throw std::runtime_error("--device is missing; v80-smi list shows the bus address of the card");
  }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board() { close(); }

  std::string name() const { return "Alveo V80 " + address_; }

  /// VRT has no sensors; the runner asks v80-smi.
  double watts() const { return -1.0; }

  /// Loads a bitstream and allocates the memories of its kernels, each in the bank that its arguments are connected to.
  void load(const plan::Bitstream& bitstream, const std::string& file) {
    close();
    device_ = std::make_unique<vrt::Device>(address_, file);
    for (const plan::Kernel& kernel : plan::kKernels) {
      if (!(kernel.stage == plan::Stage::prefill ? bitstream.prefill : bitstream.decode)) continue;
      vrt::Kernel handle(*device_, kernel.instance);
      for (int i = 0; i < kernel.count; ++i) {
        const plan::Argument& argument = kernel.arguments[i];
        if (argument.kind != plan::Kind::memory || has(argument.memory)) continue;
        const std::size_t words = (plan::kMemories[argument.memory].bytes + sizeof(Word) - 1) / sizeof(Word);
        memories_.emplace(argument.memory,
                          std::make_unique<vrt::Buffer<Word>>(*device_, words, handle.argMemoryConfig(argument.name)));
      }
      kernels_.emplace_back(&kernel, handle);
    }
  }

  bool has(int memory) const { return memories_.count(memory) != 0; }
  char* data(int memory) { return reinterpret_cast<char*>(&(*memories_.at(memory))[0]); }
  void to_card(int memory) { memories_.at(memory)->sync(vrt::SyncType::HOST_TO_DEVICE); }
  void from_card(int memory) { memories_.at(memory)->sync(vrt::SyncType::DEVICE_TO_HOST); }

  /// Starts all kernels of a stage and waits for them.
  void run(plan::Stage stage, const std::map<std::string, int>& values, const Sampling& sampling) {
    for (auto& [kernel, handle] : kernels_) {
      if (kernel->stage != stage) continue;
      for (int i = 0; i < kernel->count; ++i) {
        const plan::Argument& argument = kernel->arguments[i];
        switch (argument.kind) {
          case plan::Kind::memory: handle.setArg(argument.name, *memories_.at(argument.memory)); break;
          case plan::Kind::int_value: handle.setArg(argument.name, values.at(argument.name)); break;
          case plan::Kind::float_value: handle.setArg(argument.name, sampling.temperature); break;
          case plan::Kind::unsigned_value: handle.setArg(argument.name, sampling.seed); break;
        }
      }
      handle.start();
    }
    for (auto& [kernel, handle] : kernels_)
      if (kernel->stage == stage) handle.wait();
  }

 private:
  /// What is copied at a time; the kernels' words are at most as wide.
  struct alignas(64) Word {
    char bytes[64];
  };

  void close() {
    memories_.clear();
    kernels_.clear();
    if (device_) device_->cleanup();
    device_.reset();
  }

  std::string address_;
  std::unique_ptr<vrt::Device> device_;
  std::map<int, std::unique_ptr<vrt::Buffer<Word>>> memories_;
  std::vector<std::pair<const plan::Kernel*, vrt::Kernel>> kernels_;
};
