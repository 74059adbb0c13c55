// What is said about an attempt or a read that went wrong, as the ledger keeps it.
#pragma once

#include <string>
#include <string_view>

namespace pawl::policy {

// Views into a reply and into what composed the texts: its giver says how long they are valid.
struct error_note {
  int http_status = 0;  // 0: no reply
  std::string_view code, message, request_id;
};

// A copy, for when the views are gone before the job's end is decided. Reused: its texts keep their memory.
struct kept_note {
  int http_status = 0;
  std::string code, message, request_id;

  void keep(const error_note& n) {
    http_status = n.http_status;
    code.assign(n.code);
    message.assign(n.message);
    request_id.assign(n.request_id);
  }
  error_note view() const noexcept { return {http_status, code, message, request_id}; }
};

}  // namespace pawl::policy
