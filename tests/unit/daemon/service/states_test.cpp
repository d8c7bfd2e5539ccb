// Every state of a user × every request × (root, the user, somebody else): the outcome of each.
#include "tests/unit/daemon/service/states.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/daemon/service/states_table.hpp"

namespace umbra {
namespace {

using test::kAlice;
using test::kBob;
using test::kRoot;
using test::kStates;
using test::Subject;
using wire::Status;

std::string word(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::bad_request: return "bad_request";
    case Status::not_permitted: return "denied";
    case Status::unavailable: return "unavailable";
    case Status::no_such_user: return "no_such_user";
    case Status::not_set_up: return "not_set_up";
    case Status::already_enabled: return "enabled";
    case Status::nothing_pending: return "nothing_pending";
    case Status::keys_read_only: return "keys_read_only";
    case Status::keys_changed: return "keys_changed";
    case Status::keys_needed: return "keys_needed";
    case Status::no_device: return "no_device";
    case Status::devices_full: return "devices_full";
  }
  return "?";
}

// "accepted", "refused" (held to the deadline; where it is not, that is said), or why there is no verdict.
template <class Answered>
std::string verdict(const Answered& answered) {
  if (answered.status != Status::ok) return word(answered.status);
  if (answered.reply.accepted) return "accepted";
  return answered.held ? "refused" : "refused at once";
}

std::string asked(const test::Answered<wire::BeginReply>& begun) {
  if (begun.status != Status::ok) return word(begun.status);
  switch (static_cast<wire::Ask>(begun.reply.ask)) {
    case wire::Ask::code: return "code";
    case wire::Ask::nothing: return "nothing";
    case wire::Ask::enrol: return "enrol";
  }
  return "?";
}

std::string logged_in(Subject& s, const Peer& peer, const std::string& answer) {
  const std::uint64_t id = s.new_id();
  const auto begun = s.begin(peer, s.login, id);
  if (begun.status != Status::ok || begun.reply.ask == static_cast<std::uint8_t>(wire::Ask::nothing))
    return asked(begun);
  return verdict(s.send<wire::VerifyReply>(peer, wire::Verify{begun.reply.challenge, answer}, id));
}

std::string set_up(Subject& s, const Peer& peer, std::string_view answer, bool force) {
  wire::Setup message;
  message.user = "alice";
  message.answer = answer;
  message.force = force;
  return verdict(s.send<wire::SetupReply>(peer, message));
}

template <class Message>
std::string changed(Subject& s, const Peer& peer) {
  return word(s.send<wire::Nothing>(peer, Message{"alice"}).status);
}

std::string imported(Subject& s, const Peer& peer, bool replace) {
  std::array<std::uint8_t, 512> room{};
  Writer writer(room);
  wire::ImportItem item;
  item.user = "alice";
  item.secret = test::bytes(test::kSecretText);
  wire::ImportItem::fields(writer, std::as_const(item));
  const auto answered =
      s.send<wire::ImportReply>(peer, wire::Import{false, replace, 1, Bytes(room.data(), writer.size())});
  if (answered.status != Status::ok) return word(answered.status);
  switch (static_cast<wire::ImportOutcome>(answered.reply.outcomes[0])) {
    case wire::ImportOutcome::imported: return "imported";
    case wire::ImportOutcome::exists: return "exists";
    case wire::ImportOutcome::no_such_user: return "no_such_user";
    default: return "?";
  }
}

using Operation = std::function<std::string(Subject&, const Peer&)>;
const std::vector<std::pair<std::string, Operation>> kOperations = {
    {"preauth",
     [](Subject& s, const Peer& peer) {
       const auto answered = s.preauth(peer, s.login);
       return answered.status == Status::ok ? (answered.reply.locked ? "locked" : "open") : word(answered.status);
     }},
    {"authfail",
     [](Subject& s, const Peer& peer) {
       const auto answered = s.authfail(peer, s.login);
       return answered.status == Status::ok && answered.held ? "refused" : word(answered.status);
     }},
    {"begin", [](Subject& s, const Peer& peer) { return asked(s.begin(peer, s.login, s.new_id())); }},
    {"begin nullok",
     [](Subject& s, const Peer& peer) {
       s.login.nullok = true;
       return asked(s.begin(peer, s.login, s.new_id()));
     }},
    {"begin may_enrol",
     [](Subject& s, const Peer& peer) {
       s.login.may_enrol = true;
       return asked(s.begin(peer, s.login, s.new_id()));
     }},
    {"right code", [](Subject& s, const Peer& peer) { return logged_in(s, peer, s.code()); }},
    {"wrong code", [](Subject& s, const Peer& peer) { return logged_in(s, peer, s.wrong()); }},
    {"backup code", [](Subject& s, const Peer& peer) { return logged_in(s, peer, s.backup_codes[0]); }},
    {"setup", [](Subject& s, const Peer& peer) { return set_up(s, peer, {}, false); }},
    {"setup with code", [](Subject& s, const Peer& peer) { return set_up(s, peer, s.code(), false); }},
    {"setup force", [](Subject& s, const Peer& peer) { return set_up(s, peer, {}, true); }},
    {"confirm",
     [](Subject& s, const Peer& peer) {
       return verdict(s.send<wire::CodeReply>(peer, wire::Confirm{"alice", s.code()}));
     }},
    {"check", [](Subject& s,
                 const Peer& peer) { return verdict(s.send<wire::CodeReply>(peer, wire::Check{"alice", s.code()})); }},
    {"status",
     [](Subject& s, const Peer& peer) {
       const auto state = s.send<wire::UserState>(peer, wire::StatusOf{"alice"});
       if (state.status != Status::ok) return word(state.status);
       std::string text = state.reply.enabled ? "enabled" : "not enabled";
       if (state.reply.pending) text += " pending";
       if (state.reply.enforced) text += " enforced";
       if (state.reply.locked) text += state.reply.locked_until != 0 ? " locked until" : " locked";
       return text;
     }},
    {"backup-codes",
     [](Subject& s, const Peer& peer) {
       return verdict(s.send<wire::ProvenReply>(peer, wire::BackupCodes{"alice", "alice's password", s.code()}));
     }},
    {"disable",
     [](Subject& s, const Peer& peer) {
       return verdict(s.send<wire::ProvenReply>(peer, wire::Disable{"alice", "alice's password", s.code()}));
     }},
    {"disable, wrong password",
     [](Subject& s, const Peer& peer) {
       return verdict(s.send<wire::ProvenReply>(peer, wire::Disable{"alice", "guess", s.code()}));
     }},
    {"disable, wrong code",
     [](Subject& s, const Peer& peer) {
       return verdict(s.send<wire::ProvenReply>(peer, wire::Disable{"alice", "alice's password", s.wrong()}));
     }},
    {"list", [](Subject& s, const Peer& peer) { return word(s.send<wire::ListReply>(peer, wire::List{}).status); }},
    {"unlock", changed<wire::Unlock>},
    {"remove", changed<wire::Remove>},
    {"enforce", changed<wire::Enforce>},
    {"unenforce", changed<wire::Unenforce>},
    {"bypass",
     [](Subject& s, const Peer& peer) {
       return word(s.send<wire::BypassReply>(peer, wire::Bypass{"alice", 60}).status);
     }},
    {"log", [](Subject& s, const Peer& peer) { return word(s.send<wire::TrailReply>(peer, wire::TrailOf{}).status); }},
    {"key list",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::KeysReply>(peer, wire::KeysOf{}).status); }},
    {"key rotate",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::RotateReply>(peer, wire::Rotate{}).status); }},
    {"rotation",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::RotationReply>(peer, wire::RotationOf{}).status); }},
    {"key retire",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::RetireReply>(peer, wire::Retire{}).status); }},
    {"backup",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::BackupBegun>(peer, wire::BackupBegin{}).status); }},
    {"restore",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::BackupBegun>(peer, wire::Restore{}).status); }},
    {"db check",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::InspectReply>(peer, wire::Inspect{}).status); }},
    {"import", [](Subject& s, const Peer& peer) { return imported(s, peer, false); }},
    {"import replace", [](Subject& s, const Peer& peer) { return imported(s, peer, true); }},
    {"export",
     [](Subject& s, const Peer& peer) { return word(s.send<wire::ExportReply>(peer, wire::Export{"alice"}).status); }},
    {"explain",
     [](Subject& s, const Peer& peer) {
       return word(s.send<wire::ExplainReply>(peer, wire::Explain{"alice", "sshd", ""}).status);
     }},
};

// One line a cell, as in the table: "state | request | root | self | other".
std::vector<std::string> measured() {
  std::vector<std::string> rows;
  for (const auto& [state, prepare] : kStates)
    for (const auto& [request, act] : kOperations) {
      std::string row = state + " | " + request;
      for (const Peer& peer : {kRoot, kAlice, kBob}) {
        Subject subject;
        prepare(subject);
        row += " | " + act(subject, peer);
      }
      rows.push_back(row);
    }
  return rows;
}

TEST(States, EachRequestInEachStateByEachPeer) {
  std::istringstream table{std::string(test::kStatesTable)};
  std::vector<std::string> expected;
  for (std::string line; std::getline(table, line);)
    if (!line.empty()) expected.push_back(line);
  const auto rows = measured();
  ASSERT_EQ(expected.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], expected[i]);
}

}  // namespace
}  // namespace umbra
