// Stand-in for a part of libvrt, for tests without a card.
#pragma once
#include "buffer.hpp"

namespace vrt {

class Kernel {
 public:
  Kernel(Device&, const std::string& instance)
      : instance_(instance), values_(card::card().arguments(instance).size()) {}

  MemoryConfig argMemoryConfig(const std::string& name) const {
    const card::Argument& argument = card::card().arguments(instance_).at(index(name));
    if (argument.kind != "memory") throw std::runtime_error(name + " has no memory");
    return {argument.detail};
  }

  template <typename T>
  void setArg(const std::string& name, Buffer<T>& buffer) { values_.at(index(name)) = card::memory(buffer.buffer()); }
  template <typename T> void setArg(const std::string& name, T value) { values_.at(index(name)) = card::number(value); }
  void start() { started_ = card::card().start(instance_, values_); }
  void wait() {
    if (!started_) throw std::runtime_error("wait for a kernel that was not started");
    card::card().wait(started_);
    started_.reset();
  }

 private:
  std::size_t index(const std::string& name) const {
    const auto& arguments = card::card().arguments(instance_);
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (arguments[i].name == name) return i;
    throw std::runtime_error("Kernel argument '" + name + "' not found");
  }

  std::string instance_;
  std::vector<card::Value> values_;
  std::shared_ptr<card::Started> started_;
};

}  // namespace vrt
