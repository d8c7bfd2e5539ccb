#include "tests/unit/daemon/store/disk.hpp"

#include <algorithm>
#include <cstring>

#include "tests/support/power_cut.hpp"

namespace umbra::test {
namespace {

using Kind = DiskEvent::Kind;

std::string folder_of(const std::string& name) {
  const auto slash = name.rfind('/');
  return slash == std::string::npos ? "." : name.substr(0, slash);
}

}  // namespace

void put(std::string& file, const DiskEvent& event, std::uint64_t from, std::uint64_t size) {
  if (file.size() < event.at + from + size) file.resize(event.at + from + size);
  std::memcpy(file.data() + event.at + from, event.bytes.data() + from, size);
}

Disk::Disk(Files there) : durable_(std::move(there)) {
  for (const auto& file : durable_) named_.insert(file.first);
}

void Disk::begin(const DiskEvent& event) {
  if (event.kind != Kind::write && event.kind != Kind::durable_write) return;
  open_.push_back({&event, event.file});
  durable_[event.file];
  if (!named_.contains(event.file)) unnamed_.try_emplace(event.file);
}

void Disk::end(const DiskEvent& event) {
  const auto settle = [&](const Write& write) {
    if (write.file != event.file) return false;
    put(durable_[write.file], *write.event, 0, write.event->bytes.size());
    return true;
  };
  switch (event.kind) {
    case Kind::write:
    case Kind::acknowledged: break;
    case Kind::durable_write:
      settle(open_.back());
      open_.pop_back();
      break;
    case Kind::sync: std::erase_if(open_, settle); break;
    case Kind::renamed: rename(event); break;
    case Kind::folder_sync:
      std::erase_if(unnamed_, [&](const auto& entry) {
        if (folder_of(entry.first) != event.file) return false;
        named_.insert(entry.first);
        return true;
      });
      break;
  }
}

void Disk::rename(const DiskEvent& event) {
  Unnamed unnamed{event.bytes, std::nullopt};
  if (const auto old = durable_.find(event.file); old != durable_.end()) unnamed.replaced = std::move(old->second);
  durable_[event.file] = durable_.extract(event.bytes).mapped();
  std::erase_if(open_, [&](const Write& write) { return write.file == event.file; });
  for (Write& write : open_)
    if (write.file == event.bytes) write.file = event.file;
  unnamed_.erase(event.bytes);
  named_.erase(event.bytes);
  unnamed_[event.file] = std::move(unnamed);
}

Files Disk::cut(unsigned mode, std::mt19937& dice) const {
  Files files = durable_;
  for (const Write& write : open_)
    for (std::uint64_t at = 0; at < write.event->bytes.size(); at += kSectorSize)
      if (mode == 1 || (mode > 1 && dice() % 2 == 0))
        put(files[write.file], *write.event, at, std::min<std::uint64_t>(kSectorSize, write.event->bytes.size() - at));
  for (const auto& [name, unnamed] : unnamed_) {
    if (mode == 1 || (mode > 1 && dice() % 2 == 0)) continue;
    auto file = files.extract(name);
    if (!unnamed.before.empty()) files[unnamed.before] = std::move(file.mapped());
    if (unnamed.replaced) files[name] = *unnamed.replaced;
  }
  return files;
}

}  // namespace umbra::test
