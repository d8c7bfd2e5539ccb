// A daemon that is asked to import, and what it says to each item.
#pragma once

#include <gtest/gtest.h>

#include "common/import_messages.hpp"
#include "tests/support/whole_daemon.hpp"

namespace umbra::test {

struct ImportAs {
  bool dry_run = false, replace = false;
};

struct ImportingDaemon : WholeDaemon {
  using Outcome = wire::ImportOutcome;
  using Outcomes = std::vector<Outcome>;

  static wire::ImportItem item(std::string_view user = "alice") {
    wire::ImportItem item;
    item.user = user;
    item.secret = bytes(kSecretText);
    return item;
  }
  static wire::ImportItem further(std::string_view secret, std::string_view user = "alice") {
    wire::ImportItem item = ImportingDaemon::item(user);
    item.secret = bytes(secret);
    item.further = true;
    return item;
  }

  Answered<wire::ImportReply> ask_import(const Peer& peer, const std::vector<wire::ImportItem>& items,
                                         ImportAs wish = {}) {
    Writer writer(room_);
    for (const auto& one : items) wire::ImportItem::fields(writer, one);
    wire::Import message;
    message.dry_run = wish.dry_run;
    message.replace = wish.replace;
    message.count = static_cast<std::uint16_t>(items.size());
    message.items = Bytes(room_).first(writer.size());
    return send<wire::ImportReply>(peer, message);
  }
  Outcomes import(const std::vector<wire::ImportItem>& items, ImportAs wish = {}) {
    const auto answered = ask_import(kRoot, items, wish);
    EXPECT_EQ(answered.status, wire::Status::ok);
    Outcomes outcomes;
    for (const std::uint8_t outcome : answered.reply.outcomes) outcomes.push_back(static_cast<Outcome>(outcome));
    return outcomes;
  }
  Outcome import_one(const wire::ImportItem& item, ImportAs wish = {}) { return import({item}, wish).at(0); }

  // UsedSteps as they stand in an item.
  Bytes used(std::initializer_list<wire::UsedStep> steps) {
    Writer writer(used_room_);
    for (const auto& step : steps) wire::UsedStep::fields(writer, step);
    return Bytes(used_room_).first(writer.size());
  }
  bool accepts(std::string_view answer) { return log_in(kRoot, {}, answer).reply.accepted; }
  static std::uint64_t today() { return time_step(kNow, 30); }

 private:
  std::array<std::uint8_t, wire::kMaxImportBytes> room_{};
  std::array<std::uint8_t, 1024> used_room_{};
};

}  // namespace umbra::test
