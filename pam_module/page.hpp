// The text of one long prompt, in place and overwritten when it leaves scope; ruled by ARCHITECTURE.md, "Where each
// secret lives". It may hold a fresh secret, so it is never on the heap.
#pragma once

#include <string_view>

#include "common/secret.hpp"

namespace umbra {

inline constexpr std::size_t kMaxPage = 8192;  // bytes, the final zero included

class Page {
 public:
  Page() noexcept = default;
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  ~Page() { clear(); }

  // Appends the whole of `text`, or nothing: from then on the page is full() and takes no more.
  Page& add(std::string_view text) noexcept {
    full_ = full_ || text.size() >= kMaxPage - size_;
    if (full_ || text.empty()) return *this;
    std::memcpy(text_ + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  void clear() noexcept {
    wipe(text_, size_);
    size_ = 0;
    full_ = false;
  }

  [[nodiscard]] bool full() const noexcept { return full_; }
  [[nodiscard]] const char* c_str() const noexcept { return text_; }
  [[nodiscard]] std::string_view view() const noexcept { return {text_, size_}; }

 private:
  char text_[kMaxPage] = {};
  std::size_t size_ = 0;
  bool full_ = false;
};

}  // namespace umbra
