#include "engine/app/doctor.hpp"

#include "cli/commands/commands.hpp"
#include "cli/render/doctor_texts.hpp"
#include "cli/terminal/command_frame.hpp"

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

}  // namespace

int doctor_command(const config::raw_options& raw, const app::doctor_options& options,
                   const config::environment& env, console& out) {
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    const auto answer = [&](const std::vector<app::finding>& findings) {
      return print_answer(settings, report_of(findings, options.format));
    };
    return app::doctor(settings, host, answer);
  };
  return perform(raw, {}, env, out, work);
}

}  // namespace pawl::cli
