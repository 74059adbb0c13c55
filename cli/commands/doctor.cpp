// `pawl doctor`: are key, scopes, TLS, clock and limits right? One read, and a line for each.
#include "cli/commands/commands.hpp"
#include "cli/terminal/command_frame.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/doctor_findings.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/session.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/sys/files.hpp"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace pawl::cli {
namespace {

// Without a whoami a resource that is not there: TLS, clock, limits and a refused key show in any reply.
std::string path_of_nothing(const api::profile& profile) {
  auto path = profile.resource_path;
  return path.replace(path.find("{id}"), 4, "pawl-doctor");
}

std::string report_of(const std::vector<app::finding>& findings, app::report_format format) {
  switch (format) {
    case app::report_format::text:
      return app::doctor_text(findings);
    case app::report_format::json:
      break;
  }
  return app::doctor_json(findings);
}

expected<int> examine_api(app::session& s, app::report_format format) {
  const auto& settings = s.settings();
  s.facts().target = settings.profile.name + " " + settings.target.url();
  app::api_session api(s);
  if (auto opened = api.open(); !opened) return opened.error();

  app::doctor_facts facts;
  facts.settings = &settings;
  facts.key_label = api.key_label();
  facts.key_place = s.token().place;
  facts.asked_whoami = !settings.profile.whoami.path.empty();
  const std::string path =
      facts.asked_whoami ? settings.profile.whoami.path : path_of_nothing(settings.profile);
  const auto reply = api.run(api.client().once(path));
  if (!reply) return reply.error();
  facts.reply = &*reply;
  if (reply->is == api::verdict::ok) {
    auto who = api.replies().read_identity(reply->body());
    if (who.readable && facts.asked_whoami)
      facts.who = client::account_info{std::move(who.account), std::move(who.scopes)};
  }
  facts.rates = policy::read_rate_headers(settings.profile.headers, reply->headers(), reply->received);

  const auto findings = app::examine(facts);
  const auto code = app::exit_code(findings);
  s.sum_up(app::first_fault(findings));
  s.facts().stop_reason = code == app::exit_success ? "finished" : code == app::exit_later ? "later" : "mend";
  if (settings.summary_path == "-") return code;
  const auto text = report_of(findings, format);
  // A reader that has seen enough closes the pipe: the answer is the exit code.
  if (const auto failed = write_all(STDOUT_FILENO, text); failed && failed != std::errc::broken_pipe)
    return failure{failure_kind::mend, "standard output", failed.message(), ""};
  return code;
}

}  // namespace

int doctor_command(const config::raw_options& raw, const app::doctor_options& options,
                   const config::environment& env, console& out) {
  const auto work = [&options](const config::settings& settings, const app::host& host) {
    app::session s(settings, host);
    s.when_interrupted("the same command starts again");
    return s.conclude([&s, &options] { return examine_api(s, options.format); });
  };
  return perform(raw, {}, env, out, work);
}

}  // namespace pawl::cli
