#include "setup_tool/import/otpauth_migration.hpp"

#include <optional>

#include "setup_tool/base64.hpp"

namespace umbra::intake {
namespace {

// Protocol Buffers, "Encoding": a message is a row of (field << 3 | wire type) and what belongs to it.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  // of a varint
  Bytes bytes;              // of what has a length
};

class Message {
 public:
  explicit Message(Bytes bytes) noexcept : left_(bytes) {}

  // Nothing at the end, or where it is broken.
  std::optional<Field> next() noexcept {
    if (left_.empty()) return std::nullopt;
    const std::uint64_t tag = varint();
    Field field;
    field.number = tag >> 3;
    switch (tag & 7) {
      case 0: field.value = varint(); break;
      case 1: take(8); break;
      case 2: field.bytes = take(varint()); break;
      case 5: take(4); break;
      default: broken_ = true;
    }
    if (broken_ || field.number == 0) return broken_ = true, std::nullopt;
    return field;
  }
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  std::uint64_t varint() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const std::uint8_t byte = left_.front();
      left_ = left_.subspan(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    broken_ = true;
    return 0;
  }
  Bytes take(std::uint64_t size) noexcept {
    if (broken_ || size > left_.size()) {
      broken_ = true;
      return {};
    }
    const Bytes bytes = left_.first(static_cast<std::size_t>(size));
    left_ = left_.subspan(static_cast<std::size_t>(size));
    return bytes;
  }

  Bytes left_;
  bool broken_ = false;
};

std::string_view text(Bytes bytes) noexcept { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

constexpr std::string_view kBroken = "what stands behind data= is no export of Google's app, or not all of it";

// message OtpParameters: 1 secret, 2 name, 3 issuer, 4 algorithm (1 SHA1, 2 SHA256, 3 SHA512, 4 MD5), 5 digits (1 six,
// 2 eight), 6 type (1 HOTP, 2 TOTP), 7 counter. What is 0 or not there is the default.
std::string set_field(const Field& field, Credential& credential) {
  switch (field.number) {
    case 1:
      if (field.bytes.empty() || !credential.secret.assign(field.bytes)) return "its secret has not 1 to 64 bytes";
      break;
    case 2: credential.user = account_of(text(field.bytes)); break;
    case 4:
      if (field.value > 3) return "its algorithm is none of SHA1, SHA256, SHA512";
      if (field.value != 0) credential.algorithm = static_cast<wire::Algorithm>(field.value);
      break;
    case 5:
      if (field.value > 2) return "its codes have neither 6 nor 8 digits";
      credential.digits = field.value == 2 ? 8 : 6;
      break;
    case 6:
      if (field.value == 1)
        return "its codes are counted (hotp), not timed, which umbra-totpd does not do: leave it out of the export";
      break;
    default: break;
  }
  return {};
}

std::string read_parameters(Bytes bytes, Credential& credential) {
  Message message(bytes);
  while (const auto field = message.next())
    if (std::string wrong = set_field(*field, credential); !wrong.empty()) return wrong;
  if (message.broken()) return std::string(kBroken);
  return credential.secret.empty() ? "an account in it has no secret" : "";
}

}  // namespace

Reading read_migration(std::string_view base64) {
  const auto bytes = from_base64(base64, Base64::standard);
  if (!bytes) return refuse(std::string(kBroken));
  Reading reading;
  Message payload(*bytes);
  while (const auto field = payload.next()) {
    if (field->number != 1) continue;  // version and place in a batch
    std::string wrong = read_parameters(field->bytes, reading.credentials.emplace_back());
    if (!wrong.empty())
      return refuse("account " + std::to_string(reading.credentials.size()) + " of the export: " + wrong);
  }
  if (payload.broken() || reading.credentials.empty()) return refuse(std::string(kBroken));
  return reading;
}

}  // namespace umbra::intake
