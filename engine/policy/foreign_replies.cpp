#include "engine/policy/foreign_replies.hpp"

namespace pawl::policy {

std::uint32_t foreign_replies::met(request_kind kind, api::verdict says, const error_note& note,
                                   time_point now) {
  auto& said = slot_of(kind);
  if (said.note.http_status != note.http_status || last_ != kind) alike_ = 0;
  said.note.keep(note);
  said.says = says;
  last_ = kind;
  last_at_ = now;
  return ++in_a_row_;
}

bool foreign_replies::count(time_point proven_at) noexcept {
  if (proven_at > last_at_) ++alike_;
  return alike_ >= foreign_replies_that_count;
}

void foreign_replies::doubt_refusal(const error_note& note) {
  auto& said = slot_of(request_kind::write);
  said.note.keep(note);
  said.says = api::verdict::refused;
}

}  // namespace pawl::policy
