// Reads one TOML table key by key and remembers the first mistake, by its place in the file; ruled by
// umbra-totp.conf(5). Only config.cpp uses it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/system/toml.hpp"

namespace umbra {

// "15m", "90s", "24h", "1d" as seconds: digits and one unit. Nothing where it is none, or longer than 100 years.
std::optional<std::int64_t> parse_duration(std::string_view text) noexcept;

class Mistake {
 public:
  // Tables come in name order: of many mistakes, the one nearest to the file's start is kept.
  void at(const toml::source_region& place, std::string what);
  [[nodiscard]] bool any() const noexcept { return place_.has_value(); }
  [[nodiscard]] std::string line(const std::string& file_name) const;  // "file:3:1: what"

 private:
  std::optional<toml::source_position> place_;
  std::string what_;
};

// Every key is optional: what the file does not say keeps its value.
class ConfigTable {
 public:
  template <class Value>
  using Words = std::initializer_list<std::pair<std::string_view, Value>>;
  // Takes one text of a list; false where it is not allowed.
  using Take = std::function<bool(const std::string& text)>;
  enum class Never : bool { no, yes };

  // `name` is for messages: "[lockout]", or "" for the file itself.
  ConfigTable(const toml::table& table, std::string name, Mistake& mistake);

  void boolean(std::string_view key, bool& value);
  template <class Integer>
  void integer(std::string_view key, Integer& value, std::int64_t low, std::int64_t high) {
    if (const auto read = integer_in(key, low, high)) value = static_cast<Integer>(*read);
  }
  // Seconds, from 1 up to `high`; "never" is kForever, where that is allowed.
  void duration(std::string_view key, std::int64_t& value, std::int64_t high, Never never = Never::no);
  template <class Value>
  bool word(std::string_view key, Value& value, Words<Value> words) {
    std::vector<std::string_view> names;
    for (const auto& entry : words) names.push_back(entry.first);
    const auto index = word_of(key, names);
    if (index) value = (words.begin() + *index)->second;
    return index.has_value();
  }
  // `allowed` ends the sentence "'key' must be ...".
  void text(std::string_view key, std::string_view allowed, const Take& take);
  void texts(std::string_view key, std::string_view allowed, const Take& take);
  // The table, or tables, below this one; nothing where there is none.
  const toml::table* table(std::string_view key);
  std::vector<const toml::table*> tables(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] unsigned line() const { return table_.source().begin.line; }

  void mistake(std::string what) { mistake_.at(table_.source(), std::move(what)); }
  // Whatever was not asked for is a mistake.
  void finish();

 private:
  const toml::node* take(std::string_view key);
  void refuse(const toml::node& node, std::string_view key, std::string_view allowed);
  std::optional<std::int64_t> integer_in(std::string_view key, std::int64_t low, std::int64_t high);
  std::optional<std::size_t> word_of(std::string_view key, std::span<const std::string_view> names);

  const toml::table& table_;
  std::string name_;
  Mistake& mistake_;
  std::vector<std::string_view> known_;
};

}  // namespace umbra
