// Stand-in for a part of libvrt, for tests without a card.
#pragma once
#include "device.hpp"

namespace vrt {

enum class SyncType { HOST_TO_DEVICE, DEVICE_TO_HOST };

struct MemoryConfig {
  std::string bank;
};

template <typename T> class Buffer {
 public:
  Buffer(Device&, std::size_t count, const MemoryConfig& config)
      : count_(count), buffer_(card::card().allocate(config.bank, count * sizeof(T))) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  T& operator[](std::size_t index) {
    if (index >= count_) throw std::out_of_range("buffer index");
    return reinterpret_cast<T*>(buffer_->host.data())[index];
  }

  void sync(SyncType type) {
    card::card().check(*buffer_);
    if (type == SyncType::HOST_TO_DEVICE) std::memcpy(buffer_->memory(), buffer_->host.data(), buffer_->host.size());
    else std::memcpy(buffer_->host.data(), buffer_->memory(), buffer_->host.size());
  }

  card::Buffer& buffer() { return *buffer_; }

 private:
  std::size_t count_;
  std::shared_ptr<card::Buffer> buffer_;
};

}  // namespace vrt
