// The flags of `rehearse`. The command is read here and performed by a program of its own, which has the
// simulated world in it and lies beside this one.
#pragma once

#include "cli/args/arguments.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pawl::cli {

inline constexpr const char* rehearsing_program = "pawl-rehearse";

struct rehearse_options {
  std::uint64_t times = 10, first_seed = 1;
  // The model of the API; empty: the one that the profile is known to speak to.
  std::string model, model_file;
  std::vector<std::string> limits;  // NAME=N/WINDOW, as pawl-sandbox reads them
  std::string faults;               // as pawl-sandbox reads them
  duration reply_time = std::chrono::milliseconds{200};
  std::uint64_t kills = 0, outages = 0;
  app::report_format format = app::report_format::text;
};

extern const command rehearse_command;

}  // namespace pawl::cli
