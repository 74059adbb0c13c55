// The command line of pawl-sandbox, read and checked.
#pragma once

#include "tests/sandbox/service.hpp"
#include "tests/sandbox/tls_identity.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sandbox {

struct options {
  std::uint16_t port = 0;
  bool plain = false;
  tls_options tls;
  std::string ca_out, client_cert_out, client_key_out;

  // Secret and scopes; no scopes: those that the API gives by default.
  std::vector<std::pair<std::string, std::optional<std::vector<std::string>>>> keys;
  std::string workspace = "ws_sandbox";
  std::string api = "productlane", api_file;
  double revert_share = 0;
  std::chrono::microseconds revert_after{0};
  std::vector<std::pair<std::string, std::string>> limits;  // name, what read_rule() reads
  std::optional<limit_kind> window_kind;                    // absent: as the API has it
  bool limits_off = false, count_refused = false, refuse_unknown_ids = false;
  enforcement enforce = enforcement::on;
  behaviour how;

  std::uint64_t seed = 1;
  std::optional<std::uint64_t> threads;  // absent: 1,000, or none beside --seed-from
  std::vector<std::string> seed_from;
  std::string seed_id_column = "id";
  std::vector<std::pair<std::string, std::string>> tags;                                // id, name
  std::vector<std::pair<std::string, std::vector<std::string>>> scripts, read_scripts;  // id, steps
  bool normalise_html = false;
  std::size_t kept_bodies = 50;

  std::string journal_file, truth_file;
  std::size_t journal_memory = 10'000;  // lines
  std::chrono::seconds max_time{600};
  std::chrono::microseconds idle_close{0};  // 0: never
  bool die_with_parent = false;
};

// Absent: the program ends with `exit_code` (help was asked for, or a complaint was printed).
std::optional<options> read_options(int argc, char** argv, int& exit_code);

}  // namespace sandbox
