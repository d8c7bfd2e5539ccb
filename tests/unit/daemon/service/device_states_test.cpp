// The requests about devices in every state of a user, by root, by the user and by somebody else: the outcome of each.
// states_test.cpp has all others.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/daemon/service/states.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using test::kStates;
using test::Subject;
using wire::Status;

// state | request | by root | by the user | by somebody else
constexpr std::string_view kTable = R"(
unknown | add | no_such_user | denied | denied
unknown | add with code | no_such_user | denied | denied
unknown | add force | no_such_user | denied | denied
unknown | devices | no_such_user | denied | denied
unknown | disable one | no_such_user | denied | denied
unknown | disable one, wrong code | no_such_user | denied | denied
unknown | disable none of his | no_such_user | denied | denied
none | add | accepted | accepted | denied
none | add with code | accepted | accepted | denied
none | add force | accepted | denied | denied
none | devices | 0 | 0 | denied
none | disable one | no_device | no_device | denied
none | disable one, wrong code | no_device | no_device | denied
none | disable none of his | no_device | no_device | denied
pending | add | accepted | accepted | denied
pending | add with code | accepted | accepted | denied
pending | add force | accepted | denied | denied
pending | devices | 0 pending | 0 pending | denied
pending | disable one | no_device | no_device | denied
pending | disable one, wrong code | no_device | no_device | denied
pending | disable none of his | no_device | no_device | denied
enabled | add | enabled | enabled | denied
enabled | add with code | accepted | accepted | denied
enabled | add force | accepted | denied | denied
enabled | devices | 1 | 1 | denied
enabled | disable one | accepted | accepted | denied
enabled | disable one, wrong code | accepted | refused | denied
enabled | disable none of his | no_device | no_device | denied
enforced | add | accepted | accepted | denied
enforced | add with code | accepted | accepted | denied
enforced | add force | accepted | denied | denied
enforced | devices | 0 | 0 | denied
enforced | disable one | no_device | no_device | denied
enforced | disable one, wrong code | no_device | no_device | denied
enforced | disable none of his | no_device | no_device | denied
locked | add | enabled | enabled | denied
locked | add with code | refused | refused | denied
locked | add force | accepted | denied | denied
locked | devices | 1 | 1 | denied
locked | disable one | accepted | refused | denied
locked | disable one, wrong code | accepted | refused | denied
locked | disable none of his | no_device | no_device | denied
suspended | add | enabled | enabled | denied
suspended | add with code | refused | refused | denied
suspended | add force | accepted | denied | denied
suspended | devices | 1 | 1 | denied
suspended | disable one | accepted | refused | denied
suspended | disable one, wrong code | accepted | refused | denied
suspended | disable none of his | no_device | no_device | denied
exempt | add | enabled | enabled | denied
exempt | add with code | accepted | accepted | denied
exempt | add force | accepted | denied | denied
exempt | devices | 1 | 1 | denied
exempt | disable one | accepted | accepted | denied
exempt | disable one, wrong code | accepted | refused | denied
exempt | disable none of his | no_device | no_device | denied
)";

std::string word(Status status) {
  switch (status) {
    case Status::not_permitted: return "denied";
    case Status::no_such_user: return "no_such_user";
    case Status::already_enabled: return "enabled";
    case Status::no_device: return "no_device";
    default: return "status " + std::to_string(static_cast<int>(status));
  }
}

// A refusal is held to the deadline.
template <class Answered>
std::string verdict(const Answered& answered) {
  if (answered.status != Status::ok) return word(answered.status);
  if (answered.reply.accepted) return "accepted";
  return answered.held ? "refused" : "refused at once";
}

std::string added(Subject& s, const Peer& peer, std::string_view answer, bool force) {
  wire::AddDevice message;
  message.user = "alice";
  message.name = "tablet";
  message.answer = answer;
  message.force = force;
  return verdict(s.send<wire::AddDeviceReply>(peer, message));
}

std::string listed(Subject& s, const Peer& peer) {
  const auto answered = s.send<wire::DevicesReply>(peer, wire::DevicesOf{"alice"});
  if (answered.status != Status::ok) return word(answered.status);
  return std::to_string(answered.reply.count) + (answered.reply.pending.empty() ? "" : " pending");
}

std::string disabled(Subject& s, const Peer& peer, std::string_view name, std::string_view answer) {
  wire::DropDevice message;
  message.user = "alice";
  message.password = "alice's password";
  message.answer = answer;
  message.name = name;
  return verdict(s.send<wire::ProvenReply>(peer, message));
}

using Operation = std::function<std::string(Subject&, const Peer&)>;
const std::vector<std::pair<std::string, Operation>> kOperations = {
    {"add", [](Subject& s, const Peer& peer) { return added(s, peer, {}, false); }},
    {"add with code", [](Subject& s, const Peer& peer) { return added(s, peer, s.code(), false); }},
    {"add force", [](Subject& s, const Peer& peer) { return added(s, peer, {}, true); }},
    {"devices", listed},
    {"disable one", [](Subject& s, const Peer& peer) { return disabled(s, peer, "first", s.code()); }},
    {"disable one, wrong code", [](Subject& s, const Peer& peer) { return disabled(s, peer, "first", s.wrong()); }},
    {"disable none of his", [](Subject& s, const Peer& peer) { return disabled(s, peer, "tablet", s.code()); }},
};

TEST(States, EachRequestAboutDevices) {
  std::istringstream table{std::string(kTable)};
  std::string expected;
  std::getline(table, expected);  // nothing, before the first row
  for (const auto& [state, prepare] : kStates)
    for (const auto& [request, act] : kOperations) {
      std::string row = state + " | " + request;
      for (const Peer& peer : {kRoot, kAlice, kBob}) {
        Subject subject;
        prepare(subject);
        row += " | " + act(subject, peer);
      }
      ASSERT_TRUE(std::getline(table, expected));
      EXPECT_EQ(row, expected);
    }
  EXPECT_FALSE(std::getline(table, expected)) << expected;
}

}  // namespace
}  // namespace umbra
