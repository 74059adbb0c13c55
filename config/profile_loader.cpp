#include "config/profile_loader.hpp"

#include "config/document.hpp"
#include "config/profile_fields.hpp"
#include "config/profile_limits.hpp"
#include "config/profile_lists.hpp"
#include "config/profile_parts.hpp"
#include "config/profile_paths.hpp"
#include "config/profile_requests.hpp"
#include "config/profile_rules.hpp"
#include "config/profile_shape.hpp"
#include "config/quantity.hpp"
#include "config/table_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/name_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

constexpr name_table<api::reply_kind, 3> reply_names{{
    {"resource", api::reply_kind::resource},
    {"read", api::reply_kind::read},
    {"none", api::reply_kind::none},
}};

bool is_variable_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void read_name(table_reader& root, api::profile& profile) {
  if (auto name = root.required_text("name", "add name = \"...\", the word for --profile and for ledgers")) {
    const bool plain = std::all_of(name->begin(), name->end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain) root.complain("name", "\"" + *name + "\" is not a plain word", "use a-z, 0-9, - and _");
    profile.name = *std::move(name);
  }
}

void read_auth(table_reader& root, const hole_reader& holes, api::profile& profile) {
  auto in = root.table("auth");
  if (!in) return;  // the API needs no key
  if (auto name = in->required_text("token_env", "name the environment variable that holds the key")) {
    // The value is not shown, because somebody may have put the key itself here.
    if (!is_variable_name(*name))
      in->complain("token_env", "is not the name of an environment variable", "use letters, digits and _");
    profile.token_env = *std::move(name);
  }
  profile.token_prefix = in->text("token_prefix").value_or("");
  read_header_name(*in, "header", profile.auth_header);
  if (profile.auth_header.empty())
    in->complain("header", "is empty", "name the header that carries the key");
  else if (api::cannot_carry_key(profile.auth_header))
    in->complain(
        "header",
        "\"" + profile.auth_header + "\" says how a request is framed or what it holds, not whose it is",
        "name the header in which the API wants the key, such as Authorization or X-Api-Key");
  if (const auto basic = in->text("basic")) {
    if (in->find("scheme") != nullptr)
      in->complain("basic", "stands beside scheme", "remove scheme: Basic is the scheme");
    if (auto made = holes.text(*in, "basic", *basic, std::array{api::hole::token}, template_place::plain)) {
      if (!api::has_hole(*made, api::hole::token))
        in->complain("basic", "has no {token}",
                     "put {token} where the key stands: \"{email}/token:{token}\"");
      else if (basic->find(':') == std::string::npos)
        in->complain("basic", "has no colon between user name and password",
                     "write it as USER:PASSWORD; an API that takes the key as the user name: \"{token}:\"");
      profile.auth_basic = *std::move(made);
    }
  } else if (auto scheme = in->text("scheme")) {
    if (auto filled = holes.filled(*in, "scheme", *scheme, template_place::header))
      scheme = std::move(filled);
    while (scheme->ends_with(' ')) scheme->pop_back();
    profile.auth_scheme = scheme->empty() ? "" : *scheme + " ";
  } else if (in_lower_case(profile.auth_header) != "authorization") {
    profile.auth_scheme = "";
  }
  in->finish();
}

void read_headers(table_reader& root, const hole_reader& holes, api::profile& profile) {
  if (auto in = root.table("request_headers")) {
    for (const auto& entry : in->entries()) {
      const auto value = in->text(entry.key);
      const auto name = in_lower_case(entry.key);
      if (!is_header_name(entry.key))
        in->complain(entry.key, "is not a header name", "use letters, digits and -");
      else if (api::is_own_header(name))
        in->complain(entry.key, "is a header that pawl writes itself", "remove it");
      else if (name == in_lower_case(profile.auth_header))
        in->complain(entry.key, "is the header of the key, which never stands in a profile",
                     "put the key into the environment variable of auth.token_env");
      if (!value) continue;
      if (auto filled = holes.filled(*in, entry.key, *value, template_place::header))
        profile.extra_headers.emplace_back(entry.key, *std::move(filled));
    }
  }
  if (auto in = root.table("reply_headers")) {
    auto& h = profile.headers;
    read_header_name(*in, "request_id", h.request_id);
    read_header_name(*in, "limit", h.limit);
    read_header_name(*in, "remaining", h.remaining);
    read_header_name(*in, "reset", h.reset);
    read_header_name(*in, "ietf_policy", h.ietf_policy);
    read_header_name(*in, "ietf_limit", h.ietf_limit);
    read_header_name(*in, "retry_after", h.retry_after);
    in->finish();
  }
}

void read_reading_first(table_reader& root, api::profile& profile) {
  const auto* entry = root.find("read_first");
  const auto* word = entry == nullptr ? nullptr : std::get_if<std::string>(&entry->value.is);
  profile.read_first_where_free = word != nullptr && *word == "auto";
  if (word != nullptr && !profile.read_first_where_free)
    root.complain("read_first", "\"" + *word + "\" is none of true, false, \"auto\"",
                  "write true or false without quotes, or \"auto\"");
  else
    profile.read_first = word != nullptr || root.boolean("read_first").value_or(false);
}

void read_reply(table_reader& root, api::profile& profile) {
  if (const auto reply = root.text("reply")) {
    const auto is = find_named(reply_names, *reply);
    if (!is) root.complain("reply", "\"" + *reply + "\" is " + none_of(reply_names), "use one of these");
    profile.reply.is = is.value_or(api::reply_kind::resource);
  }
  read_reading_first(root, profile);
  if (const auto most = root.count("concurrency", 1, 1024))
    profile.concurrency = static_cast<std::uint32_t>(*most);
  if (const auto unknown = root.text("unknown_fields")) {
    if (*unknown != "refuse" && *unknown != "pass")
      root.complain("unknown_fields", "\"" + *unknown + "\" is neither refuse nor pass", "use one of these");
    profile.pass_unknown_fields = *unknown == "pass";
  }
  profile.side_effects = root.texts("side_effects").value_or(std::vector<std::string>{});
}

void read_error_and_whoami(table_reader& root, const hole_reader& holes, api::profile& profile,
                           api::reading_spec& reading) {
  if (auto in = root.table("error")) {
    read_paths(*in, "code", profile.error.code);
    read_paths(*in, "message", profile.error.message);
    read_paths(*in, "details", profile.error.details);
    read_paths(*in, "request_id", profile.error.request_id);
    in->finish();
  }
  if (auto in = root.table("whoami")) {
    auto& whoami = profile.whoami;
    in->required_text("path", "add path = \"/me\", or remove [whoami]");
    holes.request(*in, {}, whoami.request);
    if (!whoami.request.path.empty()) whoami.path = std::move(whoami.request.path.front().text);
    whoami.request.path.clear();
    read_path(*in, "account", profile.whoami.account);
    if (profile.whoami.account.empty())
      in->complain("account", "is missing", "write where the reply names the account");
    read_path(*in, "scopes", profile.whoami.scopes);
    read_needs(*in, reading.needs);
    in->finish();
  }
}

}  // namespace

profile_result compile_profile(std::string_view toml_text, const std::string& source_name,
                               const given_variables& given, const key_watch* watch) {
  profile_result result;
  const auto parsed = read_toml(toml_text, source_name);
  if (!parsed.complaints.empty()) {
    result.complaints = parsed.complaints;
    return result;
  }
  complaint_list complaints{source_name, {}, watch};
  table_reader root(parsed.root, "", 0, complaints);
  api::profile profile;
  read_name(root, profile);
  read_variables(root, given, profile);
  read_base_url(root, profile);
  const hole_reader holes(profile.variables);
  read_reply(root, profile);
  read_requests(root, holes, profile);
  read_auth(root, holes, profile);
  read_limits(root, profile);
  read_headers(root, holes, profile);
  read_error_and_whoami(root, holes, profile, result.reading);
  read_rules(root, profile);
  read_fields(root, profile);
  read_lists(root, profile, result.reading);
  check_requests(root, profile, result.reading);
  check_paths(root, profile, result.reading);
  check_variables(root, profile);
  root.finish();
  profile.shape = profile_shape(parsed.root, profile);
  result.complaints = std::move(complaints.all);
  if (result.complaints.empty()) result.value = std::move(profile);
  return result;
}

bool is_profile_file(std::string_view name) noexcept {
  return name.find('/') != std::string_view::npos || name.ends_with(".toml");
}

failure no_such_profile(const std::string& name) {
  std::string known;
  for (const auto& n : embedded_profile_names()) known += (known.empty() ? "" : ", ") + n;
  return {failure_kind::usage, "", "there is no profile \"" + name + "\"",
          "use one of " + known + ", or a file (a name with / or ending in .toml)"};
}

}  // namespace pawl::config
