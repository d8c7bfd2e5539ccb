#include "daemon/service/login_enrolment.hpp"

#include <array>

#include "common/otpauth.hpp"
#include "daemon/service/replies.hpp"
#include "daemon/system/qr_code.hpp"

namespace umbra {

using wire::Status;

namespace {

void show(const CallPtr& call, const Offer& offer) {
  std::array<char, wire::kMaxSecretText> secret;
  std::array<char, wire::kMaxUri> uri;
  const WipeGuard secret_guard(secret.data(), secret.size());
  const WipeGuard uri_guard(uri.data(), uri.size());
  wire::EnrolReply reply;
  reply.user = offer.account.name;
  reply.issuer = offer.issuer;
  reply.secret = {secret.data(), base32(offer.credential.secret.view(), secret)};
  const OtpAccount account{offer.issuer,
                           offer.account.name,
                           reply.secret,
                           static_cast<std::uint8_t>(offer.credential.algorithm),
                           offer.credential.digits,
                           offer.credential.period};
  reply.uri = {uri.data(), otpauth_uri(account, uri)};
  reply.backup_codes = text(offer.codes);
  reply.digits = offer.credential.digits;
  const QrBits qr = qr_bits(reply.uri);
  reply.qr_side = qr.side;
  reply.qr = qr.bits.view();
  call->reply(reply);
}

}  // namespace

void LoginEnrolment::enrol(const CallPtr& call) {
  wire::Enrol message;
  if (!call->read(message)) return call->fail(Status::bad_request);
  const auto challenge = open_challenge(context_.ring, message.challenge, {Challenge::Kind::enrolling},
                                        call->peer().uid, context_.clock.wall());
  if (!challenge || challenge->id != call->id()) return call->fail(Status::not_permitted);
  auto wish = std::make_shared<Wish>();
  wish->account = {challenge->user, challenge->uid, static_cast<gid_t>(-1)};
  wish->credential = default_credential(*context_.settings.get());
  enrolment_.offer(wish, [this, call, challenge = *challenge](Status status, const Offer* offer) {
    if (offer == nullptr) return call->fail(status);
    show(call, *offer);
    context_.audit.write(
        {"enrol", challenge.user, challenge.service, challenge.source.text, true, wire::Reason::must_enrol});
  });
}

void LoginEnrolment::confirm(const CallPtr& call, const Challenge& challenge, const std::shared_ptr<Attempt>& attempt) {
  attempt->allow_backup_code = false;
  attempt->purpose = Purpose::enrol;
  auto mutate = [attempt, challenge, rules = rules_of(*context_.settings.get())](std::optional<Record>& record,
                                                                                 Confirmation& outcome) {
    return confirm_pending(record, challenge.uid, *attempt, rules, {challenge.service, challenge.source.text}, outcome);
  };
  context_.committer.update<Confirmation>(challenge.user, std::move(mutate),
                                          [this, call, challenge](const Confirmation* durable) {
                                            if (durable == nullptr) return call->fail(Status::unavailable);
                                            const Judgement judgement{durable->status == Status::ok, durable->decision};
                                            Challenge confirmed = challenge;
                                            confirmed.generation = durable->generation;
                                            answer_login(context_, call, confirmed, &judgement);
                                          });
}

}  // namespace umbra
