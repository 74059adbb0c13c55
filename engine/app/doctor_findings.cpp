#include "engine/app/doctor_findings.hpp"

#include "engine/app/exit_code.hpp"
#include "engine/text/neutral.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::app {

std::string_view to_string(finding_state s) noexcept {
  switch (s) {
    case finding_state::ok:
      return "ok";
    case finding_state::note:
      return "note";
    case finding_state::later:
      return "later";
    case finding_state::mend:
      break;
  }
  return "mend";
}

int exit_code(const std::vector<finding>& all) noexcept {
  const auto has = [&all](finding_state s) {
    return std::ranges::any_of(all, [s](const finding& f) { return f.state == s; });
  };
  return has(finding_state::mend) ? exit_mend : has(finding_state::later) ? exit_later : exit_success;
}

std::string first_fault(const std::vector<finding>& all) {
  const auto worst = exit_code(all) == exit_mend ? finding_state::mend : finding_state::later;
  const auto found = std::ranges::find(all, worst, &finding::state);
  if (found == all.end()) return {};
  return found->about + ": " + found->text + (found->remedy.empty() ? "" : "; " + found->remedy);
}

std::string doctor_json(const std::vector<finding>& all) {
  std::string text = "{\"checks\":[";
  for (const auto& f : all) {
    if (text.back() == '}') text += ',';
    text += "{\"about\":";
    append_neutral_json_string(text, f.about);
    text += ",\"state\":";
    append_neutral_json_string(text, to_string(f.state));
    text += ",\"text\":";
    append_neutral_json_string(text, f.text);
    text += ",\"remedy\":";
    if (f.remedy.empty())
      text += "null";
    else
      append_neutral_json_string(text, f.remedy);
    text += '}';
  }
  return text + fmt::format("],\"exit_code\":{}}}\n", exit_code(all));
}

}  // namespace pawl::app
