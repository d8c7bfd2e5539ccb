#include "setup_tool/import/umbra_web.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "setup_tool/import/fields.hpp"
#include "setup_tool/import/phc.hpp"

namespace umbra::intake {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kPeriod = 30;            // the web application has no other
constexpr std::uint64_t kLeastStep = 1'000'000;  // what is smaller is a distance from now, not a step

// The value; null where it is not there.
const Json& at(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

bool read_flag(const Json& object, const char* key, bool& flag) {
  const Json& value = at(object, key);
  if (value.is_boolean()) flag = value.get<bool>();
  return value.is_boolean() || value.is_null();
}

// Unix seconds, from a text or a number; 0 for null.
std::optional<std::int64_t> read_time(const Json& value) {
  if (value.is_null()) return 0;
  if (value.is_string()) return unix_time(value.get_ref<const std::string&>());
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.get<double>();
  if (seconds < 0 || seconds >= 1e11) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

std::string read_secret(const Json& value, const std::vector<FernetKey>& keys, Credential& credential) {
  if (value.is_null()) return {};
  if (!value.is_string()) return "totp_secret is no text";
  for (const FernetKey& key : keys) {
    const auto plain = key.open(value.get_ref<const std::string&>());
    if (!plain) continue;
    const std::string_view base32(reinterpret_cast<const char*>(plain->data()), plain->size());
    return read_base32(base32, credential.secret) ? "" : "what totp_secret seals is not 1 to 64 bytes in base32";
  }
  return "totp_secret does not open with this key: check --secret-key-file";
}

std::string read_code(const Json& value, Credential& credential) {
  if (!value.is_object() || !at(value, "code_hash").is_string()) return "a backup code has no code_hash";
  wire::HashedCode& code = credential.hashed_codes.emplace_back();
  if (std::string wrong = read_phc(at(value, "code_hash").get_ref<const std::string&>(), code); !wrong.empty())
    return wrong;
  const auto used_at = read_time(at(value, "used_at")), made_at = read_time(at(value, "created_at"));
  if (!used_at || !made_at) return "used_at or created_at of a backup code is no time";
  // 1970 is a time as well, and what was used must not count as fresh.
  if (!at(value, "used_at").is_null()) code.used_at = std::max<std::int64_t>(*used_at, 1);
  credential.codes_made_at = std::max(credential.codes_made_at, *made_at);
  return {};
}

std::string read_codes(const Json& list, Credential& credential) {
  if (list.is_null()) return {};
  if (!list.is_array()) return "backup_codes is no array";
  if (list.size() > wire::kMaxImportedCodes) return "it has more than 20 backup codes";
  for (const Json& value : list)
    if (std::string wrong = read_code(value, credential); !wrong.empty()) return wrong;
  return {};
}

// The code, the step that it was taken for, and when: of the last two one is enough.
std::string read_usage(const Json& value, Credential& credential) {
  constexpr const char* kWrong = "an entry of totp_usage has no code, or neither window nor used_at";
  if (!value.is_object()) return kWrong;
  std::uint32_t code = wire::UsedStep::kNoCode;
  const Json& text = at(value, "code");
  if (text.is_string()) {
    const auto digits = number<std::uint32_t>(text.get_ref<const std::string&>(), 99'999'999);
    if (!digits) return kWrong;
    code = *digits;
  } else if (!text.is_null()) {
    return kWrong;
  }
  const Json& window = at(value, "window");
  const bool step = window.is_number_unsigned() && window.get<std::uint64_t>() >= kLeastStep;
  const auto used_at = read_time(at(value, "used_at"));
  if (!used_at || (!step && *used_at == 0)) return kWrong;
  if (step) credential.used.push_back({window.get<std::uint64_t>(), code});
  if (*used_at != 0) credential.used.push_back({static_cast<std::uint64_t>(*used_at) / kPeriod, code});
  return {};
}

std::string read_usages(const Json& list, Credential& credential) {
  if (list.is_null()) return {};
  if (!list.is_array()) return "totp_usage is no array";
  for (const Json& value : list)
    if (std::string wrong = read_usage(value, credential); !wrong.empty()) return wrong;
  // What is older than the newest by more than the daemon's window is spent by that.
  auto& used = credential.used;
  std::sort(used.begin(), used.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
  if (used.size() > wire::kMaxUsedSteps) used.resize(wire::kMaxUsedSteps);
  return {};
}

std::string read_user(const Json& object, const std::vector<FernetKey>& keys, Credential& credential) {
  if (!object.is_object() || !at(object, "username").is_string()) return "it is no JSON object with a username";
  credential.user = at(object, "username").get<std::string>();
  if (credential.user.empty()) return "its username is empty";
  credential.enabled = false;
  if (!read_flag(object, "totp_enabled", credential.enabled) ||
      !read_flag(object, "mfa_enforce_pending", credential.enforced))
    return "totp_enabled or mfa_enforce_pending is neither true nor false";
  if (std::string wrong = read_secret(at(object, "totp_secret"), keys, credential); !wrong.empty()) return wrong;
  if (credential.enabled && credential.secret.empty()) return "totp_enabled is true and there is no totp_secret";
  if (credential.secret.empty()) return {};
  if (std::string wrong = read_codes(at(object, "backup_codes"), credential); !wrong.empty()) return wrong;
  return read_usages(at(object, "totp_usage"), credential);
}

}  // namespace

std::vector<FernetKey> keys_of_setting(std::string_view setting) {
  std::vector<FernetKey> keys;
  if (auto key = FernetKey::of_base64(setting)) keys.push_back(std::move(*key));
  keys.push_back(FernetKey::of_text(setting));
  return keys;
}

Reading read_web_line(std::string_view line, const std::vector<FernetKey>& keys) {
  if (trimmed(line).empty()) return {};
  const Json object = Json::parse(line, nullptr, false);
  Credential credential;
  if (std::string wrong = read_user(object, keys, credential); !wrong.empty()) return refuse(std::move(wrong));
  // Neither set up nor to be: the daemon has no record of such a user.
  if (credential.secret.empty() && !credential.enforced) return {};
  return {{std::move(credential)}, {}, 0};
}

}  // namespace umbra::intake
