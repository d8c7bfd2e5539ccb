// What a PAM line is for, by its module's name: what doctor knows of Linux-PAM's modules, and of ours. Pure.
#pragma once

#include "setup_tool/doctor/pam_stack.hpp"

namespace umbra::pam {

enum class Kind : std::uint8_t {
  code,  // ours, each by its role
  preauth,
  authfail,
  proof,      // says who it is: a password, a key, a fingerprint; also every module we do not know
  condition,  // an administrator's exemption: pam_succeed_if and others
  root,       // root alone gets by
  helper,     // proves nothing
  permit,     // always yes
  deny,       // always no
};

inline constexpr std::string_view kOurModule = "pam_umbra_totp.so";

Kind kind_of(const Line& line);
bool is_ours(const Line& line);
// False for a password's module that always says yes or no.
bool may_ignore(const Line& line);
bool has_option(const Line& line, std::string_view option);
// The first of our module's options that it would refuse; empty where all are well.
std::string bad_option(const Line& line);

}  // namespace umbra::pam
