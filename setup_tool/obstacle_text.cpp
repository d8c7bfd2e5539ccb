#include "setup_tool/obstacle_text.hpp"

#include "common/backup_messages.hpp"
#include "setup_tool/plain_text.hpp"

namespace umbra {

Failure failure_of_obstacle(std::uint8_t obstacle, const std::string& file, std::uint64_t line) {
  using wire::Obstacle;
  const auto bad_file = [&](const std::string& what) {
    return Failure(Exit::bad_file, printable(file) + what + "; nothing was changed");
  };
  const std::string at_line = ", line " + std::to_string(line) + ": ";
  switch (static_cast<Obstacle>(obstacle)) {
    case Obstacle::none: break;
    case Obstacle::busy:
      return {Exit::wrong_state, "another one is under way: let it end, or wait a minute where it was broken off"};
    case Obstacle::expired:
      return {Exit::unavailable,
              "umbra-totpd knows no more of this, since it was restarted or nothing came for half a minute: try again "
              "(umbra-totp log says whether a restore was done)"};
    case Obstacle::not_a_backup: return bad_file(at_line + "no line of a backup: take another copy of it");
    case Obstacle::newer_version: return bad_file(": made by a later version: update umbra-totp first");
    case Obstacle::foreign_ring:
      return bad_file(at_line +
                      "sealed by a key that the key ring does not have: add the key of then (from a copy of "
                      "the key ring, or a line \"key\" of this file) behind those in the key ring, run "
                      "systemctl restart umbra-totpd, and restore again");
    case Obstacle::record: return bad_file(at_line + "a record that does not open: take another copy of the backup");
    case Obstacle::order: return bad_file(at_line + "a record out of its order: take another copy of the backup");
    case Obstacle::changed: return bad_file(": not as backup wrote it: take another copy of it");
    case Obstacle::incomplete:
      return bad_file(" ends early, before line " + std::to_string(line) +
                      " was whole: take another copy of the backup");
    case Obstacle::ring_changed:
      return {Exit::wrong_state, "the key ring was changed meanwhile: nothing was done, try again"};
    case Obstacle::ring_unreadable:
      return {Exit::wrong_state,
              "the key ring's file is not the one that umbra-totpd read at its start, or too long: "
              "look at its log, run systemctl restart umbra-totpd first"};
  }
  return {Exit::unavailable, "umbra-totpd gave an unknown answer: check that tool and daemon are of one version"};
}

}  // namespace umbra
