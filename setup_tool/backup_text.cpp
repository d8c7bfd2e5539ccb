#include "setup_tool/backup_text.hpp"

#include <nlohmann/json.hpp>

#include "setup_tool/json_text.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {
namespace {

constexpr unsigned kCodesPerLine = 2;

}  // namespace

std::vector<std::string_view> code_lines(std::string_view codes) {
  std::vector<std::string_view> lines;
  while (!codes.empty()) {
    const std::size_t end = codes.find('\n');
    if (end != 0) lines.push_back(codes.substr(0, end));
    codes.remove_prefix(end == std::string_view::npos ? codes.size() : end + 1);
  }
  return lines;
}

void put_backup_codes(SecretStream& page, std::string_view codes) {
  unsigned column = 0;
  for (const auto code : code_lines(codes)) {
    page << "    " << printable(code);
    if (++column % kCodesPerLine == 0) page << '\n';
  }
  if (column % kCodesPerLine != 0) page << '\n';
}

SecretText backup_page(std::string_view user, std::string_view codes) {
  SecretStream page;
  page << "Backup codes for " << printable(user)
       << ", for the day the phone is gone. Each works once in place of a code;\n"
          "the old ones are dead. Keep them apart from the phone; they are not shown again.\n\n";
  put_backup_codes(page, codes);
  return std::move(page).str();
}

SecretText backup_json(std::string_view user, std::string_view codes) {
  nlohmann::ordered_json object;
  object["user"] = std::string(user);
  object["backup_codes"] = nlohmann::ordered_json::array();
  for (const auto code : code_lines(codes)) object["backup_codes"].push_back(std::string(code));

  std::string line = json_line(object);
  const WipeGuard guard(line.data(), line.size());
  for (auto& code : object["backup_codes"]) {
    auto& text = code.get_ref<std::string&>();
    wipe(text.data(), text.size());
  }
  return SecretText(line);
}

}  // namespace umbra
