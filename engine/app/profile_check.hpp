// What a profile reads in a saved reply: shows whoever writes a profile whether it fits, before anything is
// sent. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reading_spec.hpp"
#include "engine/app/saved_reply.hpp"
#include "engine/model/error.hpp"
#include "engine/text/name_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pawl::app {

// Which request the reply is the answer to.
enum class sample_kind : std::uint8_t { read, write, list, names, error, whoami };
inline constexpr name_table<sample_kind, 6> sample_kinds{{{"read", sample_kind::read},
                                                          {"write", sample_kind::write},
                                                          {"list", sample_kind::list},
                                                          {"names", sample_kind::names},
                                                          {"error", sample_kind::error},
                                                          {"whoami", sample_kind::whoami}}};

// One thing that the profile says of such a reply.
struct reading {
  enum class state : std::uint8_t {
    shown,      // `text` is what it shows; of a field the value in the form of a row, as JSON
    not_shown,  // nothing stands there, or the profile names no place: `text` says what that means, if
                // anything
    wrong,      // it cannot be read as the profile says: `text` says why
  };
  std::string name;   // "id", "fields.status", "readable.created_at", "items", "verdict"
  std::string place;  // as the profile says it; may be empty
  state is = state::shown;
  std::string text;  // printable
};

struct profile_check_answer {
  std::vector<reading> readings;
  bool fits() const noexcept;  // nothing is wrong
};

// Fails (usage) where the profile has no such request: a list without [list].
expected<profile_check_answer> check_sample(const api::profile&, const api::reading_spec&, sample_kind,
                                            const saved_reply&);

}  // namespace pawl::app
