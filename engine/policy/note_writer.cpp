#include "engine/policy/note_writer.hpp"

#include "engine/api/reply_signs.hpp"

#include <fmt/format.h>

namespace pawl::policy {

error_note note_writer::of_reply(const attempt_fact& fact) const {
  error_note note;
  note.http_status = fact.status;
  note.request_id = find_header(fact.headers, profile_.headers.request_id);
  return note;
}

error_note note_writer::of(const attempt_fact& fact, const api::error_view& error, bool foreign) {
  if (fact.reached != phase::answered) {
    error_note note;
    note.http_status = fact.status;
    note.code = code_of(fact.fault);
    text_.assign(to_string(fact.fault));
    if (!fact.detail.empty()) {
      text_ += ": ";
      text_ += fact.detail;
    }
    note.message = text_;
    return note;
  }
  if (fact.part == reply_part::missing) {
    auto note = of_reply(fact);
    note.code = "not_in_reply";
    text_.assign("the reply to a request for several rows does not say what became of this one");
    note.message = text_;
    return note;
  }
  const bool is_error = fact.part == reply_part::error;
  if (fact.status >= 200 && fact.status <= 299 && error.code.empty() && !is_error) return of_reply(fact);
  return of_error(fact, error, foreign);
}

error_note note_writer::of_error(const attempt_fact& fact, const api::error_view& error, bool foreign) {
  auto note = of_reply(fact);
  // The reader is shared, and its words last until its next call: before this job has its place in the
  // ledger, perhaps.
  note.code = code_ = error.code;
  if (note.request_id.empty()) note.request_id = request_id_ = error.request_id;
  if (error.message.empty())
    text_ = fmt::format("HTTP {}{}", fact.status,
                        api::is_page(fact) ? ", with a page that is not the API's"
                        : foreign          ? ", with a reply that is not the API's"
                                           : "");
  else
    text_.assign(error.message);
  if (!error.details.empty()) {
    text_ += ' ';
    text_ += error.details;
  }
  note.message = text_;
  return note;
}

}  // namespace pawl::policy
