// Which rule a login meets and what comes of it, for people and for JSON. Pure.
#pragma once

#include <string>

#include "common/admin_messages.hpp"

namespace umbra {

// What was asked about.
struct LoginCase {
  std::string_view service;
  std::string_view source;  // an address; empty: a local login
};

// "code", "pass", "pass_with_nullok", "enrol" or "refused"; empty where the factor is no wire::Factor.
std::string_view outcome_word(const wire::ExplainReply& reply) noexcept;

// Both want a reply that has an outcome.
std::string explain_page(const LoginCase& login, const wire::ExplainReply& reply);
std::string explain_json(const LoginCase& login, const wire::ExplainReply& reply);

}  // namespace umbra
