#include "daemon/rules/source.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace umbra {
namespace {

constexpr unsigned kMappedBits = 96;    // ::ffff:0:0/96 in front of an IPv4 address
constexpr std::size_t kUserPrefix = 8;  // bytes of an IPv6 address that a customer cannot choose: /64

bool is_terminal(std::string_view tty) noexcept {
  return tty.starts_with("/dev/") || tty.starts_with("tty") || tty.starts_with("pts/") || tty == "console";
}

bool is_ipv4(const Network& host) noexcept {
  constexpr std::array<std::uint8_t, kMappedBits / 8> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), host.address.begin());
}

}  // namespace

Source Source::of(std::string_view rhost, std::string_view tty) {
  if (literal_address(rhost)) return {Kind::address, std::string(rhost)};
  if (is_terminal(tty)) return {Kind::terminal, std::string(tty)};
  return {Kind::none, std::string(rhost.empty() ? tty : rhost)};
}

std::string Source::budget() const {
  if (kind == Kind::none) return {};
  if (kind == Kind::terminal) return text;
  auto host = literal_address(text);
  if (!host) return {};
  char room[INET6_ADDRSTRLEN];
  if (is_ipv4(*host)) {
    const char* ipv4 = inet_ntop(AF_INET, host->address.data() + kMappedBits / 8, room, sizeof room);
    return ipv4 == nullptr ? std::string() : ipv4;
  }
  std::fill(host->address.begin() + kUserPrefix, host->address.end(), std::uint8_t{0});
  const char* ipv6 = inet_ntop(AF_INET6, host->address.data(), room, sizeof room);
  return ipv6 == nullptr ? std::string() : std::string(ipv6) + "/64";
}

bool SourcePolicy::spares(const Source& source) const {
  if (source.kind != Source::Kind::address) return false;
  const auto host = literal_address(source.text);
  return host && std::any_of(exempt.begin(), exempt.end(), [&](const Network& n) { return n.contains(*host); });
}

std::int64_t SourceBudgets::slice(const SourcePolicy& policy, std::int64_t now) noexcept {
  return now / std::max<std::int64_t>(1, (policy.interval + kSlices - 1) / kSlices);
}

// Its slices are those of a shorter interval, which a reload has changed: it would count for ever, so it starts anew.
bool SourceBudgets::is_ahead(const Entry& entry, std::int64_t now_slice) noexcept {
  return entry.last - now_slice >= static_cast<std::int64_t>(entry.counts.size());
}

unsigned SourceBudgets::used(const Entry& entry, std::int64_t now_slice) noexcept {
  const auto size = static_cast<std::int64_t>(entry.counts.size());
  unsigned sum = 0;
  if (is_ahead(entry, now_slice)) return sum;
  for (std::int64_t back = 0; back < size; ++back) {
    const std::int64_t at = entry.last - back;
    if (at >= 0 && now_slice - at < size) sum += entry.counts[static_cast<std::size_t>(at % size)];
  }
  return sum;
}

bool SourceBudgets::open(const std::string& budget, const SourcePolicy& policy, std::int64_t now) const {
  const auto known = by_budget_.find(budget);
  return known == by_budget_.end() || used(*known->second, slice(policy, now)) < policy.failures;
}

void SourceBudgets::charge(const std::string& budget, const SourcePolicy& policy, std::int64_t now) {
  if (budget.empty()) return;
  const std::int64_t now_slice = slice(policy, now);
  const auto known = by_budget_.find(budget);
  if (known != by_budget_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
  } else {
    if (entries_.size() == kMost) {
      by_budget_.erase(entries_.back().budget);
      entries_.pop_back();
    }
    entries_.push_front({budget, {}, now_slice});
    by_budget_.emplace(entries_.front().budget, entries_.begin());
  }
  Entry& entry = entries_.front();
  const auto size = static_cast<std::int64_t>(entry.counts.size());
  if (is_ahead(entry, now_slice)) {
    entry.counts = {};
    entry.last = now_slice;
  }
  // Slices between the last failure and now are empty, whatever they once held.
  for (std::int64_t at = std::max(entry.last + 1, now_slice - size + 1); at <= now_slice; ++at)
    entry.counts[static_cast<std::size_t>(at % size)] = 0;
  entry.last = std::max(entry.last, now_slice);
  auto& count = entry.counts[static_cast<std::size_t>(entry.last % size)];
  if (count < UINT16_MAX) ++count;
}

void SourceBudgets::clean(const SourcePolicy& policy, std::int64_t now) {
  const std::int64_t now_slice = slice(policy, now);
  while (!entries_.empty() && used(entries_.back(), now_slice) == 0) {
    by_budget_.erase(entries_.back().budget);
    entries_.pop_back();
  }
}

}  // namespace umbra
