#include "tests/fuzz/config/template_fuzz.hpp"

#include "config/profile_loader.hpp"
#include "engine/api/calls.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/write_template.hpp"
#include "engine/input/json_reader.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/utf8.hpp"
#include "tests/fuzz/promise.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace pawl::config::fuzzing {
namespace {

using pawl::fuzzing::promise;

constexpr std::string_view key = "pl_v2_veryMUCHaSECRET";
constexpr std::size_t longest_id = 4096;  // as max_id_length allows

std::string_view take_part(std::string_view& text) {
  const auto part = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

bool is_json(std::string_view text) {
  input::json_reader reader;
  byte_arena arena;
  return reader.value(text, arena).has_value();
}

// The body of a request whose head is as it should be.
std::string_view check_head(std::string_view request, const api::profile& profile) {
  const auto end = request.find("\r\n\r\n");
  promise(end != std::string_view::npos, "a head without an end");
  const auto body = request.substr(end + 4);
  auto head = request.substr(0, end + 2);
  std::size_t hosts = 0, keys = 0, lengths = 0;
  for (bool first = true; !head.empty(); first = false) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    promise(std::ranges::none_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }),
            "a control character in the head");
    if (first) {
      promise(std::ranges::count(line, ' ') == 2 && line.ends_with(" HTTP/1.1"), "a broken request line");
      promise(line.find(key) == std::string_view::npos, "the key in the request line");
      continue;
    }
    const auto colon = line.find(": ");
    promise(colon != std::string_view::npos && colon > 0, "a header line without a name");
    const auto name = line.substr(0, colon), value = line.substr(colon + 2);
    hosts += equal_without_case(name, "Host");
    if (equal_without_case(name, profile.auth_header))
      ++keys;
    else
      promise(value.find(key) == std::string_view::npos, "the key in another header");
    if (equal_without_case(name, "Content-Length")) {
      ++lengths;
      promise(value == std::to_string(body.size()), "a Content-Length that is not the body's");
    }
  }
  promise(hosts == 1 && keys == 1 && lengths == (body.empty() ? 0U : 1U), "a header twice, or not at all");
  promise(body.empty() || is_json(body), "a body that is no JSON");
  promise(body.find(key) == std::string_view::npos, "the key in the body");
  return body;
}

}  // namespace

void write_requests(std::string_view text) {
  const auto toml = take_part(text), id = take_part(text), value = take_part(text), was = take_part(text);
  const auto made = compile_profile(toml, "profile.toml", {.values = {}, .may_lack = true});
  if (!made.value || id.empty() || id.size() > longest_id || !is_json(value)) return;
  const auto& profile = *made.value;
  if (std::ranges::any_of(id, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) return;
  // As validation lets them in.
  const bool is_number = std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; }) &&
                         (id.size() == 1 || id.front() != '0');
  if ((profile.id_type != api::id_form::string && !is_number) || !is_utf8(id)) return;
  if (profile.base_url.find(key) != std::string::npos || toml.find(key) != std::string_view::npos ||
      id.find(key) != std::string_view::npos || value.find(key) != std::string_view::npos ||
      was.find(key) != std::string_view::npos)
    return;
  const auto writer =
      api::request_writer::create(profile, "api.example", "/base", secret{std::string{key}}, "pawl");
  if (!writer) return;

  std::vector<field_value> values;
  for (std::size_t i = 0; i < profile.fields.size() && values.size() < 2; ++i)
    if (profile.fields[i].verb == api::set_verb::none)
      values.push_back({field_index{static_cast<std::uint16_t>(i)}, profile.fields[i].name, value});
  // As resource_guards hands them on: a header's text, or a JSON text of the resource.
  std::vector<std::string> guards;
  for (const auto& place : api::guard_places(profile)) {
    const bool has_control = std::ranges::any_of(was, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (has_control || (place.header.empty() && !is_utf8(was))) return;
    guards.push_back(place.header.empty() ? json_string(was) : std::string{was});
  }

  std::string request, again;
  writer->write_patch(request, id, values, {guards, "0190-key"});
  writer->write_patch(again, id, values, {guards, "0190-key"});
  promise(request == again, "another request the second time");
  check_head(request, profile);

  writer->write_read(request, id);
  check_head(request, profile);
  const auto call = api::resource_call(profile, id);
  promise(request.starts_with(call.method + " /base" + call.target + " HTTP/1.1\r\n"),
          "outside of a run something else is read");
  std::string called;
  writer->write_call(called, call);
  check_head(called, profile);
}

}  // namespace pawl::config::fuzzing
