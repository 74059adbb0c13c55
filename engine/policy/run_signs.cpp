#include "engine/policy/run_signs.hpp"

#include "engine/api/reply_signs.hpp"

#include <fmt/format.h>

namespace pawl::policy {

std::string trouble_in_words(const attempt_fact& fact, bool foreign) {
  constexpr std::size_t longest = 400;
  if (fact.reached == phase::answered)
    return foreign ? fmt::format("{} with a {} that is not the API's own; check api.base_url", fact.status,
                                 api::is_page(fact) ? "page" : "reply")
                   : fmt::format("the API answered {}", fact.status);
  std::string words(to_string(fact.fault));
  if (!fact.detail.empty()) words.append(": ").append(fact.detail.substr(0, longest));
  return words;
}

stop_order order_of(const action::stop_run& stop) {
  const auto& note = stop.note;
  stop_order order;
  order.reason = note.code.empty() ? fmt::format("http_{}", note.http_status) : std::string(note.code);
  order.why.kind = failure_kind::mend;
  order.why.what = note.http_status == 0 ? std::string(note.message)
                                         : fmt::format("the API answered {}{}{}: {}", note.http_status,
                                                       note.code.empty() ? "" : " ", note.code, note.message);
  if (!note.request_id.empty()) order.why.what += fmt::format(" (request {})", note.request_id);
  order.why.remedy = stop.remedy;
  return order;
}

}  // namespace pawl::policy
