// The answer of `doctor`: a finding for each thing that a run needs. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

enum class finding_state : std::uint8_t {
  ok,
  note,   // works, but people should know it
  later,  // cannot be told now
  mend,   // a person must act
};

std::string_view to_string(finding_state) noexcept;  // "ok", "note", "later", "mend"

struct finding {
  std::string about;  // "key", "account", "scopes", "tls", "clock", "limits", "proxy", "api"
  finding_state state = finding_state::ok;
  std::string text;
  std::string remedy;  // with mend and later; may be empty
};

// 4 if a person must act, else 3 if something cannot be told now, else 0.
int exit_code(const std::vector<finding>&) noexcept;

// The first finding that leads to the exit code, in one line; empty: all is well.
std::string first_fault(const std::vector<finding>&);

// {"checks": [{"about", "state", "text", "remedy"}], "exit_code"}, one line.
std::string doctor_json(const std::vector<finding>&);

}  // namespace pawl::app
