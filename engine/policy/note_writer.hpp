// Words for what went wrong with an attempt. One buffer, used again: the texts are valid until the next call.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/model/attempt.hpp"
#include "engine/policy/error_note.hpp"

#include <string>
#include <string_view>

namespace pawl::policy {

class note_writer {
 public:
  // The profile must outlive it.
  explicit note_writer(const api::profile& profile) : profile_(profile) {}

  // Of an attempt however it ended; a 2xx without an error has the status and the id of its request.
  // `foreign`: the reply is not the API's own.
  error_note of(const attempt_fact&, const api::error_view&, bool foreign);
  // Of a complete reply that is an error, or takes the place of one.
  error_note of_error(const attempt_fact&, const api::error_view&, bool foreign);
  // The status and the id of the request alone.
  error_note of_reply(const attempt_fact&) const;

  // Keeps a text for a note.
  std::string_view keep(std::string&& text) {
    text_ = std::move(text);
    return text_;
  }
  // Empty, for a text to be composed in.
  std::string& compose() {
    text_.clear();
    return text_;
  }

 private:
  const api::profile& profile_;
  std::string text_;
  std::string code_, request_id_;  // in the API's words
};

}  // namespace pawl::policy
