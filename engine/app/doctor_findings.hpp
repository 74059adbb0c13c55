// What `doctor` makes of one read: a line for each thing that a run needs. Pure.
#pragma once

#include "engine/app/options.hpp"
#include "engine/client/read_client.hpp"
#include "engine/client/whoami.hpp"
#include "engine/http/peer_facts.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/rate_headers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

enum class finding_state : std::uint8_t {
  ok,
  note,   // works, and worth knowing
  later,  // cannot be told now
  mend,   // a person must act
};

struct finding {
  std::string about;  // "key", "account", "scopes", "tls", "clock", "limits", "proxy", "api"
  finding_state state = finding_state::ok;
  std::string text;
  std::string remedy;  // with mend and later; may be empty
};

struct doctor_facts {
  const options* settings = nullptr;
  std::string key_label;  // empty: no key is used
  std::string key_place;  // where it was read from
  bool asked_whoami = false;
  const client::read_reply* reply = nullptr;
  // The reply's body as whoami; unset: it is none.
  std::optional<client::account_info> who;
  policy::rate_facts rates;
};

std::vector<finding> examine(const doctor_facts&);

// 4 if anything is to be mended, else 3 if something cannot be told now, else 0.
int exit_code(const std::vector<finding>&) noexcept;

// The first of what the exit code comes from, in a line; empty: all is well.
std::string first_fault(const std::vector<finding>&);

// "ok    key      pl_v2_abcd... from PRODUCTLANE_API_KEY", a line each.
std::string doctor_text(const std::vector<finding>&);
// {"checks": [{"about", "state", "text", "remedy"}], "exit_code"}, one line.
std::string doctor_json(const std::vector<finding>&);

}  // namespace pawl::app
