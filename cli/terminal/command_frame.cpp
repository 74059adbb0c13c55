#include "cli/terminal/command_frame.hpp"

#include "cli/terminal/log.hpp"
#include "cli/terminal/signals.hpp"
#include "cli/terminal/standard_output.hpp"
#include "cli/terminal/terminal_listener.hpp"
#include "config/token.hpp"
#include "config/token_command.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/session.hpp"

#include <fmt/format.h>

#include <atomic>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace pawl::cli {
namespace {

// Opens a log for complaints about the settings. The settings are not known then, so it uses the format as
// given.
log first_log(const config::raw_options& raw, console& out) {
  log_options first;
  if (raw.log_format)
    first.format = find_named(config::log_formats, *raw.log_format).value_or(config::log_format::text);
  first.verbosity = raw.quiet ? -1 : raw.verbose;
  auto opened = log::open(first, out);
  if (!opened) throw std::logic_error(to_string(opened.error()));  // it opens no file, so it cannot fail
  return *std::move(opened);
}

int complain(const config::raw_options& raw, const std::vector<failure>& complaints, log& to) {
  for (const auto& complaint : complaints) to.error(complaint);
  app::summary facts;
  facts.exit_code = app::exit_usage;
  facts.stop_reason = "usage";
  if (const auto& path = raw.summary.value_or(""); !path.empty())
    if (auto written = app::write_summary_unchecked(path, facts); !written) to.error(written.error());
  return facts.exit_code;
}

app::token_source token_of(const config::settings& settings, const config::environment& env) {
  app::token_source source;
  if (!settings.token_command.empty()) {
    source.make = [&settings](const std::atomic<bool>& given_up) {
      return config::make_token(settings, config::token_program_limits, given_up);
    };
    source.place = config::shown_token_command({settings.token_command.front()});
    source.common = config::common_of_tokens(settings);
    return source;
  }
  source.read = [&settings, &env] { return config::read_token(settings, env); };
  source.may_change = [&settings] { return config::token_may_change(settings); };
  source.place = settings.token_file.empty() ? settings.token_env : settings.token_file;
  return source;
}

}  // namespace

int run_use_case(const config::raw_options& raw, const std::vector<std::string>& arguments,
                 const config::environment& env, console& out, const use_case& work) {
  app::stop_request stop;
  const signal_handlers handlers(stop);
  auto to = first_log(raw, out);
  auto loaded = config::load_settings(raw, env);
  if (!loaded.value) return complain(raw, loaded.complaints, to);
  const auto& settings = *loaded.value;
  terminal_listener listener(settings, arguments, out, to, stop);
  const auto token = token_of(settings, env);
  const app::host host{listener, stop, token};
  log_options wanted;
  wanted.format = settings.format;
  wanted.file = settings.log_file;
  wanted.verbosity = settings.verbosity;
  auto opened = log::open(wanted, out);
  if (!opened) return app::refuse(settings, host, opened.error(), settings.ledger_path).exit_code;
  to = *std::move(opened);
  for (const auto& setting : settings.effective)
    if (!setting.value.empty() && (setting.source != "default" || settings.verbosity > 1))
      to.detail(fmt::format("setting {} = {} ({})", setting.key, setting.value, setting.source));
  return work(settings, host).exit_code;
}

std::optional<failure> refuse_summary_there(const config::settings& settings, const char* what,
                                            const char* remedy) {
  if (settings.summary_path != "-") return std::nullopt;
  return failure{failure_kind::usage, "--summary", std::string{"standard output is where "} + what, remedy};
}

status print_answer(const config::settings& settings, std::string_view text) {
  if (settings.summary_path == "-") return {};
  const auto failed = to_standard_output(text);
  if (!failed || failed == std::errc::broken_pipe) return {};
  return failure{failure_kind::mend, "standard output", failed.message(), ""};
}

}  // namespace pawl::cli
