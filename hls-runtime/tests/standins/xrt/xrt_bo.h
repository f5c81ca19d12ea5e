// Stand-in for a part of XRT's native API, for tests without a card. A memory group is an index into the banks seen so
// far.
#pragma once
#include "xrt_device.h"

enum xclBOSyncDirection { XCL_BO_SYNC_BO_TO_DEVICE, XCL_BO_SYNC_BO_FROM_DEVICE };

namespace xrt {

using memory_group = unsigned;

inline std::vector<std::string>& banks() {
  static std::vector<std::string> all;
  return all;
}

class bo {
 public:
  bo() = default;
  bo(const device&, std::size_t bytes, memory_group group) {
    if (bytes == 0 || bytes >= (std::size_t{1} << 32)) throw std::runtime_error("failed to allocate bo");
    buffer_ = card::card().allocate(banks().at(group), bytes);
  }

  template <typename T> T map() { return reinterpret_cast<T>(buffer().host.data()); }

  void sync(xclBOSyncDirection direction) {
    card::Buffer& b = buffer();
    card::card().check(b);
    if (direction == XCL_BO_SYNC_BO_TO_DEVICE) std::memcpy(b.memory(), b.host.data(), b.host.size());
    else std::memcpy(b.host.data(), b.memory(), b.host.size());
  }

  card::Buffer& buffer() const {
    if (!buffer_) throw std::runtime_error("an empty bo was used");
    return *buffer_;
  }

 private:
  std::shared_ptr<card::Buffer> buffer_;
};

}  // namespace xrt
