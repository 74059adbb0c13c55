#include "engine/app/doctor.hpp"

#include "engine/api/calls.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/doctor_examination.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/session.hpp"
#include "engine/policy/rate_headers.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

// Without a whoami, doctor reads a resource that does not exist: any reply shows TLS, clock, limits and a
// refused key.
api::call call_for_nothing(const api::profile& profile) {
  const bool has_numbers = profile.id_type != api::id_form::string;
  return api::resource_call(profile, has_numbers ? "0" : "pawl-doctor");
}

expected<int> examine_api(session& s, const std::function<status(const std::vector<finding>&)>& answer) {
  const auto& settings = s.settings();
  s.facts().target = settings.profile.name_with_variables() + " " + settings.target.url();
  api_session api(s);
  if (auto opened = api.open(); !opened) return opened.error();

  doctor_facts facts;
  facts.settings = &settings;
  facts.key_label = api.key_label();
  facts.key_place = s.token().place;
  facts.asked_whoami = !settings.profile.whoami.path.empty();
  const auto question =
      facts.asked_whoami ? api::whoami_call(settings.profile) : call_for_nothing(settings.profile);
  const auto reply = api.run(api.client().once(question));
  if (!reply) return reply.error();
  facts.reply = &*reply;
  if (reply->is == api::verdict::ok) {
    auto who = api.replies().read_identity(reply->body());
    if (who.readable && facts.asked_whoami)
      facts.who = client::account_info{std::move(who.account), std::move(who.scopes), {}};
  }
  facts.rates = policy::read_rate_headers(settings.profile.headers, reply->headers(), reply->received);

  const auto findings = examine(facts);
  const int code = exit_code(findings);
  s.sum_up(first_fault(findings));
  s.facts().stop_reason = code == exit_success ? "finished" : code == exit_later ? "later" : "mend";
  if (auto said = answer(findings); !said) return said.error();
  return code;
}

}  // namespace

result doctor(const options& o, const host& h,
              const std::function<status(const std::vector<finding>&)>& answer) {
  session s(o, h);
  s.when_interrupted("the same command starts again");
  return s.conclude([&] { return examine_api(s, answer); });
}

}  // namespace pawl::app
