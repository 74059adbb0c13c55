#include "config/profile_loader.hpp"

#include "config/document.hpp"
#include "config/profile_fields.hpp"
#include "config/profile_lists.hpp"
#include "config/profile_parts.hpp"
#include "config/profile_paths.hpp"
#include "config/profile_rules.hpp"
#include "config/quantity.hpp"
#include "config/table_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/http/endpoint.hpp"
#include "engine/text/ascii.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/name_table.hpp"

#include <algorithm>
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

void read_name_and_base(table_reader& root, api::profile& profile) {
  if (auto name = root.required_text("name", "add name = \"...\", the word for --profile and for ledgers")) {
    const bool plain = std::all_of(name->begin(), name->end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!plain) root.complain("name", "\"" + *name + "\" is not a plain word", "use a-z, 0-9, - and _");
    profile.name = *std::move(name);
  }
  if (auto url = root.required_text("base_url", "add base_url = \"https://...\"")) {
    while (url->ends_with('/')) url->pop_back();
    // The config file decides whether plain http may reach a private address (api.allow_http).
    if (const auto target = http::parse_endpoint(*url, true); !target)
      root.complain("base_url", target.error().what, target.error().remedy);
    profile.base_url = *std::move(url);
  }
}

void read_resource(table_reader& root, api::profile& profile) {
  auto in = root.table("resource");
  if (!in) {
    if (root.find("resource") == nullptr)
      root.complaints().add(0, "resource", "is missing", "add [resource] with path = \"/items/{id}\"");
    return;
  }
  if (auto path = in->required_text("path", "add path = \"/items/{id}\"")) {
    const auto at = path->find("{id}");
    if (!is_request_target(*path))
      in->complain("path", "\"" + *path + "\" is not a path", "begin it with /, without spaces and #");
    else if (at == std::string::npos || path->find("{id}", at + 1) != std::string::npos)
      in->complain("path", "\"" + *path + "\" must have {id} once", "put {id} where the id stands");
    profile.resource_path = *std::move(path);
  }
  if (auto method = in->text("method")) {
    if (*method != "PATCH" && *method != "PUT" && *method != "POST")
      in->complain("method", "\"" + *method + "\" is not PATCH, PUT or POST", "use one of these");
    profile.method = *std::move(method);
  }
  if (auto column = in->text("id_column")) {
    if (column->empty() || column->front() == '_')
      in->complain("id_column", "is empty or begins with _, which marks notes", "use another name");
    profile.id_column = *std::move(column);
  }
  if (const auto length = in->count("max_id_length", 1, 4096))
    profile.max_id_length = static_cast<std::size_t>(*length);
  if (profile.reply.is != api::reply_kind::none) profile.reply.id = {{"id", false}};
  read_path(*in, "id", profile.reply.id);
  if (const auto how = in->text("id_compare")) {
    if (*how != "exact" && *how != "nocase")
      in->complain("id_compare", "\"" + *how + "\" is neither exact nor nocase", "use one of these");
    profile.reply.ids = *how == "nocase" ? id_compare::nocase : id_compare::exact;
  }
  read_path(*in, "updated_at", profile.reply.updated_at);
  in->finish();
}

// A PATCH sends changes (RFC 5789), and so does a POST to a resource at APIs that update with it. A PUT
// replaces by definition (RFC 9110 section 9.3.4), but many an API merges. This cannot be guessed, and a
// wrong guess erases fields; so the profile must say it.
void read_write(table_reader& root, api::profile& profile) {
  auto in = root.table("write");
  const auto said = in ? in->text("body_is") : std::nullopt;
  const bool is_put = profile.method == "PUT";
  if (is_put) profile.body_is.reset();
  if (said) {
    if (const auto content = api::parse_body_content(*said))
      profile.body_is = content;
    else
      in->complain("body_is", "\"" + *said + "\" is not one of changes, row, whole", "use one of these");
    if (profile.body_is == api::body_content::whole && !profile.read_first)
      in->complain("body_is", "is \"whole\", which sends back what was read, and read_first is off",
                   "set read_first = true, or body_is = \"row\"");
  } else if (is_put && profile.read_first && (!in || in->find("body_is") == nullptr)) {
    const std::string what =
        "is missing: a PUT may replace the resource, and then what a write leaves out is erased";
    const std::string remedy =
        "add [write] with body_is = \"changes\" if the API keeps what a PUT leaves out, \"whole\" to send "
        "back all "
        "that was read with the row's values put in, or \"row\" if each row names every field";
    if (in)
      in->complain("body_is", what, remedy);
    else if (root.find("write") == nullptr)
      root.complaints().add(0, "write.body_is", what, remedy);
  }
  if (in) in->finish();
}

void read_auth(table_reader& root, api::profile& profile) {
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
  if (auto scheme = in->text("scheme")) {
    if (!is_header_value(*scheme)) in->complain("scheme", "has a control character", "remove it");
    while (scheme->ends_with(' ')) scheme->pop_back();
    profile.auth_scheme = scheme->empty() ? "" : *scheme + " ";
  } else if (in_lower_case(profile.auth_header) != "authorization") {
    profile.auth_scheme = "";
  }
  in->finish();
}

void read_limits(table_reader& root, api::profile& profile) {
  auto in = root.table("limits");
  if (!in) {
    if (root.find("limits") == nullptr)
      root.complaints().add(0, "limits", "is missing", "add [limits] with write = [\"60/min\"] and read");
    return;
  }
  for (const auto& [key, into] :
       {std::pair{"write", &profile.write_limits}, {"read", &profile.read_limits}}) {
    const auto texts = in->text_or_texts(key);
    if (!texts) {
      if (in->find(key) == nullptr)
        in->complain(key, "is missing", "write what the API allows, or \"unlimited\"");
      continue;
    }
    auto windows = parse_rates(*texts);
    if (windows)
      into->windows = *std::move(windows);
    else
      in->complain(key, windows.error().what, windows.error().remedy);
  }
  in->finish();
}

void read_headers(table_reader& root, api::profile& profile) {
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
      if (!is_header_value(*value)) in->complain(entry.key, "has a control character", "remove it");
      profile.extra_headers.emplace_back(entry.key, *value);
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

void read_reply(table_reader& root, api::profile& profile) {
  if (const auto reply = root.text("reply")) {
    const auto is = find_named(reply_names, *reply);
    if (!is) root.complain("reply", "\"" + *reply + "\" is " + none_of(reply_names), "use one of these");
    profile.reply.is = is.value_or(api::reply_kind::resource);
  }
  profile.read_first = root.boolean("read_first").value_or(false);
  if (const auto unknown = root.text("unknown_fields")) {
    if (*unknown != "refuse" && *unknown != "pass")
      root.complain("unknown_fields", "\"" + *unknown + "\" is neither refuse nor pass", "use one of these");
    profile.pass_unknown_fields = *unknown == "pass";
  }
  profile.side_effects = root.texts("side_effects").value_or(std::vector<std::string>{});
}

void read_error_and_whoami(table_reader& root, api::profile& profile, api::reading_spec& reading) {
  if (auto in = root.table("error")) {
    read_paths(*in, "code", profile.error.code);
    read_paths(*in, "message", profile.error.message);
    read_paths(*in, "details", profile.error.details);
    read_paths(*in, "request_id", profile.error.request_id);
    in->finish();
  }
  if (auto in = root.table("whoami")) {
    if (auto path = in->required_text("path", "add path = \"/me\", or remove [whoami]")) {
      if (!is_request_target(*path))
        in->complain("path", "\"" + *path + "\" is not a path", "begin it with /, without spaces and #");
      profile.whoami.path = *std::move(path);
    }
    read_path(*in, "account", profile.whoami.account);
    if (profile.whoami.account.empty())
      in->complain("account", "is missing", "write where the reply names the account");
    read_path(*in, "scopes", profile.whoami.scopes);
    read_needs(*in, reading.needs);
    in->finish();
  }
}

}  // namespace

profile_result compile_profile(std::string_view toml_text, const std::string& source_name) {
  profile_result result;
  const auto parsed = read_toml(toml_text, source_name);
  if (!parsed.complaints.empty()) {
    result.complaints = parsed.complaints;
    return result;
  }
  complaint_list complaints{source_name};
  table_reader root(parsed.root, "", 0, complaints);
  api::profile profile;
  read_name_and_base(root, profile);
  read_reply(root, profile);
  read_resource(root, profile);
  read_write(root, profile);
  read_auth(root, profile);
  read_limits(root, profile);
  read_headers(root, profile);
  read_error_and_whoami(root, profile, result.reading);
  read_rules(root, profile);
  read_fields(root, profile);
  read_lists(root, profile, result.reading);
  check_paths(root, profile, result.reading);
  root.finish();
  result.complaints = std::move(complaints.all);
  if (result.complaints.empty()) result.value = std::move(profile);
  return result;
}

}  // namespace pawl::config
