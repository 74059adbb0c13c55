#include "engine/app/doctor.hpp"

#include "cli/args/flags.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/doctor_texts.hpp"
#include "cli/terminal/command_frame.hpp"
#include "cli/terminal/console.hpp"
#include "engine/app/rows/command_options.hpp"

#include <any>
#include <string>
#include <utility>

namespace pawl::cli {
namespace {

std::string report_of(const std::vector<app::finding>& findings, app::report_format format) {
  switch (format) {
    case app::report_format::text:
      return doctor_text(findings);
    case app::report_format::json:
      break;
  }
  return app::doctor_json(findings);
}

constexpr const char* doctor_footer =
    "Sends one read and looks at what comes back. Exit codes: 0 all is well; 4 something is to be mended; 3 "
    "the "
    "API cannot be\nreached now; 2 the settings are wrong.\n"
    "Examples:\n"
    "  pawl doctor\n"
    "  pawl doctor --config nightly.toml --format json";

void add_doctor(CLI::App& app) {
  add_text(app, "--format", joined_names(app::report_formats, "|"),
           "Lines for people or one JSON object. Default: text.");
  add_reading_flags(app);
}

std::string read_own_doctor(const CLI::App& app, app::doctor_options& to) {
  return read_format(app, app::report_formats, to.format);
}

std::string read_doctor(const CLI::App& app, command_line& to) {
  if (auto wrong = read_reading_flags(app, to.raw); !wrong.empty()) return wrong;
  return read_own_flags(app, to, read_own_doctor);
}

int perform_doctor(const command_line& line, const config::environment& env, console& out) {
  const auto& raw = line.raw;
  const auto& options = std::any_cast<const app::doctor_options&>(line.own);
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    const auto answer = [&](const std::vector<app::finding>& findings) {
      return print_answer(settings, report_of(findings, options.format));
    };
    return app::doctor(settings, host, answer);
  };
  return run_use_case(raw, {}, env, out, work);
}

}  // namespace

const command doctor_command{"doctor",      "Check key, scopes, TLS, clock and limits with one read.",
                             doctor_footer, add_doctor,
                             read_doctor,   perform_doctor};

}  // namespace pawl::cli
