#include "common/otpauth.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t kDefaultDigits = 6;
constexpr std::uint32_t kDefaultPeriod = 30;

constexpr bool unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// Its first failure sticks, like a Writer's.
class Text {
 public:
  explicit Text(std::span<char> out) noexcept : out_(out) {}

  void put(char c) noexcept {
    if (size_ == out_.size())
      ok_ = false;
    else
      out_[size_++] = c;
  }
  void put(std::string_view text) noexcept {
    for (const char c : text) put(c);
  }
  void number(std::uint32_t value) noexcept {
    if (value >= 10) number(value / 10);
    put(static_cast<char>('0' + value % 10));
  }
  void percent_encoded(std::string_view text) noexcept {
    constexpr char kHex[] = "0123456789ABCDEF";
    for (const char c : text) {
      if (unreserved(c)) {
        put(c);
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      put('%');
      put(kHex[byte >> 4]);
      put(kHex[byte & 15]);
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return ok_ ? size_ : 0; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace

std::size_t base32(Bytes bytes, std::span<char> out) noexcept {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  Text text(out);
  unsigned bits = 0;  // in `window`, not yet written
  std::uint32_t window = 0;
  for (const std::uint8_t byte : bytes) {
    window = (window << 8 | byte) & 0xFFFF;
    for (bits += 8; bits >= 5; bits -= 5) text.put(kAlphabet[window >> (bits - 5) & 31]);
  }
  if (bits > 0) text.put(kAlphabet[window << (5 - bits) & 31]);
  return text.size();
}

std::string_view algorithm_name(std::uint8_t algorithm) noexcept {
  switch (static_cast<wire::Algorithm>(algorithm)) {
    case wire::Algorithm::sha1: return "SHA1";
    case wire::Algorithm::sha256: return "SHA256";
    case wire::Algorithm::sha512: return "SHA512";
  }
  return "";
}

std::size_t otpauth_uri(const OtpAccount& account, std::span<char> out) noexcept {
  Text uri(out);
  uri.put("otpauth://totp/");
  uri.percent_encoded(account.issuer);
  uri.put(':');
  uri.percent_encoded(account.user);
  uri.put("?secret=");
  uri.put(account.secret);
  uri.put("&issuer=");
  uri.percent_encoded(account.issuer);
  if (account.algorithm != static_cast<std::uint8_t>(wire::Algorithm::sha1)) {
    uri.put("&algorithm=");
    uri.put(algorithm_name(account.algorithm));
  }
  if (account.digits != kDefaultDigits) {
    uri.put("&digits=");
    uri.number(account.digits);
  }
  if (account.period != kDefaultPeriod) {
    uri.put("&period=");
    uri.number(account.period);
  }
  return uri.size();
}

}  // namespace umbra
