// Writes the binary part of the corpus: make_seeds DIRECTORY. Run it again where a message or the record changes. What
// is text is written by hand.
#include <iostream>

#include "daemon/crypto/sodium.hpp"
#include "daemon/service/challenge.hpp"
#include "tests/fuzz/seeds.hpp"

namespace umbra::fuzz {
namespace {

// The same bytes in every run: KeyRing::seal() draws its own IV.
std::string seal(Bytes plain) {
  std::uint8_t key[fernet::kKeySize];
  sodium::decode_base64url(kKey, key);
  const std::uint8_t iv[16] = {1, 2, 3};
  return fernet::Key(Bytes(key)).seal(plain, kNow, iv);
}

void requests(const Corpus& corpus) {
  wire::Begin begin;
  begin.user = "alice";
  begin.service = "sshd";
  begin.tty = "ssh";
  begin.rhost = "192.0.2.1";
  corpus.request("begin", begin);
  corpus.request("verify", wire::Verify{"gAAAAA", "123456"});
  corpus.request("complete", wire::Complete{"gAAAAA"});
  corpus.request("ping", wire::Ping{});
  wire::Setup setup;
  setup.user = "alice";
  setup.algorithm = 1;
  setup.digits = 6;
  setup.period = 30;
  corpus.request("setup", setup);
  corpus.request("check", wire::Check{"alice", "ABCD-EFGH"});
  corpus.request("list", wire::List{"alice"});
  corpus.request("confirm", wire::Confirm{"alice", "123456"});
  corpus.request("status", wire::StatusOf{"alice"});
  corpus.request("unlock", wire::Unlock{"alice"});
  corpus.request("remove", wire::Remove{"alice"});
}

void factor_requests(const Corpus& corpus) {
  wire::Begin begin;
  begin.user = "alice";
  begin.service = "login";
  begin.tty = "/dev/tty1";
  begin.nullok = begin.may_enrol = true;
  corpus.request("begin_enrol", begin);
  corpus.request("preauth", wire::Preauth{"alice", "sshd", "ssh", "2001:db8::1"});
  corpus.request("authfail", wire::Authfail{"alice", "sshd", "ssh", "2001:db8::1", true});
  corpus.request("enrol", wire::Enrol{"gAAAAA"});
  corpus.request("backup_codes", wire::BackupCodes{"alice", "a password", "123456"});
  corpus.request("disable", wire::Disable{"alice", "a password", "ABCD-EFGH"});
  corpus.request("enforce", wire::Enforce{"alice"});
  corpus.request("unenforce", wire::Unenforce{"alice"});
  corpus.request("bypass", wire::Bypass{"alice", 3600});
  corpus.request("trail", wire::TrailOf{"alice", 41, 0});
  corpus.request("keys", wire::KeysOf{});
  corpus.request("rotate", wire::Rotate{});
  corpus.request("rotation", wire::RotationOf{});
  corpus.request("retire", wire::Retire{});
  corpus.request("trail_last", wire::TrailOf{"", 0, 20});
  corpus.request("explain", wire::Explain{"alice", "sshd", "192.0.2.1"});
}

void backup_seeds(const Corpus& corpus) {
  using wire::Op;
  const Bytes lines = test::bytes("umbra-totp backup 1\nmade 1700000000\n");
  corpus.request("backup_begin", wire::BackupBegin{true});
  corpus.request("backup_page", wire::BackupPage{77, 2});
  corpus.request("restore", wire::Restore{true});
  corpus.request("restore_page", wire::RestorePage{77, 2, lines});
  corpus.request("restore_end", wire::RestoreEnd{77});
  corpus.request("inspect", wire::Inspect{"alice"});
  corpus.reply("backup_begin", Op::backup_begin, wire::BackupBegun{1, 77, 1000});
  corpus.reply("backup_page", Op::backup_page, wire::BackupPageReply{0, true, 20, 1, lines});
  corpus.reply("restore_page", Op::restore_page, wire::RestorePageReply{6, 17, 20, 1000});
  corpus.reply("restore_end", Op::restore_end, wire::RestoreEndReply{0, 0, 1000, 3, 2});
  std::vector<std::uint8_t> items(64);
  Writer w(items);
  const wire::DamagedRecord damaged{"alice", 1};
  wire::DamagedRecord::fields(w, damaged);
  corpus.reply("inspect", Op::inspect, wire::InspectReply{true, "bob", 1000, 2500, 1, Bytes(items).first(w.size())});
}

void replies(const Corpus& corpus) {
  using wire::Op;
  corpus.reply("begin", Op::begin, wire::BeginReply{1, 6, "gAAAAA"});
  corpus.reply("verify", Op::verify, wire::VerifyReply{true, false, 3, "gAAAAA"});
  corpus.reply("complete", Op::complete, wire::Nothing{});
  corpus.reply("unavailable", Op::verify, wire::Nothing{}, wire::Status::unavailable);
  wire::SetupReply setup;
  setup.user = "alice";
  setup.issuer = "example.org";
  setup.backup_codes = "ABCD-EFGH\n";
  setup.secret = test::bytes(test::kSecretText);
  corpus.reply("setup", Op::setup, setup);
  corpus.reply("check", Op::check, wire::CodeReply{true, 0, true, 56'666'667, "alice"});
  wire::UserState state;
  state.user = "alice";
  state.enabled = true;
  corpus.reply("status", Op::status, state);
  std::vector<std::uint8_t> items(128);
  Writer w(items);
  wire::UserState::fields(w, std::as_const(state));
  wire::UserState::fields(w, std::as_const(state));
  wire::ListReply list;
  list.count = 2;
  list.items = Bytes(items).first(w.size());
  corpus.reply("list", Op::list, list);
}

void trail_reply(const Corpus& corpus) {
  wire::TrailEntry entry{41, kNow, 0, true, 15, "verify", "alice", "sshd", "192.0.2.1"};
  std::vector<std::uint8_t> items(256);
  Writer w(items);
  wire::TrailEntry::fields(w, std::as_const(entry));
  entry.number = 42;
  entry.dropped = 7;
  entry.accepted = false;
  entry.reason = 9;
  wire::TrailEntry::fields(w, std::as_const(entry));
  wire::TrailReply trail;
  trail.more = true;
  trail.last = 42;
  trail.count = 2;
  trail.items = Bytes(items).first(w.size());
  corpus.reply("trail", wire::Op::trail, trail);
}

void factor_replies(const Corpus& corpus) {
  using wire::Op;
  corpus.reply("ping", Op::ping, wire::PingReply{"1.0.0"});
  corpus.reply("preauth", Op::preauth, wire::PreauthReply{true});
  corpus.reply("authfail", Op::authfail, wire::Nothing{});
  wire::EnrolReply enrol;
  enrol.user = "alice";
  enrol.issuer = "example.org";
  enrol.secret = "GEZDGNBVGY3TQOJQ";
  enrol.uri = "otpauth://totp/example.org:alice?secret=GEZDGNBVGY3TQOJQ&issuer=example.org";
  enrol.backup_codes = "ABCD-EFGH\n";
  enrol.digits = 6;
  enrol.qr_side = 21;
  const std::vector<std::uint8_t> picture((21 * 21 + 7) / 8, 0xA5);
  enrol.qr = picture;
  corpus.reply("enrol", Op::enrol, enrol);
  corpus.shown("picture", enrol);
  enrol.qr_side = 0;
  enrol.qr = {};
  corpus.shown("no_picture", enrol);
  corpus.reply("backup_codes", Op::backup_codes, wire::ProvenReply{true, 0, "alice", "ABCD-EFGH\nJKLM-NPQR\n"});
  corpus.reply("disable", Op::disable, wire::ProvenReply{false, 9, "alice", ""});
  corpus.reply("bypass", Op::bypass, wire::BypassReply{"alice", "ABCD-EFGH", kNow + 3600, true});
  wire::ExplainReply explain;
  explain.user = "alice";
  explain.rule = 2;
  explain.line = 14;
  explain.factor = 4;
  explain.enforced = true;
  corpus.reply("explain", Op::explain, explain);
  trail_reply(corpus);
}

// What a build of version 1 wrote for a user without credentials; no later build writes it.
constexpr std::uint8_t kVersionOne[] = {
    1, 3, 0, 98, 111, 98, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,  0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,  0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,  0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0,  0,   0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

void records(const Corpus& corpus) {
  Record bare;
  bare.user = "bob";
  corpus.record("bare", bare);
  Record full = test::enrolled();
  full.window.spend(56'666'667);
  full.backup.codes.resize(2);
  full.backup.codes[1].salt.emplace();
  full.bypass.emplace();
  full.pending = test::credential(wire::Algorithm::sha512, 8, 60);
  full.pending_backup.codes.resize(1);
  test::add_device(full, "tablet", 8).window = 2;
  full.pending_name = "tablet";
  full.lockout.recent = {kNow, kNow};
  full.lockout.recent_count = 2;
  full.reservations.resize(1);
  full.acceptances.resize(1);
  full.last_service = "sshd";
  full.last_source = "192.0.2.1";
  corpus.record("full", full);
  corpus.write("record", "version_1", kVersionOne);
}

void tokens(const Corpus& corpus) {
  corpus.write("token", "hello", test::bytes(seal(test::bytes("hello"))));
  corpus.write("token", "one_block", test::bytes(seal(test::bytes("0123456789abcdef"))));
  corpus.write("token", "plain", test::bytes("any plaintext that is sealed first"));

  Challenge challenge;
  challenge.user = "alice";
  challenge.service = "sshd";
  challenge.source = Source::of("192.0.2.1", "ssh");
  std::uint8_t plain[fernet::kMaxPlain];
  const struct {
    Challenge::Kind kind;
    const char* name;
  } kinds[] = {{Challenge::Kind::issued, "issued"},
               {Challenge::Kind::verified, "verified"},
               {Challenge::Kind::enrolling, "enrolling"}};
  for (const auto& [kind, name] : kinds) {
    challenge.kind = kind;
    const auto size = fixed_ring().open(seal_challenge(fixed_ring(), challenge, kNow), std::nullopt, kNow, plain);
    corpus.write("challenge", name, Bytes(plain, *size));
  }
  const auto size = fixed_ring().open(seal_challenge(fixed_ring(), Challenge{}, kNow), std::nullopt, kNow, plain);
  corpus.write("challenge", "token", test::bytes(seal(Bytes(plain, *size))));
}

void import_seeds(const Corpus& corpus) {
  std::vector<std::uint8_t> room(512);
  Writer items(room);
  wire::ImportItem item;
  item.user = "alice";
  item.secret = test::bytes(test::kSecretText);
  item.window = 8;
  item.scratch = "1234567887654321";
  std::uint8_t used[wire::UsedStep::kSize];
  Writer steps(used);
  const wire::UsedStep step{56'666'667, 123'456};
  wire::UsedStep::fields(steps, step);
  item.used = used;
  wire::ImportItem::fields(items, std::as_const(item));
  item.further = true;
  item.scratch = {};
  wire::ImportItem::fields(items, std::as_const(item));
  corpus.request("import", wire::Import{false, true, 2, Bytes(room).first(items.size())});
  corpus.request("export", wire::Export{"alice"});
  const std::uint8_t outcomes[] = {1, 2};
  corpus.reply("import", wire::Op::import_users, wire::ImportReply{outcomes});
  Writer devices(room);
  wire::ExportedDevice device{"phone", test::bytes(test::kSecretText), 1, 6, 30};
  wire::ExportedDevice::fields(devices, std::as_const(device));
  wire::ExportReply reply;
  reply.allowed = true;
  reply.user = "alice";
  reply.issuer = "example.org";
  reply.count = 1;
  reply.devices = Bytes(room).first(devices.size());
  reply.used = used;
  corpus.reply("export", wire::Op::export_user, reply);
}

}  // namespace
}  // namespace umbra::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_seeds DIRECTORY\n";
    return 2;
  }
  umbra::sodium::init();
  const umbra::fuzz::Corpus corpus(argv[1]);
  umbra::fuzz::requests(corpus);
  umbra::fuzz::factor_requests(corpus);
  umbra::fuzz::backup_seeds(corpus);
  umbra::fuzz::device_seeds(corpus);
  umbra::fuzz::replies(corpus);
  umbra::fuzz::factor_replies(corpus);
  umbra::fuzz::records(corpus);
  umbra::fuzz::tokens(corpus);
  umbra::fuzz::import_seeds(corpus);
  umbra::fuzz::state_seeds(corpus);
  umbra::fuzz::connection_seeds(corpus);
}
