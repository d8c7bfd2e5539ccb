#include "daemon/system/config_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/rules/lockout.hpp"
#include "daemon/system/line.hpp"

namespace umbra {
namespace {

constexpr std::size_t kMaxWord = 80, kMaxLine = 1024;  // bytes of a message

std::string printable(std::string_view text, std::size_t limit) {
  std::array<char, kMaxLine> room;
  LineWriter out(room);
  out.escaped(text, std::min(limit, room.size()));
  return std::string(out.view());
}

std::string quoted(std::string_view text) { return "'" + printable(text, kMaxWord) + "'"; }

std::string listed(std::span<const std::string_view> words) {
  std::string all;
  for (const auto word : words) {
    if (!all.empty()) all += ", ";
    all += word;
  }
  return all;
}

bool before(const toml::source_position& a, const toml::source_position& b) noexcept {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

std::string span_of(std::int64_t seconds) {
  if (seconds % 86400 == 0) return std::to_string(seconds / 86400) + "d";
  return std::to_string(seconds) + "s";
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) noexcept {
  constexpr std::string_view kUnits = "smhd";
  constexpr std::array<std::int64_t, 4> kSeconds{1, 60, 60 * 60, 24 * 60 * 60};
  if (text.size() < 2 || text.front() < '0' || text.front() > '9') return std::nullopt;
  const std::size_t unit = kUnits.find(text.back());
  if (unit == std::string_view::npos) return std::nullopt;
  std::int64_t count = 0;
  const char* last = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), last, count);
  if (error != std::errc() || end != last || count > kForever / kSeconds[unit]) return std::nullopt;
  return count * kSeconds[unit];
}

void Mistake::at(const toml::source_region& place, std::string what) {
  if (place_ && !before(place.begin, *place_)) return;
  place_ = place.begin;
  what_ = std::move(what);
}

std::string Mistake::line(const std::string& file_name) const {
  const auto place = place_.value_or(toml::source_position{});
  return printable(file_name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + what_,
                   kMaxLine);
}

ConfigTable::ConfigTable(const toml::table& table, std::string name, Mistake& mistake)
    : table_(table), name_(std::move(name)), mistake_(mistake) {}

const toml::node* ConfigTable::take(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

void ConfigTable::refuse(const toml::node& node, std::string_view key, std::string_view allowed) {
  mistake_.at(node.source(), quoted(key) + " must be " + std::string(allowed));
}

void ConfigTable::boolean(std::string_view key, bool& value) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  if (const auto* read = node->as_boolean())
    value = read->get();
  else
    refuse(*node, key, "true or false");
}

std::optional<std::int64_t> ConfigTable::integer_in(std::string_view key, std::int64_t low, std::int64_t high) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* read = node->as_integer();
  if (read != nullptr && read->get() >= low && read->get() <= high) return read->get();
  refuse(*node, key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

void ConfigTable::duration(std::string_view key, std::int64_t& value, std::int64_t high, Never never) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  std::optional<std::int64_t> seconds;
  if (const auto* number = node->as_integer()) seconds = number->get();
  if (const auto* text = node->as_string()) {
    if (never == Never::yes && text->get() == "never") {
      value = kForever;
      return;
    }
    seconds = parse_duration(text->get());
  }
  if (seconds && *seconds >= 1 && *seconds <= high)
    value = *seconds;
  else
    refuse(*node, key,
           "a time from 1s to " + span_of(high) + ": seconds, or a text like \"90s\", \"15m\", \"24h\", \"1d\"" +
               (never == Never::yes ? ", or \"never\"" : ""));
}

std::optional<std::size_t> ConfigTable::word_of(std::string_view key, std::span<const std::string_view> names) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* text = node->as_string()) {
    const auto found = std::find(names.begin(), names.end(), text->get());
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  refuse(*node, key, "one of these texts: " + listed(names));
  return std::nullopt;
}

void ConfigTable::text(std::string_view key, std::string_view allowed, const Take& take_text) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const auto* text = node->as_string();
  if (text == nullptr || !take_text(text->get())) refuse(*node, key, allowed);
}

void ConfigTable::texts(std::string_view key, std::string_view allowed, const Take& take_text) {
  const toml::node* node = take(key);
  if (node == nullptr) return;
  const auto* list = node->as_array();
  if (list == nullptr) return refuse(*node, key, "a list of texts, each " + std::string(allowed));
  std::vector<std::string_view> seen;
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    if (text == nullptr || !take_text(text->get())) {
      mistake_.at(item.source(), "each entry of " + quoted(key) + " must be " + std::string(allowed));
    } else if (std::find(seen.begin(), seen.end(), text->get()) != seen.end()) {
      mistake_.at(item.source(), quoted(text->get()) + " stands in " + quoted(key) + " twice");
    } else {
      seen.push_back(text->get());
    }
  }
}

const toml::table* ConfigTable::table(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return nullptr;
  if (node->as_table() == nullptr) refuse(*node, key, "a table: write [" + std::string(key) + "]");
  return node->as_table();
}

std::vector<const toml::table*> ConfigTable::tables(std::string_view key) {
  std::vector<const toml::table*> all;
  const toml::node* node = take(key);
  if (node == nullptr) return all;
  const std::string allowed = "a list of tables: write [[" + std::string(key) + "]] above each";
  const auto* list = node->as_array();
  if (list == nullptr) {
    refuse(*node, key, allowed);
    return all;
  }
  for (const toml::node& item : *list)
    if (const auto* entry = item.as_table())
      all.push_back(entry);
    else
      refuse(item, key, allowed);
  return all;
}

void ConfigTable::finish() {
  std::sort(known_.begin(), known_.end());
  for (const auto& [key, node] : table_)
    if (!std::binary_search(known_.begin(), known_.end(), key.str()))
      mistake_.at(key.source(), "unknown key " + quoted(key.str()) + "; " + (name_.empty() ? "the file" : name_) +
                                    " knows " + listed(known_));
}

}  // namespace umbra
